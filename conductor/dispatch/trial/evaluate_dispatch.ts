/**
 * Dispatching, evaluated on recorded graphs: makespan over the lower bound beside the field's rules, learning from
 * nothing over ten runs, and many workflows at once. A policy sees a duration only when the task has ended.
 *
 * @module
 */

import type { EvaluationData } from "../../evaluate/data.ts";
import { geometricMean, mean, pairedInterval, quantile, standardDeviation } from "../../evaluate/figures.ts";
import { pause } from "../../evaluate/pause.ts";
import type { EvaluationOptions, ReportColumn, ReportRow, ReportTable } from "../../evaluate/report_table.ts";
import { SeededRandom } from "../../random.ts";
import { DurationModel } from "../duration_model.ts";
import { lowerBound } from "./lower_bound.ts";
import { dispatcherPolicy, runMany, simplePolicy, simpleScores } from "./many_run.ts";
import { arrivingWorkflows, canDraw } from "./many_world.ts";
import { learningHeft, rollingHeft, trialInstruments } from "./trial_ours.ts";
import {
  asEstimates,
  criticalPathFirst,
  firstComeFastest,
  firstComeInTurn,
  meansOfRuns,
  staticPlan,
} from "./trial_rivals.ts";
import { runTrial } from "./trial_run.ts";
import type { TrialPolicy } from "./trial_run.ts";
import { earlierRuns, meanTimes, runNoise, trialGraph } from "./trial_world.ts";
import type { TrialGraph, WorldName } from "./trial_world.ts";

const RUNS = 10;
const SHOWN_RUNS = [1, 2, 5, 10] as const;
const OURS_EARLIER = "ours, after 5 earlier runs placed by chance";
const CEILING = "rolling HEFT, true means (ceiling)";

/** Ratios by policy, then by graph, one a seed. */
type Ratios = Map<string, Map<string, number[]>>;

interface Measured {
  readonly ratios: Ratios;
  /** Microseconds a decision, one a run of ours. */
  readonly microseconds: number[];
}

/** Tables for both worlds and for many workflows; none where the folder holds no graph. */
export async function evaluateDispatch(
  { graphs }: Pick<EvaluationData, "graphs">,
  options: EvaluationOptions,
): Promise<readonly ReportTable[]> {
  if (graphs.length === 0) return [];
  const tables: ReportTable[] = [];
  for (const world of ["affinity", "uniform"] as const) {
    const measured: Measured = { ratios: new Map(), microseconds: [] };
    for (const recorded of graphs) {
      options.onProgress?.(`dispatch, ${world}: ${recorded.name}`);
      const graph = trialGraph(recorded);
      for (let seed = 0; seed < options.seeds; seed++) {
        measureRules(graph, world, seed, measured);
        measureLearning(graph, world, seed, measured);
        await pause(options.signal);
      }
    }
    tables.push(worldTable(world, measured, options.seeds));
    if (world === "affinity") tables.push(graphTable(measured));
  }
  if (canDraw(graphs)) tables.push(await manyTable({ graphs }, options));
  return tables;
}

function measureRules(graph: TrialGraph, world: WorldName, seed: number, into: Measured): void {
  const means = meanTimes(graph, world, seed);
  const noise = runNoise(graph, seed);
  const bound = lowerBound(graph, means, noise, world);
  const past = earlierRuns(graph, means, seed);
  const rows = meansOfRuns(graph, past);
  const add = (name: string, policy: TrialPolicy) => {
    const { makespan, microseconds } = runTrial(graph, means, noise, policy);
    note(into.ratios, name, graph.name, makespan / bound);
    if (name === OURS_EARLIER) into.microseconds.push(microseconds);
  };
  add("first come, first served, workers in turn", firstComeInTurn());
  add("first come, first served, fastest idle worker", firstComeFastest());
  add("critical path, earliest finish among idle (kind means)", criticalPathFirst(graph, rows));
  add("HEFT, static plan (kind means)", staticPlan(graph, rows));
  add("HEFT, static plan (true means)", staticPlan(graph, means));
  add("rolling HEFT (kind means)", rollingHeft(graph, asEstimates(rows, 0.07)));
  const model = new DurationModel();
  const instruments = trialInstruments(model);
  for (const { task, worker, seconds } of past) {
    const kind = graph.kinds[graph.kindOf[task] as number] as string;
    const of = { kind, key: graph.keys[task] as string, bytesIn: graph.bytesIn[task] as number };
    model.observe(of, instruments[worker] as number, seconds);
  }
  add(OURS_EARLIER, learningHeft(graph, model));
  add(CEILING, rollingHeft(graph, asEstimates(means, 0.0625)));
}

