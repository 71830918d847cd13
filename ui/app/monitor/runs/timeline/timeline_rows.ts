/**
 * Bars of a run in rows: one row a node (its items are packed into lanes below it), gaps in which nothing ran folded away.
 * Pure, so that the drawing only draws.
 *
 * @module
 */

import type { Span, Timeline } from "../../../../api/runs.ts";

export interface TimelineRow {
  readonly key: string;
  readonly title: string;
  readonly spans: readonly Span[];
  readonly isCritical: boolean;
}

/** Lanes that a fan-out gets at most; what does not fit shares the last one. */
const MOST_LANES = 8;
/** What a folded gap is shown as. */
export const FOLDED_MS = 400;

/** Rows by the time at which they began. */
export function rowsOfTimeline(timeline: Timeline, titleOf: (key: string) => string): TimelineRow[] {
  const byNode = new Map<string, Span[]>();
  for (const span of timeline.spans) {
    const key = `${span.scope ?? ""}/${span.node}`;
    const known = byNode.get(key);
    if (known === undefined) byNode.set(key, [span]);
    else known.push(span);
  }
  const critical = new Set(timeline.criticalPath.map(({ node }) => `/${node}`));
  const rows: TimelineRow[] = [];
  const sorted = [...byNode].sort(([, a], [, b]) => (a[0]?.startedAt ?? 0) - (b[0]?.startedAt ?? 0));
  for (const [key, spans] of sorted) {
    const lanes = lanesOf(spans);
    lanes.forEach((lane, index) =>
      rows.push({
        key,
        title: index === 0 ? titleOf(key) : "",
        spans: lane,
        isCritical: critical.has(key),
      })
    );
  }
  return rows;
}

/** Spans that overlap stand below one another. */
export function lanesOf(spans: readonly Span[]): Span[][] {
  const lanes: Span[][] = [];
  const ends: number[] = [];
  for (const span of spans) {
    let lane = ends.findIndex((end) => end <= span.startedAt);
    if (lane < 0) lane = ends.length < MOST_LANES ? ends.length : MOST_LANES - 1;
    (lanes[lane] ??= []).push(span);
    ends[lane] = Math.max(ends[lane] ?? 0, span.endedAt ?? Infinity);
  }
  return lanes;
}

/** From moments to a scale without the gaps, and back. */
export class TimeScale {
  readonly #gaps: readonly { readonly from: number; readonly to: number }[];
  readonly start: number;
  readonly end: number;

  constructor(timeline: Timeline, now: number, foldsGaps: boolean) {
    this.start = timeline.startedAt;
    this.end = Math.max(timeline.endedAt ?? now, this.start + 1);
    this.#gaps = foldsGaps ? timeline.idle.filter(({ from, to }) => to - from > FOLDED_MS) : [];
  }

  get gaps(): readonly { readonly from: number; readonly to: number }[] {
    return this.#gaps;
  }

  /** Milliseconds along the scale. */
  at(moment: number): number {
    let folded = 0;
    for (const { from, to } of this.#gaps) {
      if (moment <= from) break;
      const inside = Math.min(moment, to) - from;
      folded += inside - (inside / (to - from)) * FOLDED_MS;
    }
    return moment - this.start - folded;
  }

  get length(): number {
    return Math.max(1, this.at(this.end));
  }
}

/** Round steps for a ruler of about `most` marks. */
export function rulerStep(lengthMs: number, most: number): number {
  const least = lengthMs / Math.max(1, most);
  const steps = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1000,
    2000,
    5000,
    10_000,
    30_000,
    60_000,
    300_000,
    600_000,
  ];
  return steps.find((step) => step >= least) ?? 3_600_000 * Math.ceil(least / 3_600_000);
}
