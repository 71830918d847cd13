/**
 * What no schedule can beat, on the durations as they turned out: the longer of the critical path with every task on its
 * best worker, and the best fractional spreading of the work. The second is the dual of R||Cmax, found by multiplicative
 * weights (Plotkin, Shmoys and Tardos 1995); any weights give a valid bound, more rounds a tighter one.
 *
 * @module
 */

import type { TrialGraph, WorldName } from "./trial_world.ts";
import { WORKER_SPEEDS, WORKERS } from "./trial_world.ts";

const ROUNDS = 300;

export function lowerBound(
  graph: TrialGraph,
  means: readonly Float64Array[],
  noise: Float64Array,
  world: WorldName,
): number {
  const spread = world === "uniform" ? evenSpread(means, noise) : bestSpread(means, noise);
  return Math.max(criticalPath(graph, means, noise), spread);
}

function criticalPath(graph: TrialGraph, means: readonly Float64Array[], noise: Float64Array): number {
  const ends = new Float64Array(graph.size);
  let longest = 0;
  for (const task of graph.order) {
    let begin = 0;
    for (
      let edge = graph.parentsFrom[task] as number;
      edge < (graph.parentsFrom[task + 1] as number);
      edge++
    ) {
      begin = Math.max(begin, ends[graph.parents[edge] as number] as number);
    }
    const end = begin + Math.min(...means[task] as Float64Array) * (noise[task] as number);
    ends[task] = end;
    longest = Math.max(longest, end);
  }
  return longest;
}

/** All workers suit all tasks alike: the whole work over the whole speed. */
function evenSpread(means: readonly Float64Array[], noise: Float64Array): number {
  let work = 0;
  means.forEach((row, task) => work += (row[0] as number) * WORKER_SPEEDS[0] * (noise[task] as number));
  return work / WORKER_SPEEDS.reduce<number>((sum, speed) => sum + speed, 0);
}

function bestSpread(means: readonly Float64Array[], noise: Float64Array): number {
  const weights = new Float64Array(WORKERS).fill(1 / WORKERS);
  const load = new Float64Array(WORKERS);
  let best = 0;
  for (let round = 1; round <= ROUNDS; round++) {
    load.fill(0);
    let value = 0;
    for (let task = 0; task < means.length; task++) {
      const row = means[task] as Float64Array;
      let cheapest = 0;
      let price = Infinity;
      for (let worker = 0; worker < WORKERS; worker++) {
        const cost = (weights[worker] as number) * (row[worker] as number);
        if (cost < price) {
          price = cost;
          cheapest = worker;
        }
      }
      value += price * (noise[task] as number);
      load[cheapest] = (load[cheapest] as number) + (row[cheapest] as number) * (noise[task] as number);
    }
    best = Math.max(best, value);
    const mean = load.reduce((sum, one) => sum + one) / WORKERS || 1;
    let sum = 0;
    for (let worker = 0; worker < WORKERS; worker++) {
      const pull = (load[worker] as number) / mean - 1;
      weights[worker] = (weights[worker] as number) * Math.exp(0.3 / Math.sqrt(round) * pull);
      sum += weights[worker] as number;
    }
    for (let worker = 0; worker < WORKERS; worker++) weights[worker] = (weights[worker] as number) / sum;
  }
  return best;
}
