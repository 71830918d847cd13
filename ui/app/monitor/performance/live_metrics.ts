/** The newest sample of figures, and those of the last minutes for the right end of the charts. @module */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MetricsNow } from "../../../api/metrics.ts";
import { useApp } from "../../state/app.ts";

export const metricsNow = signal<MetricsNow | undefined>(undefined);

/** Keeps `metricsNow` in step while the component is there. */
export function useLiveMetrics(): MetricsNow | undefined {
  const { live, client } = useApp();
  useEffect(() => {
    client.call("GET /metrics/now", {}).then((now) => metricsNow.value ??= now, () => undefined);
    return live.subscribe("metrics", { onEvent: ({ sample }) => metricsNow.value = sample });
  }, []);
  return metricsNow.value;
}
