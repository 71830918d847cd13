/** How far back the dashboard looks: one choice for tiles, charts and tables, in the address and kept while the page is open. @module */

import { useEffect, useState } from "preact/hooks";
import type { MetricsSummary } from "../../../api/metrics.ts";
import { useResource } from "../../state/resource.ts";
import { hrefOf, navigate } from "../../state/route.ts";
import { metricsNow, useLiveMetrics } from "./live_metrics.ts";

export const ranges = [
  { id: "15m", title: "15 minutes", ms: 15 * 60_000 },
  { id: "1h", title: "Hour", ms: 3_600_000 },
  { id: "24h", title: "Day", ms: 86_400_000 },
  { id: "7d", title: "Week", ms: 7 * 86_400_000 },
  { id: "all", title: "All", ms: Infinity },
] as const;
export type RangeId = (typeof ranges)[number]["id"];

let last: RangeId = "15m";

/** What the address says, else what was chosen last. */
export function rangeOf(query: Readonly<Record<string, string>>): RangeId {
  return last = ranges.find(({ id }) => id === query["range"])?.id ?? last;
}

/** When the time begins, in Unix milliseconds; 0 for all. */
export function beginningOf(range: RangeId, now: number): number {
  const ms = ranges.find(({ id }) => id === range)?.ms ?? ranges[0].ms;
  return ms === Infinity ? 0 : now - ms;
}

export function RangeChoice(
  { range, query }: { readonly range: RangeId; readonly query: Readonly<Record<string, string>> },
) {
  return (
    <div class="monitor-tools">
      <div class="monitor-chips" role="group" aria-label="How far back">
        {ranges.map(({ id, title }) => (
          <button
            key={id}
            type="button"
            class="monitor-chip"
            aria-pressed={id === range}
            onClick={() => navigate(hrefOf("performance", "", { ...query, range: id }), true)}
          >
            {title}
          </button>
        ))}
      </div>
      <span class="faint">Kept in the data folder, over restarts; older ones in larger steps.</span>
    </div>
  );
}

const LOOK_MS = 2000;
const RELOAD_MS = 10_000;

/** Goes up every ten seconds, and within two after calls have ended. */
export function useRounds(): number {
  const [round, setRound] = useState(0);
  useLiveMetrics();
  useEffect(() => {
    let before = { at: Date.now(), ended: endedNow() };
    const timer = setInterval(() => {
      const now = { at: Date.now(), ended: endedNow() };
      if (document.hidden || now.ended === before.ended && now.at - before.at < RELOAD_MS) return;
      before = now;
      setRound((count) => count + 1);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return round;
}

function endedNow(): number {
  const counters = metricsNow.peek()?.counters;
  if (counters === undefined) return 0;
  return counters["nodes.completed"] + counters["nodes.failed"] + counters["nodes.retried"];
}

/** What the time came to. */
export function useSummary(range: RangeId, round: number) {
  return useResource<MetricsSummary>(
    (client, signal) =>
      client.call("GET /metrics/summary", { query: { from: beginningOf(range, Date.now()) }, signal }),
    [range, round],
  );
}
