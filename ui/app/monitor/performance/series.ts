/** Figures over time: what the server kept, ready to be drawn. @module */

import type { CounterName, GaugeName, MetricsSummary, Series } from "../../../api/metrics.ts";
import type { ApiClient } from "../../state/client.ts";

export interface Line {
  /** Unix milliseconds. */
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
}

/** Several series on one axis: each moment that any of them has. */
export function joined(
  lines: readonly Line[],
): { readonly at: number[]; readonly values: (number | null)[][] } {
  const places = new Map<number, number>();
  for (const at of [...new Set(lines.flatMap((line) => line.at))].sort((a, b) => a - b)) {
    places.set(at, places.size);
  }
  const values = lines.map((line) => {
    const row: (number | null)[] = Array.from({ length: places.size }, () => null);
    line.at.forEach((at, index) => row[places.get(at) as number] = line.values[index] ?? null);
    return row;
  });
  return { at: [...places.keys()], values };
}

/**
 * The growth of a counter in each step from `from` until `to`, 0 where nothing was kept: no calls are none. `by` is what it
 * is given for: a second makes it a rate. The last step is still under way, and its rate is of what has passed of it.
 */
export function growthOf(
  { at, mean, stepMs }: Series,
  from: number,
  to: number,
  by: "second" | "step",
): Line {
  const grown = new Map(at.map((moment, index) => [moment, mean[index] ?? 0]));
  const moments: number[] = [];
  for (let moment = Math.floor(from / stepMs) * stepMs; moment < to; moment += stepMs) moments.push(moment);
  return {
    at: moments,
    values: moments.map((moment) => {
      const growth = grown.get(moment) ?? 0;
      const passed = Math.max(1000, Math.min(stepMs, to - moment));
      return by === "step" ? growth : growth / passed * 1000;
    }),
  };
}

/** While nothing happens, a sample is kept this often, with room for a busy machine. */
const SAMPLED_MS = 30_000;

/** Levels, with a hole where no server was there to measure. */
export function levelOf({ at, mean, stepMs }: Series): Line {
  return withHoles({ at, values: mean }, Math.max(SAMPLED_MS, 2 * stepMs));
}

/** What was there in some steps only, as latencies: neighbours are joined where no step lies between them. */
export function withHoles({ at, values }: Line, mostMs: number): Line {
  const moments: number[] = [];
  const filled: (number | null)[] = [];
  at.forEach((moment, index) => {
    const before = at[index - 1];
    if (before !== undefined && moment - before > mostMs) {
      moments.push(before + 1);
      filled.push(null);
    }
    moments.push(moment);
    filled.push(values[index] ?? null);
  });
  return { at: moments, values: filled };
}

/** Places of points that no line leads to or from. */
export function alone(values: readonly (number | null | undefined)[]): number[] {
  const isThere = (index: number) => values[index] !== null && values[index] !== undefined;
  return values.flatMap((_, index) =>
    isThere(index) && !isThere(index - 1) && !isThere(index + 1) ? [index] : []
  );
}

/** Asks for a series. */
export function askSeries(
  client: ApiClient,
  name:
    | GaugeName
    | CounterName
    | `${"latency" | "instrument-latency" | "extension.cpu" | "extension.rss"}:${string}`,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Series> {
  return client.call("GET /metrics/series", { query: { name, from, to, points: 240 }, signal });
}

/** A share of one processor: `3.4 %`, `120 %`. */
export function shareText(share: number): string {
  const percent = share * 100;
  return `${percent < 10 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** All node types together. */
export function totalsOf(
  { nodeTypes }: Pick<MetricsSummary, "nodeTypes">,
): { readonly calls: number; readonly failed: number; readonly reused: number } {
  return nodeTypes.reduce(
    (sum, { count, failed, reused }) => ({
      calls: sum.calls + count,
      failed: sum.failed + failed,
      reused: sum.reused + reused,
    }),
    { calls: 0, failed: 0, reused: 0 },
  );
}