/** The same graph ten times, beginning with no knowledge at all. */
function measureLearning(graph: TrialGraph, world: WorldName, seed: number, into: Measured): void {
  const means = meanTimes(graph, world, seed);
  const model = new DurationModel();
  for (let run = 1; run <= RUNS; run++) {
    const noise = runNoise(graph, seed * 100 + run - 1 + 1000);
    const { makespan, microseconds } = runTrial(graph, means, noise, learningHeft(graph, model));
    if (!(SHOWN_RUNS as readonly number[]).includes(run)) continue;
    const bound = lowerBound(graph, means, noise, world);
    note(into.ratios, oursAfter(run), graph.name, makespan / bound);
    into.microseconds.push(microseconds);
    if (run < RUNS) continue;
    const fifo = runTrial(graph, means, noise, firstComeFastest()).makespan / bound;
    note(into.ratios, FIFO_SAME_RUN, graph.name, fifo);
    const ceiling = runTrial(graph, means, noise, rollingHeft(graph, asEstimates(means, 0.0625))).makespan /
      bound;
    note(into.ratios, CEILING_SAME_RUN, graph.name, ceiling);
  }
}

const FIFO_SAME_RUN = "first come, first served (in the world of run 10)";
const CEILING_SAME_RUN = "rolling HEFT, true means (in the world of run 10)";

function oursAfter(run: number): string {
  return `ours, from nothing, run ${run}`;
}

function note(ratios: Ratios, policy: string, graph: string, ratio: number): void {
  let graphs = ratios.get(policy);
  if (graphs === undefined) ratios.set(policy, graphs = new Map());
  const list = graphs.get(graph);
  if (list === undefined) graphs.set(graph, [ratio]);
  else list.push(ratio);
}

const WORLD_COLUMNS: readonly ReportColumn[] = [
  { title: "makespan / bound", digits: 3 },
  { title: "sd over seeds", digits: 3 },
  { title: "worst graph", digits: 2 },
  { title: "against FIFO %", digits: 1 },
];

function worldTable(world: WorldName, { ratios, microseconds }: Measured, seeds: number): ReportTable {
  const fifo = geometricMean(graphMeans(ratios, "first come, first served, fastest idle worker"));
  const rows: ReportRow[] = [...ratios.keys()].map((name) => {
    const means = graphMeans(ratios, name);
    const bySeed = Array.from({ length: seeds }, (_, seed) => geometricMean(ofSeed(ratios, name, seed)));
    const value = geometricMean(means);
    return {
      name,
      isOurs: name.startsWith("ours"),
      cells: [value, standardDeviation(bySeed), Math.max(...means), (value / fifo - 1) * 100],
    };
  });
  const graphs = ratios.values().next().value?.size ?? 0;
  return {
    id: `dispatch/${world}`,
    title:
      `Dispatch, one workflow on 8 unequal workers, world "${world}": geometric mean over ${graphs} graphs`,
    columns: WORLD_COLUMNS,
    rows,
    notes: [
      ...comparisons(ratios),
      `A decision of ours, with learning, took p50 ${quantile(microseconds, 0.5).toFixed(1)} us, ` +
      `p99 ${quantile(microseconds, 0.99).toFixed(1)} us (means of runs).`,
    ],
  };
}

/** Paired over graphs and seeds, as a share of the other's makespan. */
function comparisons(ratios: Ratios): string[] {
  const pairs: readonly (readonly [string, string])[] = [
    [OURS_EARLIER, "rolling HEFT (kind means)"],
    [OURS_EARLIER, "first come, first served, fastest idle worker"],
    [oursAfter(RUNS), FIFO_SAME_RUN],
    [oursAfter(RUNS), CEILING_SAME_RUN],
  ];
  return pairs.map(([ours, other]) => {
    const logs = (name: string) => allRatios(ratios, name).map(Math.log);
    const { mean: centre, low, high } = pairedInterval(logs(ours), logs(other), new SeededRandom(1));
    const share = (log: number) => `${((Math.exp(log) - 1) * 100).toFixed(1)} %`;
    return `${ours} against ${other}: ${share(centre)} (95 % ${share(low)} to ${share(high)}).`;
  });
}

