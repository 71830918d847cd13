/** Folders of the workspace, and quick open. @module */

import { type FileEntry, type FileHit, MOST_LISTED } from "../api/files.ts";
import { GitIgnore } from "./git_ignore.ts";
import { walk } from "./workflows/find_files.ts";
import { told, type WorkspaceFiles } from "./workspace_files.ts";

/** Looked at together. */
const AT_ONCE = 64;
const MOST_SEARCHED = 50_000;
const KEPT_MS = 5000;

/** Folders first, then by name; of what is more than `MOST_LISTED` the last ones are left out. */
export async function entriesOf(
  files: WorkspaceFiles,
  folder: string,
  most = MOST_LISTED,
): Promise<readonly FileEntry[]> {
  const absolute = await files.absolute(folder);
  const ignore = await GitIgnore.of(files.root);
  return await told(`list "${folder}"`, async () => {
    const found: Deno.DirEntry[] = [];
    for await (const entry of Deno.readDir(absolute)) if (entry.name !== ".git") found.push(entry);
    found.sort((a, b) => Number(b.isDirectory) - Number(a.isDirectory) || (a.name < b.name ? -1 : 1));
    const entries: FileEntry[] = [];
    for (let at = 0; at < Math.min(found.length, most); at += AT_ONCE) {
      const some = found.slice(at, Math.min(at + AT_ONCE, most));
      // One that is gone meanwhile is none.
      const infos = await Promise.all(
        some.map(({ name }) => Deno.lstat(`${absolute}/${name}`).catch(() => undefined)),
      );
      for (const [index, info] of infos.entries()) {
        const entry = some[index] as Deno.DirEntry;
        if (info === undefined) continue;
        const path = files.name(`${absolute}/${entry.name}`);
        entries.push({
          path,
          kind: entry.isSymlink ? "link" : entry.isDirectory ? "folder" : "file",
          sizeBytes: info.size,
          modifiedAt: info.mtime?.getTime() ?? 0,
          isIgnored: ignore.ignores(entry.isDirectory ? `${path}/` : path),
        });
      }
    }
    return entries;
  });
}

const listed = new WeakMap<
  WorkspaceFiles,
  { readonly at: number; readonly paths: Promise<readonly string[]> }
>();

/** Files whose path has the letters in order, the best first. */
export async function searchFiles(
  files: WorkspaceFiles,
  text: string,
  limit: number,
): Promise<readonly FileHit[]> {
  const wanted = text.toLowerCase().replaceAll(/\s/g, "");
  const hits = (await pathsOf(files)).flatMap((path) => hitOf(path, wanted) ?? []);
  return hits.sort((a, b) => b.score - a.score || a.path.length - b.path.length || (a.path < b.path ? -1 : 1))
    .slice(0, limit);
}

/** The paths of all files that git does not ignore; known for some seconds. */
export function pathsOf(files: WorkspaceFiles): Promise<readonly string[]> {
  const now = performance.now();
  let known = listed.get(files);
  if (known === undefined || now - known.at > KEPT_MS) {
    known = { at: now, paths: pathsIn(files) };
    listed.set(files, known);
  }
  return known.paths;
}

async function pathsIn(files: WorkspaceFiles): Promise<readonly string[]> {
  const ignore = await GitIgnore.of(files.root);
  const { files: paths } = await walk(files.root, () => true, { files: MOST_SEARCHED });
  return paths.filter((path) => !ignore.ignores(path));
}

/** Letters in order; those at the beginning of a word, in the name and next to each other count more. */
function hitOf(path: string, wanted: string): FileHit | undefined {
  const lower = path.toLowerCase();
  const name = path.lastIndexOf("/") + 1;
  // The name is tried first: who types `main` means the file, not a folder on the way.
  for (const start of [name, 0]) {
    const at: number[] = [];
    let score = start === name ? 20 : 0;
    let from = start;
    for (const letter of wanted) {
      const place = lower.indexOf(letter, from);
      if (place < 0) break;
      const before = path[place - 1];
      if (place === at.at(-1)! + 1) score += 8;
      else if (before === undefined || /[/_.\-\s]/.test(before)) score += 6;
      else if (/[a-z]/.test(before) && /[A-Z]/.test(path[place] ?? "")) score += 5;
      else score -= 1;
      at.push(place);
      from = place + 1;
    }
    if (at.length === wanted.length) return { path, score: score - path.length / 100, at };
  }
  return undefined;
}
