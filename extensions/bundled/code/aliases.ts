/**
 * The names that a project's own files give to paths: import maps of deno.json, `paths` of tsconfig.json, `imports` of
 * package.json, module paths of go.mod. Best effort: a file that is missing or cannot be understood gives none.
 *
 * @module
 */

import type { CallContext } from "symphony/sdk";
import { folderOf, joinPath } from "./resolve.ts";
import type { Alias } from "./resolve.ts";

/** The aliases that the configuration files in `root` declare for paths of the project. */
export async function readAliases(root: string, context: CallContext): Promise<Alias[]> {
  const folder = joinPath("", root) ?? "";
  const at = (name: string) => folder === "" ? name : `${folder}/${name}`;
  const aliases: Alias[] = [];
  for (const name of ["deno.json", "deno.jsonc", "import_map.json", "package.json"]) {
    const config = await readJson(at(name), context);
    aliases.push(...pathAliases(record(config)["imports"], folder));
  }
  for (const name of ["tsconfig.json", "jsconfig.json", "tsconfig.base.json"]) {
    const options = record(record(await readJson(at(name), context))["compilerOptions"]);
    const base = options["baseUrl"];
    const folderOfPaths = joinPath(folder, typeof base === "string" ? base : ".") ?? folder;
    aliases.push(...pathAliases(options["paths"], folderOfPaths));
    // With a base URL, a bare name may be a path from there.
    if (typeof base === "string") aliases.push({ from: "*", to: `${folderOfPaths}/*` });
  }
  return aliases;
}

/** `name → ./path` entries, lists of paths included, relative to the workspace. */
export function pathAliases(imports: unknown, folder: string): Alias[] {
  const aliases: Alias[] = [];
  for (const [from, target] of Object.entries(record(imports))) {
    for (const to of Array.isArray(target) ? target : [target]) {
      if (typeof to !== "string" || /^[a-z][a-z0-9+.-]*:/i.test(to)) continue;
      const path = joinPath(folder, to);
      if (path !== undefined) aliases.push({ from, to: to.endsWith("/") ? `${path}/` : path });
    }
  }
  return aliases;
}

/** The Go modules above the Go files. */
export async function readGoModules(files: readonly string[], context: CallContext) {
  const folders = new Set<string>();
  for (const file of files) {
    if (!file.endsWith(".go")) continue;
    for (let folder = folderOf(file);; folder = folderOf(folder)) {
      folders.add(folder);
      if (folder === "") break;
    }
  }
  const modules: { name: string; folder: string }[] = [];
  for (const folder of folders) {
    const text = await readText(folder === "" ? "go.mod" : `${folder}/go.mod`, context);
    const name = /^\s*module\s+"?([^\s"]+)/m.exec(text ?? "")?.[1];
    if (name !== undefined) modules.push({ name, folder });
  }
  return modules.sort((a, b) => b.name.length - a.name.length);
}

async function readJson(path: string, context: CallContext): Promise<unknown> {
  const text = await readText(path, context);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(withoutComments(text));
  } catch {
    return undefined;
  }
}

/** JSON with comments and trailing commas as plain JSON; strings stay as they are. */
export function withoutComments(text: string): string {
  const bare = text.replace(
    /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (part) => part.startsWith('"') ? part : " ",
  );
  return bare.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (part) => part.startsWith('"') ? part : "");
}

async function readText(path: string, context: CallContext): Promise<string | undefined> {
  try {
    if (await context.files.stat(path) === undefined) return undefined;
    return await context.files.readText(path);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Record<string, unknown>
    : {};
}
