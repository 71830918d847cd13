/** What happens now, and what happened: throughput, queue, processor, memory, money. @module */

import { useMemo } from "preact/hooks";
import type { CounterName, GaugeName, MetricsNow, MetricsSummary, Series } from "../../../api/metrics.ts";
import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { countText, durationText, moneyText, sizeText } from "../format.ts";
import { Chart, type ChartColour } from "./chart.tsx";
import { rateNow, useLiveMetrics } from "./live_metrics.ts";
import { beginningOf, type RangeId, useRounds, useSummary } from "./range.tsx";
import { askSeries, growthOf, joined, levelOf, shareText, totalsOf } from "./series.ts";

interface ChartDefinition {
  readonly title: string;
  readonly lines: readonly {
    readonly title: string;
    readonly name: GaugeName | CounterName;
    readonly colour: ChartColour;
    readonly isRate?: boolean;
    /** What came in each step, not a second. */
    readonly isSum?: boolean;
    readonly isFilled?: boolean;
  }[];
  readonly textOf: (value: number) => string;
}

const perSecond = (value: number) => `${value >= 10 ? Math.round(value) : Number(value.toFixed(2))}/s`;
/** A mean of counts need not be whole. */
const level = (value: number) => Number.isInteger(value) ? countText(value) : value.toFixed(1);

const charts: readonly ChartDefinition[] = [
  {
    title: "Throughput",
    textOf: perSecond,
    lines: [
      { title: "Completed", name: "nodes.completed", colour: "good", isRate: true, isFilled: true },
      { title: "Failed", name: "nodes.failed", colour: "bad", isRate: true },
      { title: "Retried", name: "nodes.retried", colour: "warn", isRate: true },
    ],
  },
  {
    title: "Queue",
    textOf: level,
    lines: [
      { title: "Running", name: "nodes.running", colour: "info", isFilled: true },
      { title: "Queued", name: "nodes.queued", colour: "warn" },
      { title: "Waiting", name: "nodes.waiting", colour: "kind-instrument" },
    ],
  },
  {
    title: "Pool",
    textOf: level,
    lines: [
      { title: "Hot", name: "pool.hot", colour: "good", isFilled: true },
      { title: "Busy", name: "pool.busy", colour: "accent" },
      { title: "Failed", name: "pool.failed", colour: "bad" },
    ],
  },
  {
    title: "Processor",
    textOf: shareText,
    lines: [
      { title: "Symphony", name: "process.cpu", colour: "accent", isFilled: true },
      { title: "Extensions", name: "hosts.cpu", colour: "kind-output" },
    ],
  },
  {
    title: "Memory",
    textOf: sizeText,
    lines: [
      { title: "Symphony", name: "process.rss", colour: "accent", isFilled: true },
      { title: "Extensions", name: "hosts.rss", colour: "kind-output" },
    ],
  },
  {
    title: "Tokens",
    textOf: perSecond,
    lines: [
      { title: "In", name: "tokens.in", colour: "info", isRate: true },
      { title: "Out", name: "tokens.out", colour: "kind-instrument", isRate: true, isFilled: true },
    ],
  },
  {
    title: "Money",
    textOf: moneyText,
    lines: [{ title: "In each step", name: "cost.usd", colour: "warn", isSum: true, isFilled: true }],
  },
  {
    title: "Event loop delay",
    textOf: durationText,
    lines: [{ title: "Delay", name: "loop.delay", colour: "bad", isFilled: true }],
  },
];