function graphTable({ ratios }: Measured): ReportTable {
  const shown = [
    ["FIFO", "first come, first served, fastest idle worker"],
    ["static HEFT", "HEFT, static plan (kind means)"],
    ["rolling HEFT", "rolling HEFT (kind means)"],
    ["ours", OURS_EARLIER],
    ["run 1", oursAfter(1)],
    ["run 10", oursAfter(10)],
    ["ceiling", CEILING],
  ] as const;
  const names = [...(ratios.get(OURS_EARLIER)?.keys() ?? [])];
  return {
    id: "dispatch/affinity/graphs",
    title: 'Dispatch by graph, world "affinity": makespan over the lower bound',
    columns: shown.map(([title]) => ({ title, digits: 2 })),
    rows: names.map((name) => ({
      name,
      isOurs: false,
      cells: shown.map(([, policy]) => mean(ratios.get(policy)?.get(name) ?? [])),
    })),
    notes: [],
  };
}

async function manyTable(
  { graphs }: Pick<EvaluationData, "graphs">,
  options: EvaluationOptions,
): Promise<ReportTable> {
  const figures = new Map<string, number[][]>();
  for (let seed = 0; seed < options.seeds; seed++) {
    options.onProgress?.(`dispatch, many workflows: seed ${seed}`);
    const workflows = arrivingWorkflows(graphs, seed);
    const add = (name: string, policy: Parameters<typeof runMany>[1]) => {
      const completions = runMany(workflows, policy);
      const slowdowns = completions.map((seconds, at) => seconds / (workflows[at]?.bound ?? 1));
      const row = [
        mean(completions),
        quantile(completions, 0.95),
        mean(slowdowns),
        quantile(slowdowns, 0.95),
      ];
      const list = figures.get(name);
      if (list === undefined) figures.set(name, [row]);
      else list.push(row);
    };
    for (const [name, score] of Object.entries(simpleScores)) add(name, simplePolicy(workflows, score));
    add(OURS_MANY, dispatcherPolicy(workflows));
    await pause(options.signal);
  }
  const of = (name: string, column: number) => (figures.get(name) ?? []).map((row) => row[column] as number);
  const best = "shortest remaining work, ageing";
  const gain = pairedInterval(of(OURS_MANY, 0), of(best, 0), new SeededRandom(1));
  return {
    id: "dispatch/many",
    title: "Dispatch, sixty workflows arriving at four fifths of what 8 workers can do",
    columns: [
      { title: "mean completion s", digits: 1 },
      { title: "sd over seeds", digits: 1 },
      { title: "p95 s", digits: 1 },
      { title: "mean slowdown", digits: 2 },
      { title: "p95 slowdown", digits: 2 },
    ],
    rows: [...figures.keys()].map((name) => ({
      name,
      isOurs: name === OURS_MANY,
      cells: [
        mean(of(name, 0)),
        standardDeviation(of(name, 0)),
        ...[1, 2, 3].map((at) => mean(of(name, at))),
      ],
    })),
    notes: [
      `Ours against ${best}: ${gain.mean.toFixed(1)} s mean completion (95 % ${gain.low.toFixed(1)} to ${
        gain.high.toFixed(1)
      }).`,
      "All know the mean of each kind with an error of a quarter; the simple rules take the fastest idle worker.",
    ],
  };
}

const OURS_MANY = "ours: shortest remaining work, ageing, rolling HEFT";

function graphMeans(ratios: Ratios, policy: string): number[] {
  return [...(ratios.get(policy)?.values() ?? [])].map(mean);
}

function allRatios(ratios: Ratios, policy: string): number[] {
  return [...(ratios.get(policy)?.values() ?? [])].flat();
}

function ofSeed(ratios: Ratios, policy: string, seed: number): number[] {
  return [...(ratios.get(policy)?.values() ?? [])].map((list) => list[seed] as number);
}
