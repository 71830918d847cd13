/**
 * A merge as one text with the conflicts marked as git marks them.
 *
 * @module
 */

import type { TextMerge } from "./text_merge.ts";

/** What to call the sides. */
export interface SideNames {
  readonly ours: string;
  readonly base: string;
  readonly theirs: string;
}

/** The merged text with all three sides of each conflict between markers (git's `zdiff3` form without its trimming). */
export function withConflictMarkers(merge: TextMerge, ours: string, names: SideNames): string {
  let result = "";
  let done = 0;
  let change = 0;
  const copyTo = (end: number) => {
    while (change < merge.changes.length && merge.changes[change]!.from < end) {
      const { from, to, insert } = merge.changes[change++]!;
      result += ours.slice(done, from) + insert;
      done = to;
    }
    if (end > done) result += ours.slice(done, end);
    done = Math.max(done, end);
  };
  for (const conflict of merge.conflicts) {
    copyTo(conflict.ours.from);
    result += `<<<<<<< ${names.ours}\n${lines(conflict.ours.text)}||||||| ${names.base}\n${
      lines(conflict.base.text)
    }`;
    result += `=======\n${lines(conflict.theirs.text)}>>>>>>> ${names.theirs}\n`;
    done = conflict.ours.to;
  }
  while (change < merge.changes.length) copyTo(merge.changes[change]!.from + 1);
  return result + ours.slice(done);
}

function lines(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
