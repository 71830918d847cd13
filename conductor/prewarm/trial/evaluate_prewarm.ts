/**
 * Prewarming, evaluated on recorded traces: keep-alive, a pool of limited room, the number of instances, and what looking
 * ahead in the graph buys.
 *
 * @module
 */

import type { ActivityTrace, EvaluationData, RequestTrace } from "../../evaluate/data.ts";
import { mean } from "../../evaluate/figures.ts";
import { pause } from "../../evaluate/pause.ts";
import type { EvaluationOptions, ReportTable } from "../../evaluate/report_table.ts";
import { fixed, hybridHistogram, learned, MINUTE, runKeepAlive } from "./keep_alive_trial.ts";
import type { KeepAlive } from "./keep_alive_trial.ts";
import { repeatedWorkflows, runGraphTrial } from "./graph_trial.ts";
import type { GraphTrialOptions } from "./graph_trial.ts";
import { evictions, missRate, requestsOf } from "./pool_trial.ts";
import {
  fixedNumber,
  meanAndDeviations,
  offeredLoad,
  ours,
  reactive,
  runScaling,
  windowQuantile,
} from "./scaling_trial.ts";
import type { Scaling } from "./scaling_trial.ts";

/** What a cold start is worth, in minutes of being warm. */
const COLD_MINUTES = [5, 15, 60] as const;
const CAPACITIES = [4, 8, 16, 24] as const;

/** Seconds to load (ServerlessLLM measured 3 to 21 s for large models) and the worth of a waiting second. */
const LOADS = [{ loadSeconds: 8, urgency: 5 }, { loadSeconds: 20, urgency: 5 }] as const;
const GRAPH_SEEDS = 3;
const GRAPH_POLICIES: readonly (readonly [string, GraphTrialOptions["keep"], boolean])[] = [
  ["let go at once", "nothing", false],
  ["break-even", "break-even", false],
  ["ours: learned gaps", "learned", false],
  ["ours: looking ahead, let go at once", "nothing", true],
  ["ours: looking ahead, learned gaps", "learned", true],
];

/** Tables for every trace of the folder. */
export async function evaluatePrewarm(
  data: Pick<EvaluationData, "activity" | "requests" | "graphs">,
  options: EvaluationOptions,
): Promise<readonly ReportTable[]> {
  const tables: ReportTable[] = [];
  for (const trace of data.activity) {
    options.onProgress?.(`prewarm: ${trace.name}`);
    for (const minutes of COLD_MINUTES) tables.push(keepAliveTable(trace, minutes));
    tables.push(poolTable(trace));
    await pause(options.signal);
  }
  for (const trace of data.requests) {
    options.onProgress?.(`instances: ${trace.name}`);
    tables.push(scalingTable(trace));
    await pause(options.signal);
  }
  if (data.graphs.length > 0) {
    for (const load of LOADS) tables.push(await graphTable(data, load, options));
  }
  return tables;
}

async function graphTable(
  { graphs }: Pick<EvaluationData, "graphs">,
  load: (typeof LOADS)[number],
  options: EvaluationOptions,
): Promise<ReportTable> {
  const seeds = Math.min(options.seeds, GRAPH_SEEDS);
  const results = new Map<string, { isOurs: boolean; cells: number[][] }>();
  for (let seed = 0; seed < seeds; seed++) {
    options.onProgress?.(`prewarm, looking ahead: ${load.loadSeconds} s to load, seed ${seed}`);
    const workflows = repeatedWorkflows(graphs, seed);
    for (const [name, keep, looksAhead] of GRAPH_POLICIES) {
      const result = runGraphTrial(workflows, { ...load, keep, looksAhead });
      const row = [
        result.cost / result.tasks,
        100 * result.cold / result.tasks,
        result.waitingSeconds / result.tasks,
        result.heldSeconds / result.tasks,
        result.slowdown,
      ];
      const known = results.get(name);
      if (known === undefined) results.set(name, { isOurs: looksAhead || keep === "learned", cells: [row] });
      else known.cells.push(row);
      await pause(options.signal);
    }
  }
  return {
    id: `prewarm/graph/${load.loadSeconds}`,
    title:
      `Looking ahead in the graph: ${load.loadSeconds} s to load, a waiting second worth ${load.urgency}`,
    columns: [
      { title: "cost a task", digits: 1 },
      { title: "waited %", digits: 1 },
      { title: "wait s a task", digits: 2 },
      { title: "held s a task", digits: 1 },
      { title: "time / all warm", digits: 3 },
    ],
    rows: [...results].map(([name, { isOurs, cells }]) => ({
      name,
      isOurs,
      cells: (cells[0] as number[]).map((_, at) => mean(cells.map((row) => row[at] as number))),
    })),
    notes: [
      `${seeds} seeds of 120 workflows, one a minute, an instance of its own for every kind of task. Held: idle or loading.`,
    ],
  };
}

