/** How long calls take by node type and instrument, with what they cost; one of them over time. @module */

import { useState } from "preact/hooks";
import type { NodeTypeFigures } from "../../../api/metrics.ts";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { countText, durationText, moneyText, percentText } from "../format.ts";
import { Chart } from "./chart.tsx";
import { useLiveMetrics } from "./live_metrics.ts";
import { askSeries } from "./series.ts";

const DAY = 86_400_000;

export function LatencyTab() {
  const now = useLiveMetrics();
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  if (now === undefined) return <LoadingState what="the figures" lines={8} />;
  if (now.nodeTypes.length === 0 && now.instruments.length === 0) {
    return (
      <EmptyState icon="gauge" title="No call has been measured">
        Figures begin with the first call that this server carries out.
      </EmptyState>
    );
  }
  return (
    <div class="monitor-data wide" tabIndex={0} role="region" aria-label="Latency and cost">
      {chosen === undefined ? null : <LatencyOverTime name={chosen} />}
      <FiguresTable title="Node types" lines={now.nodeTypes} chosen={chosen} onChoose={setChosen} />
      {now.instruments.length === 0
        ? null
        : <FiguresTable title="Instruments" lines={now.instruments} chosen={chosen} onChoose={setChosen} />}
    </div>
  );
}

function FiguresTable(
  { title, lines, chosen, onChoose }: {
    readonly title: string;
    readonly lines: readonly NodeTypeFigures[];
    readonly chosen: string | undefined;
    readonly onChoose: (name: string | undefined) => void;
  },
) {
  const sorted = lines.toSorted((a, b) => b.count * b.mean - a.count * a.mean);
  return (
    <section>
      <h2>{title}</h2>
      <div class="monitor-scroll" tabIndex={0} role="region" aria-label={title}>
        <table class="monitor-table numbers">
          <thead>
            <tr>
              <th>Name</th>
              {["Calls", "Failed", "p50", "p95", "p99", "Most", "Tokens in", "Tokens out", "Cost"].map((
                name,
              ) => <th key={name} class="right">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {sorted.map((line) => (
              <tr key={line.name} class={line.name === chosen ? "here" : ""}>
                <td>
                  <button
                    type="button"
                    class="monitor-link mono"
                    aria-pressed={line.name === chosen}
                    onClick={() => onChoose(line.name === chosen ? undefined : line.name)}
                  >
                    {line.name}
                  </button>
                </td>
                <td class="right">{countText(line.count)}</td>
                <td class={`right ${line.failed > 0 ? "monitor-bad" : ""}`}>
                  {line.failed === 0
                    ? "0"
                    : `${countText(line.failed)} (${percentText(line.failed, line.count)})`}
                </td>
                <td class="right">{durationText(line.p50)}</td>
                <td class="right">{durationText(line.p95)}</td>
                <td class="right">{durationText(line.p99)}</td>
                <td class="right">{durationText(line.max)}</td>
                <td class="right">{countText(line.tokensIn)}</td>
                <td class="right">{countText(line.tokensOut)}</td>
                <td class="right">{moneyText(line.costUsd)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function LatencyOverTime({ name }: { readonly name: string }) {
  const loaded = useResource(async (client, signal) => {
    const to = Date.now();
    return { to, series: await askSeries(client, `latency:${name}`, to - DAY, to, signal) };
  }, [name]);
  if (loaded.value === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the latency" lines={4} />
      : <ErrorState title="Cannot read the latency" error={loaded.error} onRetry={loaded.reload} />;
  }
  const { series, to } = loaded.value;
  const first = series.at[0] ?? to - DAY;
  return (
    <Chart
      title={`Latency of ${name}`}
      at={series.at.map((at) => at / 1000)}
      textOf={durationText}
      from={Math.min(first, to - 60_000) / 1000}
      to={to / 1000}
      lines={[
        { title: "p50", colour: "good", values: series.p50 ?? [] },
        { title: "p95", colour: "warn", values: series.p95 ?? [] },
        { title: "p99", colour: "bad", values: series.p99 ?? [] },
      ]}
    />
  );
}
