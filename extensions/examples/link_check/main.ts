/**
 * Link check: an operator that reads files. Start here to see how an operator is declared, how it reads through the
 * context, and how it says that something is wrong.
 *
 * @module
 */

import { defineExtension, defineOperator, ExtensionFailure, Type } from "symphony/sdk";
import { anchorsIn } from "./anchors.ts";
import { linksIn } from "./links.ts";
import { resolveLink } from "./resolve_link.ts";

const Broken = Type.Object({
  file: Type.String({ description: "The Markdown file" }),
  line: Type.Integer({ description: "Where the link stands, from 1" }),
  target: Type.String({ description: "What it says" }),
  reason: Type.String({ description: "Why it leads nowhere" }),
});

const linkCheck = defineOperator({
  type: "examples/link-check",
  title: "Link check",
  description: "Finds relative links in Markdown files that lead to no file or no heading",
  input: Type.Object({
    files: Type.Array(Type.String(), { description: "Markdown files, relative to the workspace" }),
    headings: Type.Boolean({ default: true, description: "False to look only for files" }),
  }),
  output: Type.Object({
    broken: Type.Array(Broken, { description: "Links that lead nowhere, in the order of files and lines" }),
    checked: Type.Integer({ description: "How many links were looked at" }),
  }),
  effect: "read",
  async run({ files, headings }, context) {
    const ignored = context.config["ignore"] as readonly string[];
    const anchors = new Map<string, Promise<ReadonlySet<string> | undefined>>();
    /** The headings of a file; undefined where there is no such file. Every file is read once. */
    const anchorsOf = (path: string) => {
      const known = anchors.get(path);
      if (known !== undefined) return known;
      const reading = context.files.stat(path).then(async (entry) => {
        if (entry === undefined) return undefined;
        const isText = entry.kind === "file" && /\.(md|markdown)$/i.test(path);
        return isText ? anchorsIn(await context.files.readText(path)) : new Set<string>();
      });
      anchors.set(path, reading);
      return reading;
    };
    const broken: { file: string; line: number; target: string; reason: string }[] = [];
    let checked = 0;
    for (const [at, file] of files.entries()) {
      if (!/\.(md|markdown)$/i.test(file)) {
        throw new ExtensionFailure("input", `"${file}" is no Markdown file`);
      }
      for (const { target, line } of linksIn(await context.files.readText(file))) {
        if (ignored.some((start) => target.startsWith(start))) continue;
        const place = resolveLink(file, target);
        if (place === undefined) continue;
        checked++;
        const tell = (reason: string) => broken.push({ file, line, target, reason });
        if (place.path.startsWith("../")) {
          tell("it leads out of the workspace");
          continue;
        }
        const found = await anchorsOf(place.path);
        if (found === undefined) tell(`there is no ${place.path}`);
        else if (
          headings && place.anchor !== "" && /\.(md|markdown)$/i.test(place.path) && !found.has(place.anchor)
        ) {
          tell(`there is no heading #${place.anchor} in ${place.path}`);
        }
      }
      context.progress(at + 1, files.length, file);
    }
    return { broken, checked };
  },
});

export default defineExtension({ contributes: [linkCheck] });
