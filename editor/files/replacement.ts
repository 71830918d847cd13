/**
 * The change between two texts as one replacement.
 *
 * @module
 */

import { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";

const STEP = 1 << 16;

/** The one replacement that takes `from` to `to`: what both begin and end with stays. */
export function replacement(from: Rope, to: Rope): Delta {
  const head = commonHead(from, to);
  const tail = commonTail(from, to, Math.min(from.length, to.length) - head);
  return Delta.replace(from.length, head, from.length - tail, to.sliceString(head, to.length - tail));
}

/** How many units both begin with, a pair never split. */
export function commonHead(a: Rope, b: Rope): number {
  const most = Math.min(a.length, b.length);
  for (let at = 0; at < most;) {
    const [aEnd, bEnd] = [a.snap(Math.min(most, at + STEP), 1), b.snap(Math.min(most, at + STEP), 1)];
    const [x, y] = [a.sliceString(at, aEnd), b.sliceString(at, bEnd)];
    if (x === y) {
      at = aEnd;
      continue;
    }
    let same = 0;
    while (same < x.length && x.charCodeAt(same) === y.charCodeAt(same)) same++;
    return Math.min(a.snap(at + same, -1), b.snap(at + same, -1));
  }
  return most;
}

/** How many units, `most` at most, both end with, a pair never split. */
export function commonTail(a: Rope, b: Rope, most: number): number {
  let tail = 0;
  while (tail < most) {
    const step = Math.min(most - tail, STEP);
    const x = a.sliceString(a.snap(a.length - tail - step, 1), a.length - tail);
    const y = b.sliceString(b.snap(b.length - tail - step, 1), b.length - tail);
    let same = 0;
    const longest = Math.min(x.length, y.length);
    while (same < longest && x.charCodeAt(x.length - 1 - same) === y.charCodeAt(y.length - 1 - same)) same++;
    tail += same;
    if (same < longest || longest === 0) break;
  }
  return Math.min(tail, a.length - a.snap(a.length - tail, 1), b.length - b.snap(b.length - tail, 1));
}
