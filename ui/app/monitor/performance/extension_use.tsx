/** Processor and memory of each extension: over the chosen time, on average, at most, and now. @module */

import type { ExtensionFigures, MetricsNow } from "../../../api/metrics.ts";
import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { sizeText } from "../format.ts";
import { Chart, type ChartColour } from "./chart.tsx";
import { beginningOf, type RangeId, useRounds, useSummary } from "./range.tsx";
import { askSeries, joined, levelOf, shareText } from "./series.ts";

/** As many as can be told apart; the rest is in the table. */
const colours: readonly ChartColour[] = [
  "accent",
  "good",
  "warn",
  "bad",
  "info",
  "kind-instrument",
  "kind-output",
];
const kinds = [
  { title: "Processor", what: "extension.cpu", textOf: shareText },
  { title: "Memory", what: "extension.rss", textOf: sizeText },
] as const;

export function ExtensionUse(
  { range, now }: { readonly range: RangeId; readonly now: MetricsNow["extensions"] },
) {
  const round = useRounds();
  const summary = useSummary(range, round);
  if (summary.value === undefined) {
    return summary.error === undefined
      ? <LoadingState what="what extensions use" lines={4} />
      : <ErrorState title="Cannot sum up the figures" error={summary.error} onRetry={summary.reload} />;
  }
  const { extensions, from } = summary.value;
  return (
    <section>
      <h2>Processor and memory</h2>
      {extensions.length === 0 ? <p class="faint">No extension ran in this time.</p> : (
        <>
          <Course extensions={extensions} now={now} range={range} round={round} since={from} />
          <UseTable extensions={extensions} now={now} />
        </>
      )}
    </section>
  );
}

function Course(
  { extensions, now, range, round, since }: {
    readonly extensions: readonly ExtensionFigures[];
    readonly now: MetricsNow["extensions"];
    readonly range: RangeId;
    readonly round: number;
    readonly since: number;
  },
) {
  const names = extensions.slice(0, colours.length).map(({ extension }) => extension);
  const loaded = useResource(async (client, signal) => {
    const to = Date.now();
    const from = Math.min(beginningOf(range, to) || since, to - 60_000);
    const charts = await Promise.all(
      kinds.map(async ({ what }) =>
        joined(
          (await Promise.all(names.map((name) => askSeries(client, `${what}:${name}`, from, to, signal))))
            .map(levelOf),
        )
      ),
    );
    return { from, to, names, charts };
  }, [names.join(" "), range, round]);
  if (loaded.value === undefined) {
    return loaded.error === undefined
      ? <LoadingState what="the course" lines={4} />
      : <ErrorState title="Cannot read the figures" error={loaded.error} onRetry={loaded.reload} />;
  }
  const { from, to, charts } = loaded.value;
  return (
    <div class="monitor-charts inner">
      {kinds.map(({ title, textOf }, index) => (
        <Chart
          key={title}
          title={title}
          textOf={textOf}
          at={(charts[index]?.at ?? []).map((at) => at / 1000)}
          from={from / 1000}
          to={to / 1000}
          lines={loaded.value?.names.map((name, place) => {
            const running = now.find(({ extension }) => extension === name);
            return {
              title: name,
              colour: colours[place] as ChartColour,
              values: charts[index]?.values[place] ?? [],
              now: title === "Processor" ? running?.cpu ?? 0 : running?.memoryBytes ?? 0,
            };
          }) ?? []}
        />
      ))}
    </div>
  );
}

function UseTable(
  { extensions, now }: {
    readonly extensions: readonly ExtensionFigures[];
    readonly now: MetricsNow["extensions"];
  },
) {
  return (
    <div class="monitor-scroll" tabIndex={0} role="region" aria-label="Processor and memory">
      <table class="monitor-table numbers">
        <thead>
          <tr>
            <th>Extension</th>
            <th class="right">Processor now</th>
            <th class="right">On average</th>
            <th class="right">Most</th>
            <th class="right">Memory now</th>
            <th class="right">On average</th>
            <th class="right">Most</th>
          </tr>
        </thead>
        <tbody>
          {extensions.map((one) => {
            const running = now.find(({ extension }) => extension === one.extension);
            return (
              <tr key={one.extension}>
                <td class="mono">{one.extension}</td>
                <td class="right">{running === undefined ? "not running" : shareText(running.cpu)}</td>
                <td class="right">{shareText(one.cpu)}</td>
                <td class="right">{shareText(one.mostCpu)}</td>
                <td class="right">{running === undefined ? "–" : sizeText(running.memoryBytes)}</td>
                <td class="right">{sizeText(one.memoryBytes)}</td>
                <td class="right">{sizeText(one.mostMemoryBytes)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
