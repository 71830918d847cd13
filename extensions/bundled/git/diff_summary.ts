/**
 * A unified diff, file by file: what happened to each and how many lines changed.
 *
 * @module
 */

import { parsePatch } from "diff";

export interface FileChange {
  readonly path: string;
  readonly from: string;
  readonly added: number;
  readonly removed: number;
  readonly status: "modified" | "created" | "deleted" | "renamed" | "copied";
  readonly binary: boolean;
}

type Patch = ReturnType<typeof parsePatch>[number];

/** One entry a file, in the order of the diff. */
export function summarize(diff: string): FileChange[] {
  if (diff.trim() === "") return [];
  return parsePatch(diff).filter((patch) => patch.oldFileName !== undefined).map((patch) => {
    const status = statusOf(patch);
    const to = plainName(patch.newFileName);
    const from = plainName(patch.oldFileName);
    return {
      path: status === "deleted" ? from : to,
      from: status === "created" ? to : from,
      added: count(patch, "+"),
      removed: count(patch, "-"),
      status,
      binary: patch.isBinary ?? false,
    };
  });
}

function statusOf(patch: Patch): FileChange["status"] {
  if (patch.isRename === true) return "renamed";
  if (patch.isCopy === true) return "copied";
  if (patch.isCreate === true || patch.oldFileName === "/dev/null") return "created";
  if (patch.isDelete === true || patch.newFileName === "/dev/null") return "deleted";
  return "modified";
}

/** Without git's `a/` and `b/`. */
function plainName(name: string | undefined): string {
  return (name ?? "").replace(/^[ab]\//, "");
}

function count(patch: Patch, sign: "+" | "-"): number {
  return patch.hunks.reduce(
    (sum, hunk) => sum + hunk.lines.filter((line) => line.startsWith(sign)).length,
    0,
  );
}
