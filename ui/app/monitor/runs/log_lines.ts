/** Lines of a log as the server keeps them, with those that were told since. Pure. @module */

import type { LogLine } from "../../../api/runs.ts";

/** What was read: the first lines of all that fit. */
export interface Kept {
  readonly lines: readonly LogLine[];
  readonly total: number;
  readonly isRead: boolean;
}

export const NONE_KEPT: Kept = { lines: [], total: 0, isRead: false };

/**
 * What was told live is also in what was kept. A step is known by its place in the run's log; what calls said, by its time: it
 * goes on where the kept lines end.
 */
export function withLive(
  { lines, total }: Kept,
  live: readonly LogLine[],
  fits: (line: LogLine) => boolean,
): readonly LogLine[] {
  // What was read for another filter is narrowed at once, until the answer for this one is there.
  const here = lines.filter(fits);
  // Where not all was read, what comes next is not what was told last.
  if (total > lines.length) return here;
  let [seq, saidAt] = [-1, -Infinity];
  for (const line of lines) {
    if (line.seq !== undefined) seq = Math.max(seq, line.seq);
    else saidAt = line.at;
  }
  const since = live.filter((line) =>
    fits(line) && (line.seq === undefined ? line.at > saidAt : line.seq > seq)
  );
  return since.length === 0 ? here : [...here, ...since];
}
