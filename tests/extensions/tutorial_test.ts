/**
 * The tutorial, followed: its files are written, its commands run, in its order, with the real program in an empty folder.
 *
 * @module
 */

import assert from "node:assert/strict";
import { symphony } from "../e2e/symphony_process.ts";
import { inFolder, namesIn, put } from "./dev/bench.ts";

const page = new URL("../../extensions/TUTORIAL.md", import.meta.url);

type Step =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "commands"; readonly lines: readonly string[]; readonly code: number }
  | { readonly kind: "output"; readonly lines: readonly string[] };

/** The page as steps. A comment before a fence says that it is a file, or which code the commands end with. */
function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  const fences = /(?:<!-- (?:file: (\S+)|exit code (\d)) -->\s*\n\s*\n?)?```(\w+)\n([\s\S]*?)```/g;
  for (const [, path, code, language, body = ""] of text.matchAll(fences)) {
    const lines = body.split("\n").map((line) => line.trim()).filter((line) => line !== "");
    if (path !== undefined) steps.push({ kind: "file", path, text: body });
    else if (language === "sh") steps.push({ kind: "commands", lines, code: Number(code ?? 0) });
    else if (language === "text") steps.push({ kind: "output", lines });
  }
  return steps;
}

/** Spaces do not count: tables are as wide as their contents. */
const plain = (text: string) => text.replace(/\s+/g, " ");

Deno.test("the tutorial can be followed as it stands", async () => {
  const steps = stepsOf(await Deno.readTextFile(page));
  assert.ok(steps.filter(({ kind }) => kind === "commands").length >= 8);
  await inFolder({}, async (folder) => {
    const work = `${folder}/work`;
    await Deno.mkdir(work);
    let said = "";
    for (const step of steps) {
      if (step.kind === "file") await put(work, { [step.path]: step.text });
      else if (step.kind === "commands") {
        said = "";
        for (const line of step.lines) {
          const [program, ...args] = line.split(" ");
          assert.equal(program, "symphony");
          const { code, out, err } = await symphony(args, {
            cwd: work,
            env: { SYMPHONY_DATA: `${folder}/data` },
          });
          assert.equal(code, step.code, `${line}\n${out}${err}`);
          said += out + err;
        }
      } else {
        for (const line of step.lines) {
          assert.ok(plain(said).includes(plain(line)), `"${line}" is not in:\n${said}`);
        }
      }
    }
    const golden = await Deno.readTextFile(`${work}/reading-time/tests/counts.golden.json`);
    assert.deepEqual(JSON.parse(golden), { words: 5, minutes: 2.5 });
    assert.match(await Deno.readTextFile(`${work}/reading-time/REFERENCE.md`), /\| `path` +\| string/);
    const left = await namesIn(`${folder}/data/extensions/.store`);
    assert.deepEqual(left, [".lock"]);
  });
});
