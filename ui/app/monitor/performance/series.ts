/** Figures over time: what the server kept, with the live samples at the end. @module */

import type { CounterName, GaugeName, MetricsNow, Series } from "../../../api/metrics.ts";
import type { ApiClient } from "../../state/client.ts";

export interface Line {
  /** Unix milliseconds. */
  readonly at: readonly number[];
  readonly values: readonly (number | null)[];
}

export const ranges = [
  { id: "15m", title: "15 minutes", ms: 15 * 60_000 },
  { id: "1h", title: "Hour", ms: 3_600_000 },
  { id: "24h", title: "Day", ms: 86_400_000 },
  { id: "7d", title: "Week", ms: 7 * 86_400_000 },
] as const;
export type RangeId = (typeof ranges)[number]["id"];

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

/** The growth of a counter in each step as a rate for a second. */
export function rateOf(series: Series, to: number): Line {
  const { at, values } = growthOf(series, to);
  return { at, values: values.map((growth) => ((growth ?? 0) / series.stepMs) * 1000) };
}

/** The growth of a counter in each step up to `to`. Where nothing was kept it has not grown: that is a step, too. */
export function growthOf({ at, mean, stepMs }: Series, to: number): Line {
  const [first] = at;
  if (first === undefined) return { at: [], values: [] };
  const known = new Map(at.map((moment, index) => [moment, mean[index] as number]));
  const moments: number[] = [];
  for (let moment = first; moment + stepMs <= to; moment += stepMs) moments.push(moment);
  // The step that is under way, where something is known of it.
  const last = at.at(-1) as number;
  if (last > (moments.at(-1) ?? -Infinity)) moments.push(last);
  return { at: moments, values: moments.map((moment) => known.get(moment) ?? 0) };
}

export function levelOf({ at, mean }: Series): Line {
  return { at, values: mean };
}

/** Asks for a series. */
export function askSeries(
  client: ApiClient,
  name: GaugeName | CounterName | `latency:${string}`,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Series> {
  return client.call("GET /metrics/series", { query: { name, from, to, points: 240 }, signal });
}

/** Successes of all node types together. */
export function totalsOf(now: MetricsNow): { readonly calls: number; readonly failed: number } {
  return now.nodeTypes.reduce(
    (sum, { count, failed }) => ({ calls: sum.calls + count, failed: sum.failed + failed }),
    { calls: 0, failed: 0 },
  );
}
