/** How long calls take by node type and instrument, with what they cost; one of them over time. @module */

import { useState } from "preact/hooks";
import type { NodeTypeFigures } from "../../../api/metrics.ts";
import { EmptyState, ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { countText, durationText, moneyText, percentText } from "../format.ts";
import { Chart } from "./chart.tsx";
import { beginningOf, type RangeId, useRounds, useSummary } from "./range.tsx";
import { askSeries, withHoles } from "./series.ts";

type Kind = "latency" | "instrument-latency";

interface Chosen {
  readonly kind: Kind;
  readonly name: string;
}

export function LatencyTab({ range }: { readonly range: RangeId }) {
  const round = useRounds();
  const loaded = useSummary(range, round);
  const [chosen, setChosen] = useState<Chosen | undefined>(undefined);
  const summary = loaded.value;
  if (summary === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the figures" lines={8} />
      : <ErrorState title="Cannot sum up the figures" error={loaded.error} onRetry={loaded.reload} />;
  }
  if (summary.nodeTypes.length === 0 && summary.instruments.length === 0) {
    return (
      <EmptyState icon="gauge" title={range === "all" ? "No call has been measured" : "No call in this time"}>
        {range === "all"
          ? "Figures begin with the first call that a server of this data folder carries out."
          : "Choose a longer time above to see earlier calls."}
      </EmptyState>
    );
  }
  const tables = [
    { title: "Node types", kind: "latency", lines: summary.nodeTypes },
    { title: "Instruments", kind: "instrument-latency", lines: summary.instruments },
  ] as const;
  return (
    <div class="monitor-data wide" tabIndex={0} role="region" aria-label="Latency and cost">
      {chosen === undefined
        ? null
        : <LatencyOverTime {...chosen} range={range} round={round} since={summary.from} />}
      {tables.map(({ title, kind, lines }) =>
        lines.length === 0 ? null : (
          <FiguresTable
            key={kind}
            title={title}
            lines={lines}
            chosen={chosen?.kind === kind ? chosen.name : undefined}
            onChoose={(name) => setChosen(name === undefined ? undefined : { kind, name })}
          />
        )
      )}
      <p class="faint">
        What was taken from memory took no call, and the time that calls were held until you gave leave is not
        theirs: both are counted apart.
      </p>
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
              {[
                "Calls",
                "Failed",
                "From memory",
                "p50",
                "p95",
                "p99",
                "Most",
                "Held for leave",
                "Tokens in",
                "Tokens out",
                "Cost",
              ].map((
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
                <td class="right">{countText(line.reused)}</td>
                {[line.p50, line.p95, line.p99, line.max].map((ms, index) => (
                  <td key={index} class="right">{line.count === 0 ? "–" : durationText(ms)}</td>
                ))}
                <td class="right">{line.waitedMs === 0 ? "–" : durationText(line.waitedMs)}</td>
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

function LatencyOverTime(
  { kind, name, range, round, since }: Chosen & {
    readonly range: RangeId;
    readonly round: number;
    readonly since: number;
  },
) {
  const loaded = useResource(async (client, signal) => {
    const to = Date.now();
    const from = Math.min(beginningOf(range, to) || since, to - 60_000);
    return { from, to, series: await askSeries(client, `${kind}:${name}`, from, to, signal) };
  }, [kind, name, range, round]);
  if (loaded.value === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the latency" lines={4} />
      : <ErrorState title="Cannot read the latency" error={loaded.error} onRetry={loaded.reload} />;
  }
  const { series, from, to } = loaded.value;
  // Between two calls that lie apart there was no latency.
  const lines = ([["p50", "good"], ["p95", "warn"], ["p99", "bad"]] as const).map(([title, colour]) => ({
    title,
    colour,
    ...withHoles({ at: series.at, values: series[title] ?? [] }, series.stepMs),
  }));
  return (
    <Chart
      title={`Latency of ${name}`}
      at={(lines[0]?.at ?? []).map((at) => at / 1000)}
      textOf={durationText}
      from={from / 1000}
      to={to / 1000}
      lines={lines}
    />
  );
}
