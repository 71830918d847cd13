/**
 * `ext check`: everything that can be told of an extension before anybody runs it, each with its place in the author's
 * files. What is wrong is an error and keeps it from being packed or installed; what is odd is a warning.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import { isObject, type JsonObject, own } from "../../core/json.ts";
import type { Permission } from "../../core/policy/permission.ts";
import { positionsOf, readJsonc } from "../../core/workflow/jsonc.ts";
import type { Problem } from "../../core/workflow/problem.ts";
import { didYouMean } from "../../core/workflow/suggest.ts";
import { bundleFaults } from "../loader/bundle.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import { BuiltExtension } from "./built_extension.ts";
import { checkCode, type CodeFacts } from "./code_checks.ts";
import { type ExtensionFolder, problemAt, readExtensionFolder } from "./extension_folder.ts";
import { checkText, textOf } from "./text_checks.ts";
import type { Workbench } from "./workbench.ts";

/** A module may have at most this; a host loads it at every start. */
const MAX_MODULE_BYTES = 8 << 20;

export interface Checked {
  readonly folder: ExtensionFolder;
  /** In the order of files and lines; errors and warnings mixed. */
  readonly problems: readonly Problem[];
  /** Absent where it could not be bundled. */
  readonly built?: BuiltExtension;
  /** Absent where it could not be run. */
  readonly contributes?: readonly Contribution[];
}

/** Checks the folder. @throws SymphonyError `not-found` where it holds no manifest */
export async function checkFolder(path: string, bench: Workbench): Promise<Checked> {
  const folder = await readExtensionFolder(path);
  const problems: Problem[] = [...folder.problems, ...await textProblems(folder)];
  const { manifest } = folder;
  if (manifest === undefined) return { folder, problems: sorted(problems) };
  const built = await buildOrTell(folder.folder, manifest, bench, problems);
  if (built === undefined) return { folder, problems: sorted(problems) };
  if (built.module.length > MAX_MODULE_BYTES) {
    const message = `Its module has ${(built.module.length / (1 << 20)).toFixed(1)} MB`;
    const hint = `Keep it within ${MAX_MODULE_BYTES >> 20} MB: leave libraries out, or make data an asset`;
    problems.push(problemAt(join(path, manifest.entry), { code: "size", message, hint }));
  }
  const entry = join(folder.folder, manifest.entry);
  const facts = checkCode({
    code: new TextDecoder().decode(built.module),
    places: built.places,
    file: entry,
    folder: await Deno.realPath(folder.folder),
    permissions: manifest.permissions,
  });
  problems.push(...facts.problems, ...unusedPermissions(folder, manifest, facts));
  // What makes code of texts cannot be loaded: the load would only fail with a worse message.
  const canLoad = !facts.problems.some(({ code }) =>
    ["dynamic-import", "import-left", "eval"].includes(code)
  );
  const contributes = canLoad ? await describeOrTell(built, bench, entry, problems) : undefined;
  if (contributes !== undefined) problems.push(...contributionProblems(folder, manifest, contributes, facts));
  return {
    folder,
    problems: sorted(problems),
    built,
    ...(contributes === undefined ? {} : { contributes }),
  };
}

async function textProblems({ folder, files }: ExtensionFolder): Promise<Problem[]> {
  const found = await Promise.all(
    files.filter(({ sizeBytes }) => sizeBytes < 4 << 20).map(async ({ path }) => {
      const text = textOf(await Deno.readFile(join(folder, path)));
      return text === undefined ? [] : checkText(text, join(folder, path));
    }),
  );
  return found.flat();
}

async function buildOrTell(
  folder: string,
  manifest: Manifest,
  bench: Workbench,
  problems: Problem[],
): Promise<BuiltExtension | undefined> {
  const entry = join(folder, manifest.entry);
  try {
    return await BuiltExtension.build(folder, manifest, bench.tools);
  } catch (error) {
    const faults = bundleFaults(error, entry);
    for (const { text, place } of faults) {
      const file = place === undefined ? entry : join(dirname(entry), place.file);
      problems.push(problemAt(file, { code: "bundle", message: text, hint: "", ...placed(place) }));
    }
    if (faults.length === 0) {
      const hint = error instanceof SymphonyError ? error.hint ?? "" : "";
      problems.push(problemAt(entry, { code: "bundle", message: messageOf(error), hint }));
    }
    return undefined;
  }
}

function placed(place: { readonly line: number; readonly column: number } | undefined) {
  return place === undefined ? {} : { line: place.line, column: place.column };
}

async function describeOrTell(
  built: BuiltExtension,
  bench: Workbench,
  entry: string,
  problems: Problem[],
): Promise<readonly Contribution[] | undefined> {
  try {
    return await bench.describe(built);
  } catch (error) {
    const text = messageOf(error);
    const found = /\(([^()]+):(\d+):(\d+)\)$/.exec(text);
    const place = found === null ? {} : { line: Number(found[2]), column: Number(found[3]) };
    const file = found === null ? entry : join(built.folder, found[1] ?? "");
    const message = found === null ? text : text.slice(0, found.index).trim();
    const hint = "What runs while a module loads must not throw, and needs no context";
    problems.push(problemAt(file, { code: "load", message, hint, ...place }));
    return undefined;
  }
}

