/** Widths of the steps that figures are kept in, and which of them a time is told by. Pure; times are Unix milliseconds. @module */

import type { SeriesQuery } from "../../api/metrics.ts";

/** Width of a step and how long it is kept, in milliseconds. */
export const widths = [
  { stepMs: 1000, keptMs: 3_600_000 },
  { stepMs: 60_000, keptMs: 3 * 86_400_000 },
  { stepMs: 3_600_000, keptMs: 90 * 86_400_000 },
  { stepMs: 86_400_000, keptMs: 2 * 365 * 86_400_000 },
] as const;
/** So many kept steps become one point at most, where a coarser width would give fewer points than wanted. */
const STEPS_A_POINT = 20;
/** A time that began just as long ago as steps are kept is asked for a little later. */
const SLACK_MS = 10_000;

/** A time, in steps of one width. */
export interface Span {
  readonly stepMs: number;
  readonly from: number;
  readonly to: number;
}

/** The finest width that is kept for all of the time, and gives at most as many steps a point as there are points. */
export function widthFor(
  { from, to }: Pick<SeriesQuery, "from" | "to">,
  wanted: number,
  now: number,
): number {
  const kept = widths.filter(({ keptMs }) => from >= now - keptMs - SLACK_MS);
  const fitting = kept.find(({ stepMs }) => (to - from) / stepMs <= wanted * STEPS_A_POINT);
  return (fitting ?? kept[0] ?? widths[3]).stepMs;
}

/** The time from `from` on in steps as fine as they are kept at its beginning, and as coarse as they fit after it. */
export function spansOf(from: number, now: number): readonly Span[] {
  const spans: Span[] = [];
  let at = from;
  widths.forEach(({ stepMs, keptMs }, index) => {
    const coarser = widths[index + 1];
    if (at > now || at < now - keptMs && coarser !== undefined) return;
    const begin = Math.floor(at / stepMs) * stepMs;
    const end = coarser === undefined ? Infinity : Math.ceil(begin / coarser.stepMs) * coarser.stepMs;
    if (end > begin) spans.push({ stepMs, from: begin, to: Math.min(end, now + 1) });
    at = end;
  });
  return spans;
}

/** The next wider step; Infinity for the widest. */
export function coarserThan(stepMs: number): number {
  return widths.find((width) => width.stepMs > stepMs)?.stepMs ?? Infinity;
}
