/** What happens now, and what happened: throughput, queue, processor, memory, money. @module */

import { useEffect, useMemo, useState } from "preact/hooks";
import type { CounterName, GaugeName, MetricsNow, Series } from "../../../api/metrics.ts";
import { ErrorState, LoadingState } from "../../parts/states.tsx";
import { useResource } from "../../state/resource.ts";
import { countText, durationText, moneyText, sizeText } from "../format.ts";
import { Chart, type ChartColour } from "./chart.tsx";
import { useLiveMetrics } from "./live_metrics.ts";
import { askSeries, growthOf, joined, levelOf, type RangeId, ranges, rateOf, totalsOf } from "./series.ts";

interface ChartDefinition {
  readonly title: string;
  readonly lines: readonly {
    readonly title: string;
    readonly name: GaugeName | CounterName;
    readonly colour: ChartColour;
    readonly isRate?: boolean;
    /** A counter, shown as what came to it in each step. */
    readonly isGrowth?: boolean;
    readonly isFilled?: boolean;
  }[];
  readonly textOf: (value: number) => string;
}

const perSecond = (value: number) => `${value >= 10 ? Math.round(value) : Number(value.toFixed(2))}/s`;
/** A mean of counts need not be whole. */
const level = (value: number) => Number.isInteger(value) ? countText(value) : value.toFixed(1);
const share = (value: number) => `${Math.round(value * 100)} %`;

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
    textOf: share,
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
    lines: [{ title: "In each step", name: "cost.usd", colour: "warn", isGrowth: true, isFilled: true }],
  },
  {
    title: "Event loop delay",
    textOf: durationText,
    lines: [{ title: "Delay", name: "loop.delay", colour: "bad", isFilled: true }],
  },
];

const RELOAD_MS = 10_000;

export function OverviewTab() {
  const now = useLiveMetrics();
  const [range, setRange] = useState<RangeId>("15m");
  const [round, setRound] = useState(0);
  const ms = ranges.find(({ id }) => id === range)?.ms ?? ranges[0].ms;
  const loaded = useResource(async (client, signal) => {
    const to = Date.now();
    const from = to - ms;
    const names = [...new Set(charts.flatMap(({ lines }) => lines.map(({ name }) => name)))];
    const series = await Promise.all(names.map((name) => askSeries(client, name, from, to, signal)));
    return { from, to, byName: new Map(names.map((name, index) => [name, series[index] as Series])) };
  }, [ms, round]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setRound((before) => before + 1), RELOAD_MS);
    return () => clearInterval(timer);
  }, []);
  const drawn = useMemo(() => {
    if (loaded.value === undefined) return [];
    const { byName, to } = loaded.value;
    return charts.map((chart) => {
      const lines = chart.lines.map(({ name, isRate, isGrowth }) => {
        const series = byName.get(name);
        if (series === undefined) return { at: [], values: [] };
        if (isRate === true) return rateOf(series, to);
        return isGrowth === true ? growthOf(series, to) : levelOf(series);
      });
      const { at, values } = joined(lines);
      return {
        title: chart.title,
        textOf: chart.textOf,
        at: at.map((moment) => moment / 1000),
        lines: chart.lines.map(({ title, colour, isFilled }, index) => ({
          title,
          colour,
          values: values[index] ?? [],
          ...isFilled === undefined ? {} : { isFilled },
        })),
      };
    });
  }, [loaded.value]);
  return (
    <div class="monitor-dashboard" tabIndex={0} role="region" aria-label="Figures now and over time">
      {now === undefined ? <LoadingState what="the figures" lines={2} /> : <NowFigures now={now} />}
      <div class="monitor-tools">
        <div class="monitor-chips" role="group" aria-label="How far back">
          {ranges.map(({ id, title }) => (
            <button
              key={id}
              type="button"
              class="monitor-chip"
              aria-pressed={id === range}
              onClick={() => setRange(id)}
            >
              {title}
            </button>
          ))}
        </div>
        <span class="faint">Kept in the data folder, older ones in larger steps.</span>
      </div>
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
                from={(loaded.value?.from ?? 0) / 1000}
                to={(loaded.value?.to ?? 1) / 1000}
              />
            ))}
          </div>
        )}
    </div>
  );
}

function NowFigures({ now }: { readonly now: MetricsNow }) {
  const { gauges, counters } = now;
  const { calls, failed } = totalsOf(now);
  const worst = now.nodeTypes.reduce((most, { p99 }) => Math.max(most, p99), 0);
  const figures: readonly (readonly [string, string, string?])[] = [
    ["Runs active", countText(gauges["runs.active"])],
    ["Nodes running", countText(gauges["nodes.running"])],
    ["Queued", countText(gauges["nodes.queued"])],
    ["Waiting", countText(gauges["nodes.waiting"])],
    ["Calls", countText(calls), failed === 0 ? "none failed" : `${countText(failed)} failed`],
    ["Slowest p99", durationText(worst)],
    ["Fallbacks", countText(counters.fallbacks)],
    ["Tokens", `${countText(counters["tokens.in"])} / ${countText(counters["tokens.out"])}`, "in / out"],
    ["Cost", moneyText(counters["cost.usd"])],
    ["Processor", share(gauges["process.cpu"] + gauges["hosts.cpu"])],
    ["Memory", sizeText(gauges["process.rss"] + gauges["hosts.rss"])],
    ["Watching", countText(gauges.clients), gauges.clients === 1 ? "page" : "pages"],
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
