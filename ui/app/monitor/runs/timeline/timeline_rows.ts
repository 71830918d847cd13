/**
 * Bars of a run in rows: one row a node (its items are packed into lanes below it), gaps in which nothing ran folded away.
 * Pure, so that the drawing only draws.
 *
 * @module
 */

import type { Span, Timeline } from "../../../../api/runs.ts";

export interface TimelineRow {
  readonly key: string;
  /** Empty for the further lanes of a node. */
  readonly title: string;
  /** One after the other. */
  readonly spans: readonly Span[];
  /** The node is on the critical path. */
  readonly isCritical: boolean;
  /** Those of `spans` that the node's length is made of. */
  readonly critical: ReadonlySet<Span>;
  /** In place of single bars: what found no lane, where there is any of it. */
  readonly more?: MoreSpans;
}

/** Bars beyond the most lanes. */
export interface MoreSpans {
  readonly count: number;
  readonly failed: number;
  /** Where at least one of them is; Infinity where one still runs. */
  readonly stretches: readonly { readonly from: number; readonly to: number }[];
}

/** Lanes that a node gets at most; what does not fit is summed up in a row below them. */
export const MOST_LANES = 24;
/** What a folded gap is shown as. */
export const FOLDED_MS = 400;
const NONE: ReadonlySet<Span> = new Set();

/** Rows by the time at which they began. */
export function rowsOfTimeline(timeline: Timeline, titleOf: (key: string) => string): TimelineRow[] {
  const byNode = new Map<string, Span[]>();
  for (const span of timeline.spans) {
    const key = `${span.scope ?? ""}/${span.node}`;
    const known = byNode.get(key);
    if (known === undefined) byNode.set(key, [span]);
    else known.push(span);
  }
  const path = new Set(timeline.criticalPath.map(({ node }) => `/${node}`));
  const rows: TimelineRow[] = [];
  const sorted = [...byNode].sort(([, a], [, b]) => (a[0]?.startedAt ?? 0) - (b[0]?.startedAt ?? 0));
  for (const [key, spans] of sorted) {
    const isCritical = path.has(key);
    const critical = isCritical ? slowestChain(spans) : NONE;
    const { lanes, rest } = lanesOf(spans, critical);
    lanes.forEach((lane, index) =>
      rows.push({
        key,
        title: index === 0 ? titleOf(key) : "",
        spans: lane,
        isCritical,
        critical: index === 0 ? critical : NONE,
      })
    );
    if (rest.length > 0) {
      rows.push({ key, title: "", spans: [], isCritical, critical: NONE, more: summedUp(rest) });
    }
  }
  return rows;
}

/**
 * The bars that a node's length is made of: the one that ended last, before it the one at whose end it could begin, and so on to
 * the first. For items that run side by side that is the slowest chain of them.
 */
export function slowestChain(spans: readonly Span[]): ReadonlySet<Span> {
  const byEnd = spans.toSorted((a, b) => endOf(a) - endOf(b));
  const chain = new Set<Span>();
  let before = Infinity;
  for (let at = byEnd.length - 1; at >= 0; at--) {
    const span = byEnd[at] as Span;
    // What took no time makes nothing longer.
    if (chain.size > 0 && (endOf(span) > before || endOf(span) === span.startedAt)) continue;
    chain.add(span);
    before = span.startedAt;
  }
  return chain;
}

/**
 * Spans that overlap stand below one another, `first` in the first lane; what would need more than `most` lanes is given as the
 * rest. `spans` are in the order in which they began.
 */
export function lanesOf(
  spans: readonly Span[],
  first: ReadonlySet<Span> = NONE,
  most = MOST_LANES,
): { readonly lanes: Span[][]; readonly rest: Span[] } {
  const lanes: Span[][] = first.size === 0 ? [] : [spans.filter((span) => first.has(span))];
  // The first lane is full.
  const ends: number[] = lanes.map(() => Infinity);
  const rest: Span[] = [];
  for (const span of spans) {
    if (first.has(span)) continue;
    let lane = ends.findIndex((end) => end <= span.startedAt);
    if (lane < 0) lane = ends.length;
    if (lane >= most) {
      rest.push(span);
      continue;
    }
    (lanes[lane] ??= []).push(span);
    ends[lane] = endOf(span);
  }
  return { lanes, rest };
}

function summedUp(spans: readonly Span[]): MoreSpans {
  const stretches: { from: number; to: number }[] = [];
  for (const span of spans) {
    const last = stretches.at(-1);
    if (last !== undefined && span.startedAt <= last.to) last.to = Math.max(last.to, endOf(span));
    else stretches.push({ from: span.startedAt, to: endOf(span) });
  }
  return {
    count: spans.length,
    failed: spans.filter(({ end }) => end === "failed" || end === "retrying").length,
    stretches,
  };
}

function endOf({ endedAt }: Span): number {
  return endedAt ?? Infinity;
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
