/**
 * The files of a project that are in some languages.
 *
 * @module
 */

import { dirname, join, sep } from "node:path";
import { languageOfPath } from "../syntax/language_of.ts";

export interface CodeFile {
  readonly path: string;
  readonly language: string;
  readonly size: number;
  /** Milliseconds of the system's clock; 0 where the system keeps none. */
  readonly modified: number;
}

/** Folders and files that are looked at in one project, and files that are given. */
const MOST_ENTRIES = 20_000;
const MOST_FILES = 3_000;
const SKIPPED = new Set(["node_modules", "target", "dist", "build", "out", "vendor", "__pycache__", "venv"]);
const ROOT_MARKS = [
  ".git",
  "deno.json",
  "deno.jsonc",
  "package.json",
  "Cargo.toml",
  "go.mod",
  "pyproject.toml",
];

/**
 * The files below `root` in one of `languages`, hidden folders and what is built or fetched left out, links not followed.
 * Folders that cannot be read are left out.
 */
export async function codeFiles(root: string, languages: ReadonlySet<string>): Promise<CodeFile[]> {
  const found: CodeFile[] = [];
  const folders = [root];
  let left = MOST_ENTRIES;
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    try {
      for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
        if (--left < 0 || found.length >= MOST_FILES) return found;
        if (name.startsWith(".") || SKIPPED.has(name)) continue;
        const path = join(folder, name);
        if (isDirectory) folders.push(path);
        const language = isFile ? languageOfPath(name)?.name : undefined;
        if (language === undefined || !languages.has(language)) continue;
        const { size, mtime } = await Deno.stat(path);
        found.push({ path, language, size, modified: mtime?.getTime() ?? 0 });
      }
    } catch {
      // Removed meanwhile, or not for us.
    }
  }
  return found;
}

/** The folder of the project that a file is in: the one given where it holds the file, else the innermost that looks like one, else its own. */
export async function projectOf(path: string, given: string | undefined): Promise<string> {
  const real = given === undefined ? undefined : await Deno.realPath(given).catch(() => given);
  if (real !== undefined && isBelow(path, real)) return real;
  for (let folder = dirname(path);; folder = dirname(folder)) {
    for (const mark of ROOT_MARKS) {
      if (await Deno.stat(join(folder, mark)).then(() => true, () => false)) return folder;
    }
    if (dirname(folder) === folder) return dirname(path);
  }
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