function keepAliveTable(trace: ActivityTrace, coldMinutes: number): ReportTable {
  const coldSeconds = coldMinutes * MINUTE;
  const policies: readonly (readonly [string, () => KeepAlive])[] = [
    ["none", fixed(0)],
    ["fixed 5 min", fixed(5)],
    ["fixed 10 min", fixed(10)],
    ["fixed 20 min", fixed(20)],
    ["fixed 60 min", fixed(60)],
    [`break-even (${coldMinutes} min, at most twice the best)`, fixed(coldMinutes)],
    ["never let go", fixed(Infinity)],
    ["hybrid histogram (4 h)", hybridHistogram],
    ["ours", learned(coldSeconds)],
    ["ours, ready a whole minute before", learned(coldSeconds, MINUTE)],
  ];
  const results = policies.map(([name, make]) => ({ name, ...runKeepAlive(trace, make) }));
  const costOf = ({ cold, idleSeconds }: { cold: number; idleSeconds: number }) =>
    cold * coldSeconds + idleSeconds;
  const reference = results.find(({ name }) => name === "fixed 10 min");
  const first = { cold: trace.apps.filter(({ active }) => active.length > 0).length, idleSeconds: 0 };
  const base = reference === undefined ? NaN : costOf(reference);
  const breakEven = results.find(({ name }) => name.startsWith("break-even"));
  const own = results.find(({ name }) => name === "ours");
  const over = own === undefined || breakEven === undefined ? NaN : costOf(own) / costOf(breakEven);
  return {
    id: `prewarm/${trace.name}/${coldMinutes}`,
    title:
      `Keep-alive, ${trace.name}: ${trace.apps.length} applications, a cold start worth ${coldMinutes} min`,
    columns: [
      { title: "cost / fixed 10 min", digits: 3 },
      { title: "cold %", digits: 2 },
      { title: "idle min", digits: 0 },
      { title: "memory-time / fixed 10 min", digits: 2 },
    ],
    rows: [
      ...results.map((result) => ({
        name: result.name,
        isOurs: result.name.startsWith("ours"),
        cells: [
          costOf(result) / base,
          100 * result.cold / Math.max(1, result.activities),
          result.idleSeconds / MINUTE,
          result.memory / (reference?.memory ?? NaN),
        ],
      })),
      {
        name: "clairvoyant (first touch only)",
        isOurs: false,
        cells: [costOf(first) / base, 100 * first.cold / Math.max(1, own?.activities ?? 1), 0, 0],
      },
    ],
    notes: [
      `Ours costs ${
        over.toFixed(3)
      } of break-even; by its guard it can never cost more than 1.05 of it and seven cold starts ` +
      "an application.",
      "Activity is known by the minute: one in the minute in which a window begins counts as warm, for every policy.",
    ],
  };
}

function poolTable(trace: ActivityTrace): ReportTable {
  const requests = requestsOf(trace);
  const rules = Object.entries(evictions(requests));
  return {
    id: `prewarm/${trace.name}/pool`,
    title: `Pool of limited room, ${trace.name}: ${requests.length} requests, share that is not loaded in %`,
    columns: CAPACITIES.map((capacity) => ({ title: `${capacity} slots`, digits: 2 })),
    rows: rules.map(([name, make]) => ({
      name,
      isOurs: name.startsWith("ours"),
      cells: CAPACITIES.map((capacity) => 100 * missRate(requests, capacity, make())),
    })),
    notes: [],
  };
}

function scalingTable(trace: RequestTrace): ReportTable {
  const load = offeredLoad(trace);
  const policies: readonly (readonly [string, Scaling])[] = [
    ["fixed, the mean", fixedNumber(Math.ceil(load))],
    ["fixed, 1.5 × the mean", fixedNumber(Math.ceil(load * 1.5))],
    ["fixed, 2.5 × the mean", fixedNumber(Math.ceil(load * 2.5))],
    ["reactive, 70 % used, 60 s down", reactive(0.7, 12)],
    ["mean + 1 sd", meanAndDeviations(1)],
    ["mean + 2 sd", meanAndDeviations(2)],
    ["mean + 3 sd", meanAndDeviations(3)],
    ["p90 of 5 min × 1.15", windowQuantile(60, 0.9)],
    ["p99 of 10 min × 1.15", windowQuantile(120, 0.99)],
    ...[0.3, 0.6, 1, 2, 4].map((worth) => [`ours, waiting worth ${worth}`, ours(worth)] as const),
  ];
  return {
    id: `instances/${trace.name}`,
    title: `Number of instances, ${trace.name}: ${trace.seconds.length} requests, load ${load.toFixed(1)}`,
    columns: [
      { title: "instances / load", digits: 2 },
      { title: "mean wait s", digits: 2 },
      { title: "p95 wait s", digits: 2 },
      { title: "p99 wait s", digits: 2 },
      { title: "starts", digits: 0 },
    ],
    rows: policies.map(([name, policy]) => {
      const { instances, meanWait, p95Wait, p99Wait, starts } = runScaling(trace, policy);
      return {
        name,
        isOurs: name.startsWith("ours"),
        cells: [instances, meanWait, p95Wait, p99Wait, starts],
      };
    }),
    notes: [
      "A waiting request's second is worth that many seconds of an instance: the one dial, set by urgency.",
    ],
  };
}
