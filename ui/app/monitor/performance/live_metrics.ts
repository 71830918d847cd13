/** The newest sample of figures, and those of the last minutes for the right end of the charts. @module */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CounterName, MetricsNow } from "../../../api/metrics.ts";
import { useApp } from "../../state/app.ts";

export const metricsNow = signal<MetricsNow | undefined>(undefined);

/** Samples of the last seconds, oldest first. */
let recent: readonly MetricsNow[] = [];
const RECENT_MS = 10_000;

function take(sample: MetricsNow): void {
  recent = withSample(recent, sample);
  metricsNow.value = sample;
}

/** `recent` with one more; those that are too old, or of a server before this one, are left out. */
export function withSample(before: readonly MetricsNow[], sample: MetricsNow): readonly MetricsNow[] {
  const isOfBefore = ({ counters }: MetricsNow) => counters["events.sent"] > sample.counters["events.sent"];
  return [...before.some(isOfBefore) ? [] : before.filter(({ at }) => at >= sample.at - RECENT_MS), sample];
}

/** How fast a counter grows now, a second: over the last seconds. Undefined where there are no two samples yet. */
export function rateNow(name: CounterName, samples: readonly MetricsNow[] = recent): number | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  return (last.counters[name] - first.counters[name]) / (last.at - first.at) * 1000;
}

/** Keeps `metricsNow` in step while the component is there. */
export function useLiveMetrics(): MetricsNow | undefined {
  const { live, client } = useApp();
  useEffect(() => {
    client.call("GET /metrics/now", {}).then((now) => metricsNow.value ??= now, () => undefined);
    return live.subscribe("metrics", { onEvent: ({ sample }) => take(sample) });
  }, []);
  return metricsNow.value;
}