/** Places in the manifest by path. */
function inManifest({ manifestFile }: ExtensionFolder) {
  const positions = positionsOf(readJsonc(Deno.readFileSync(manifestFile), manifestFile));
  return (
    path: readonly string[],
    told: Pick<Problem, "code" | "message" | "hint">,
    severity: Problem["severity"],
  ) => ({ ...positions.problem(path, "value", told), severity });
}

function unusedPermissions(folder: ExtensionFolder, manifest: Manifest, { powers }: CodeFacts): Problem[] {
  const at = inManifest(folder);
  return manifest.permissions.flatMap((permission, index) => {
    if (permission.kind === "command") return [];
    const power = powerOf(permission);
    if (powers.has(power)) return [];
    const told = {
      code: "permission-unused",
      message: `Asks for ${power}, but its own code does not seem to use it`,
      hint: "Ask for no more than is used: people refuse what they do not understand",
    };
    return [at(["permissions", String(index)], told, "warning")];
  });
}

function powerOf(permission: Permission): string {
  switch (permission.kind) {
    case "files":
    case "editor":
      return `${permission.kind}:${permission.access}`;
    case "secret":
      return "net";
    default:
      return permission.kind;
  }
}

function contributionProblems(
  folder: ExtensionFolder,
  manifest: Manifest,
  contributes: readonly Contribution[],
  facts: CodeFacts,
): Problem[] {
  const at = inManifest(folder);
  const entry = join(folder.folder, manifest.entry);
  const inCode = (type: string, told: Pick<Problem, "code" | "message" | "hint">) => {
    const { file = entry, line = 1, column = 1 } = facts.literals.get(type) ?? {};
    return problemAt(file, { ...told, severity: "warning", line, column });
  };
  const problems: Problem[] = [];
  const { themes, templates } = manifest.contributes;
  const kinds = new Set(contributes.map(({ kind }) => kind));
  const isOfKind = manifest.kind === "motif"
    ? kinds.has("view") || kinds.has("command") || themes.length + templates.length > 0
    : kinds.has(manifest.kind);
  if (!isOfKind) {
    const found = contributes.length === 0 ? "nothing" : [...kinds].join(" and ");
    problems.push(at(["kind"], {
      code: "kind",
      message: `It says "${manifest.kind}", but contributes ${found}`,
      hint: `Contribute ${
        manifest.kind === "motif" ? "a view, a command or a theme" : `an ${manifest.kind}`
      }, or change the kind`,
    }, "error"));
  }
  for (const one of contributes) {
    if (one.kind === "operator" || one.kind === "task") {
      for (const side of ["input", "output"] as const) {
        for (const port of undescribed(one[side])) {
          problems.push(inCode(one.type, {
            code: "schema",
            message: `Port "${port}" of ${one.type} (${side}) has no description`,
            hint: `Say what it is: Type.String({ description: "…" })`,
          }));
        }
      }
    }
    if (one.title.trim() === "" || one.description.trim() === "") {
      const message = `${one.type} has no title or no description`;
      problems.push(inCode(one.type, { code: "schema", message, hint: "People find it by these words" }));
    }
  }
  return [...problems, ...uiProblems(manifest, contributes, at)];
}

function undescribed(schema: JsonObject | { readonly [key: string]: unknown }): readonly string[] {
  const properties = own(schema as JsonObject, "properties");
  if (!isObject(properties)) return [];
  return Object.entries(properties).filter(([, port]) => typeof own(port, "description") !== "string")
    .map(([name]) => name);
}

/** What the manifest names must be in the code, and the other way round. */
function uiProblems(
  manifest: Manifest,
  contributes: readonly Contribution[],
  at: ReturnType<typeof inManifest>,
): Problem[] {
  const { panels, nodeViews, editors, commands } = manifest.contributes;
  const typesOf = (kind: string) => contributes.filter((one) => one.kind === kind).map(({ type }) => type);
  const named = (
    kind: string,
    member: string,
    list: readonly { readonly [key: string]: unknown }[],
    key: string,
  ) => {
    const types = typesOf(kind);
    return list.flatMap((one, index) => {
      const type = one[key];
      if (typeof type !== "string" || types.includes(type)) return [];
      const message = `Found no ${kind} "${type}" in the code`;
      const hint = didYouMean(type, types, `${kind}s`);
      return [at(["contributes", member, String(index), key], { code: "ui", message, hint }, "error")];
    });
  };
  const all = [
    ...named("view", "panels", panels as never, "view"),
    ...named("view", "nodeViews", nodeViews as never, "view"),
    ...named("view", "editors", editors as never, "view"),
    ...named("command", "commands", commands as never, "command"),
  ];
  const shown = new Set([
    ...[...panels, ...nodeViews, ...editors].map(({ view }) => view),
    ...commands.map(({ command }) => command),
  ]);
  for (const type of [...typesOf("view"), ...typesOf("command")]) {
    if (shown.has(type)) continue;
    const hint = 'Name it under "contributes" in the manifest, or nobody will see it';
    all.push(at(["contributes"], { code: "ui", message: `"${type}" is shown nowhere`, hint }, "warning"));
  }
  return all;
}

function sorted(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column
  );
}