export function OverviewTab({ range }: { readonly range: RangeId }) {
  const now = useLiveMetrics();
  const round = useRounds();
  const summary = useSummary(range, round);
  const since = summary.value?.from;
  const loaded = useResource(async (client, signal) => {
    const to = Date.now();
    const asked = beginningOf(range, to);
    // All that is kept begins where it begins; a minute is the least that can be read.
    const from = asked > 0 ? asked : Math.min(since ?? to, to - 60_000);
    const names = [...new Set(charts.flatMap(({ lines }) => lines.map(({ name }) => name)))];
    const series = await Promise.all(names.map((name) => askSeries(client, name, from, to, signal)));
    return { from, to, byName: new Map(names.map((name, index) => [name, series[index] as Series])) };
  }, [range, round, range === "all" ? since : 0]);
  const drawn = useMemo(() => {
    if (loaded.value === undefined) return [];
    const { byName, from, to } = loaded.value;
    return charts.map((chart) => {
      const lines = chart.lines.map(({ name, isRate, isSum }) => {
        const series = byName.get(name);
        if (series === undefined) return { at: [], values: [] };
        if (isRate === true) return growthOf(series, from, to, "second");
        return isSum === true ? growthOf(series, from, to, "step") : levelOf(series);
      });
      const { at, values } = joined(lines);
      return {
        title: chart.title,
        textOf: chart.textOf,
        at: at.map((moment) => moment / 1000),
        lines: chart.lines.map(({ title, name, colour, isFilled, isRate }, index) => ({
          title,
          name,
          isRate,
          colour,
          values: values[index] ?? [],
          ...isFilled === undefined ? {} : { isFilled },
        })),
      };
    });
  }, [loaded.value]);
  return (
    <div class="monitor-dashboard" tabIndex={0} role="region" aria-label="Figures now and over time">
      {now === undefined || summary.value === undefined
        ? summary.error === undefined
          ? <LoadingState what="the figures" lines={2} />
          : <ErrorState title="Cannot sum up the figures" error={summary.error} onRetry={summary.reload} />
        : <TileFigures now={now} summary={summary.value} />}
      {loaded.value === undefined
        ? loaded.error === undefined
          ? <LoadingState what="the charts" lines={8} />
          : <ErrorState title="Cannot read the figures" error={loaded.error} onRetry={loaded.reload} />
        : (
          <div class="monitor-charts">
            {drawn.map((chart) => (
              <Chart
                key={chart.title}
                {...chart}
                lines={chart.lines.map(({ name, isRate, ...line }) => {
                  const value = now === undefined ? undefined : valueNow(now, name, isRate);
                  return value === undefined ? line : { ...line, now: value };
                })}
                from={(loaded.value?.from ?? 0) / 1000}
                to={(loaded.value?.to ?? 1) / 1000}
              />
            ))}
          </div>
        )}
    </div>
  );
}

/** The newest value of a line; undefined where only the kept steps tell. */
function valueNow(now: MetricsNow, name: GaugeName | CounterName, isRate: boolean | undefined) {
  if (isRate === true) return rateNow(name as CounterName);
  return name in now.gauges ? now.gauges[name as GaugeName] : undefined;
}

/** What is now, and what the chosen time came to. */
function TileFigures({ now, summary }: { readonly now: MetricsNow; readonly summary: MetricsSummary }) {
  const { gauges } = now;
  const { counters } = summary;
  const { calls, failed, reused } = totalsOf(summary);
  const worst = summary.nodeTypes.reduce((most, { p99 }) => Math.max(most, p99), 0);
  const figures: readonly (readonly [string, string, string?])[] = [
    ["Runs active", countText(gauges["runs.active"])],
    ["Nodes running", countText(gauges["nodes.running"])],
    ["Queued", countText(gauges["nodes.queued"])],
    ["Waiting", countText(gauges["nodes.waiting"])],
    ["Processor", shareText(gauges["process.cpu"] + gauges["hosts.cpu"])],
    ["Memory", sizeText(gauges["process.rss"] + gauges["hosts.rss"])],
    ["Watching", countText(gauges.clients), gauges.clients === 1 ? "page" : "pages"],
    ["Calls", countText(calls), failed === 0 ? "none failed" : `${countText(failed)} failed`],
    ["From memory", countText(reused)],
    ["Slowest p99", calls === 0 ? "–" : durationText(worst)],
    ["Fallbacks", countText(counters.fallbacks)],
    ["Tokens", `${countText(counters["tokens.in"])} / ${countText(counters["tokens.out"])}`, "in / out"],
    ["Cost", moneyText(counters["cost.usd"])],
  ];
  return (
    <dl class="monitor-now">
      {figures.map(([title, value, note]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd class="numbers">
            {value}
            {note === undefined ? null : <span class="faint monitor-small">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
