/**
 * Churn: how often each file changed, by whom and when, from a history that is newest first.
 *
 * Invariant: a renamed file has one entry, under its newest name, whatever names its older commits use.
 *
 * @module
 */

import type { GitCommit } from "symphony/sdk";

export interface FileChurn {
  readonly path: string;
  readonly changes: number;
  readonly added: number;
  readonly removed: number;
  readonly authors: string[];
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Tally {
  changes: number;
  added: number;
  removed: number;
  readonly authors: Set<string>;
  firstMs: number;
  lastMs: number;
}

/** One entry a file, most changed first. */
export function churn(commits: readonly GitCommit[]): FileChurn[] {
  const tallies = new Map<string, Tally>();
  const newestName = new Map<string, string>();
  for (const commit of commits) {
    for (const file of commit.files) {
      const renamed = renameOf(file.path);
      const name = renamed?.to ?? file.path;
      const path = newestName.get(name) ?? name;
      // Older commits call it by its former name.
      if (renamed !== undefined) newestName.set(renamed.from, path);
      tally(tallies, path, commit, file);
    }
  }
  return [...tallies]
    .map(([path, each]) => ({ path, ...each, authors: [...each.authors].sort() }))
    .sort((a, b) => b.changes - a.changes || (a.path < b.path ? -1 : 1));
}

function tally(
  tallies: Map<string, Tally>,
  path: string,
  commit: GitCommit,
  file: { readonly added: number; readonly removed: number },
): void {
  const { atMs } = commit;
  const old = tallies.get(path);
  const now = old ?? { changes: 0, added: 0, removed: 0, authors: new Set(), firstMs: atMs, lastMs: atMs };
  now.changes++;
  now.added += file.added;
  now.removed += file.removed;
  now.authors.add(commit.author);
  now.firstMs = Math.min(now.firstMs, atMs);
  now.lastMs = Math.max(now.lastMs, atMs);
  if (old === undefined) tallies.set(path, now);
}

/** Git's short form of a rename, `dir/{old => new}/name` or `old => new`; undefined for a plain path. */
export function renameOf(path: string): { readonly from: string; readonly to: string } | undefined {
  const braced = /^(.*)\{(.*) => (.*)\}(.*)$/.exec(path);
  if (braced !== null) {
    const [, before = "", old = "", now = "", after = ""] = braced;
    // An empty side leaves a doubled slash: `a/{ => b}/c`.
    const side = (middle: string) =>
      middle === "" ? before + after.replace(/^\//, "") : before + middle + after;
    return { from: side(old), to: side(now) };
  }
  const plain = /^(.+) => (.+)$/.exec(path);
  return plain === null ? undefined : { from: plain[1] as string, to: plain[2] as string };
}
