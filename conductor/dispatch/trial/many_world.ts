/**
 * Several workflows at once: sixty of them, drawn from the recorded graphs, arrive by chance (Poisson) at four fifths of
 * what the eight workers can do. The work of each is scaled to a log-normal size (median 120 s, sd 1 of the logarithm);
 * nothing travels. Estimates know the mean of each kind in its graph with an error of a quarter.
 *
 * @module
 */

import type { RecordedGraph } from "../../evaluate/data.ts";
import { makeTaskGraph } from "../task_graph.ts";
import type { TaskGraph } from "../task_graph.ts";
import { TrialChance } from "./trial_chance.ts";
import { WORKER_SPEEDS } from "./trial_world.ts";

const WORKFLOWS = 60;
const LOAD = 0.8;
const MEDIAN_WORK = 120;
/** Graphs of other sizes are not drawn. */
const SIZES = { least: 10, most: 270 } as const;
export const ALL_SPEED: number = WORKER_SPEEDS.reduce<number>((sum, speed) => sum + speed, 0);

export interface ArrivingWorkflow {
  readonly graph: TaskGraph;
  readonly arrivesAt: number;
  /** Seconds at speed 1, as they will turn out. */
  readonly seconds: Float64Array;
  /** What is believed of them. */
  readonly believed: Float64Array;
  /** What no schedule can beat, were it alone. */
  readonly bound: number;
}

/** True where at least one graph has a size that is drawn. */
export function canDraw(graphs: readonly RecordedGraph[]): boolean {
  return graphs.some(isDrawn);
}

function isDrawn({ tasks }: RecordedGraph): boolean {
  return tasks.length >= SIZES.least && tasks.length <= SIZES.most;
}

export function arrivingWorkflows(
  graphs: readonly RecordedGraph[],
  seed: number,
): readonly ArrivingWorkflow[] {
  const drawn = graphs.filter(isDrawn);
  const chance = new TrialChance(seed * 77 + 1);
  const bodies = Array.from({ length: WORKFLOWS }, () => {
    const graph = drawn[chance.below(drawn.length)] as RecordedGraph;
    return scaled(graph, chance);
  });
  const meanWork = bodies.reduce((sum, { seconds }) => sum + total(seconds), 0) / WORKFLOWS;
  const rate = LOAD * ALL_SPEED / meanWork;
  let at = 0;
  return bodies.map((body) => ({ ...body, arrivesAt: at += -Math.log(1 - chance.next()) / rate }));
}

function scaled(recorded: RecordedGraph, chance: TrialChance): Omit<ArrivingWorkflow, "arrivesAt"> {
  const kinds = [...new Set(recorded.tasks.map(({ kind }) => kind))];
  const own = recorded.tasks.map(({ seconds }) => Math.max(seconds, 0.001));
  const scale = MEDIAN_WORK * Math.exp(chance.normal()) / total(own);
  const means = own.map((seconds) => seconds * scale);
  const seconds = Float64Array.from(means, (mean) => mean * Math.exp(-0.03 + 0.25 * chance.normal()));
  const ofKind = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
  recorded.tasks.forEach(({ kind }, task) => ofKind.get(kind)?.push(means[task] as number));
  const believedOf = new Map(kinds.map((kind) => {
    const list = ofKind.get(kind) as number[];
    return [kind, total(list) / list.length * Math.exp(0.25 * chance.normal())];
  }));
  const graph = makeTaskGraph(
    recorded.name,
    recorded.tasks.map(({ id, kind, parents }) => ({ key: id, kind, parents })),
  );
  return {
    graph,
    seconds,
    believed: Float64Array.from(recorded.tasks, ({ kind }) => believedOf.get(kind) as number),
    bound: Math.max(criticalPath(graph, seconds), total(seconds) / ALL_SPEED),
  };
}

/** Every task on a fastest worker. */
function criticalPath(graph: TaskGraph, seconds: Float64Array): number {
  const fastest = Math.max(...WORKER_SPEEDS);
  const ends = new Float64Array(graph.size);
  for (const task of graph.order) {
    let begin = 0;
    for (
      let edge = graph.parentsFrom[task] as number;
      edge < (graph.parentsFrom[task + 1] as number);
      edge++
    ) {
      begin = Math.max(begin, ends[graph.parents[edge] as number] as number);
    }
    ends[task] = begin + (seconds[task] as number) / fastest;
  }
  return ends.reduce((longest, end) => Math.max(longest, end), 0);
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return sum;
}
