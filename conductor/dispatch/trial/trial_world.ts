/**
 * The world in which dispatching is tried: a recorded graph on eight unequal workers. Mean run times come from the
 * record; in the world `affinity` each kind of task suits some workers better than others (log-normal with mean 1,
 * sd 0.5 of the logarithm), which has to be learned; every run adds log-normal noise (mean 1, sd 0.25). What a task reads
 * from another worker travels at 100 MB a second.
 *
 * @module
 */

import type { RecordedGraph } from "../../evaluate/data.ts";
import { makeTaskGraph } from "../task_graph.ts";
import type { TaskGraph } from "../task_graph.ts";
import { TrialChance } from "./trial_chance.ts";

export const WORKER_SPEEDS = [2, 2, 1, 1, 1, 1, 0.5, 0.5] as const;
export const WORKERS = WORKER_SPEEDS.length;
export const SECONDS_PER_BYTE = 1e-8;
const NOISE_SD = 0.25;
const AFFINITY_SD = 0.5;
const LEAST_SECONDS = 0.001;

export type WorldName = "uniform" | "affinity";

/** A graph with its recorded seconds. */
export interface TrialGraph extends TaskGraph {
  readonly recorded: Float64Array;
  /** Kinds in the order of their names: the order in which affinities are drawn. */
  readonly sortedKinds: readonly string[];
}

export function trialGraph(graph: RecordedGraph): TrialGraph {
  const tasks = makeTaskGraph(
    graph.name,
    graph.tasks.map((task) => ({
      key: `${graph.name}/${task.id}`,
      kind: task.kind,
      parents: task.parents,
      bytes: task.bytes,
      bytesIn: task.bytesIn,
    })),
  );
  const recorded = Float64Array.from(graph.tasks, ({ seconds }) => Math.max(seconds, LEAST_SECONDS));
  return { ...tasks, recorded, sortedKinds: [...tasks.kinds].sort() };
}

/** Mean seconds of each task on each worker. */
export function meanTimes(graph: TrialGraph, world: WorldName, seed: number): readonly Float64Array[] {
  const chance = new TrialChance(seed * 101 + 7);
  const affinity = new Map(graph.sortedKinds.map((kind) => [
    kind,
    WORKER_SPEEDS.map(() =>
      world === "uniform" ? 1 : Math.exp(-(AFFINITY_SD ** 2) / 2 + AFFINITY_SD * chance.normal())
    ),
  ]));
  return Array.from(graph.recorded, (seconds, task) => {
    const suits = affinity.get(graph.kinds[graph.kindOf[task] as number] as string) as number[];
    return Float64Array.from(
      WORKER_SPEEDS,
      (speed, worker) => seconds / speed * (suits[worker] as number),
    );
  });
}

/** What chance does to each task in one run. */
export function runNoise(graph: TrialGraph, seed: number): Float64Array {
  const chance = new TrialChance(seed * 977 + 5);
  return Float64Array.from(graph.recorded, () => Math.exp(-(NOISE_SD ** 2) / 2 + NOISE_SD * chance.normal()));
}

/** One past run of a task. */
export interface PastRun {
  readonly task: number;
  readonly worker: number;
  readonly seconds: number;
}

/** Five earlier runs of the graph, every task on a worker chosen by chance. */
export function earlierRuns(graph: TrialGraph, means: readonly Float64Array[], seed: number): PastRun[] {
  const chance = new TrialChance(seed * 31 + 3);
  const runs: PastRun[] = [];
  for (let run = 0; run < 5; run++) {
    for (let task = 0; task < graph.size; task++) {
      const worker = chance.below(WORKERS);
      const mean = (means[task] as Float64Array)[worker] as number;
      runs.push({ task, worker, seconds: mean * Math.exp(-0.03 + NOISE_SD * chance.normal()) });
    }
  }
  return runs;
}
