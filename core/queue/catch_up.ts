/**
 * Which moments of a schedule are made up for when nobody has looked for a while.
 *
 * @module
 */

import type { CatchUp } from "./entry.ts";

/** What is less late than this was not missed. */
const LATE_MS = 60_000;
/** Occurrences made up for at most; the oldest are left out. */
const MOST = 100;
/** Moments looked at: a schedule of every second and a year of downtime must end. */
const MOST_LOOKED_AT = 100_000;

/** The moments after `from` up to `now` that count, oldest first, and how far has then been looked. */
export function dueMoments(
  next: (after: number) => number | undefined,
  range: { readonly from: number; readonly now: number },
  catchUp: CatchUp,
): { readonly moments: readonly number[]; readonly upTo: number } {
  const { from, now } = range;
  const moments: number[] = [];
  let upTo = from;
  for (let i = 0; i < MOST_LOOKED_AT; i++) {
    const at = next(upTo);
    if (at === undefined || at > now) break;
    upTo = at;
    moments.push(at);
    if (moments.length > MOST) moments.shift();
  }
  if (catchUp === "all") return { moments, upTo };
  const last = moments.at(-1);
  const counts = last !== undefined && (catchUp === "latest" || last > now - LATE_MS);
  return { moments: counts ? [last] : [], upTo };
}
