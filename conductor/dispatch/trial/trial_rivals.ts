/**
 * The rules that dispatching is held against: first come first served, critical path, and the static plan of HEFT, each on
 * estimates from the same earlier runs.
 *
 * @module
 */

import { FixedEstimates } from "../estimates.ts";
import type { Estimates } from "../estimates.ts";
import { upwardRanks } from "../upward_rank.ts";
import { arrival } from "./trial_run.ts";
import type { TrialPolicy, TrialState } from "./trial_run.ts";
import { SECONDS_PER_BYTE, WORKER_SPEEDS, WORKERS } from "./trial_world.ts";
import type { PastRun, TrialGraph } from "./trial_world.ts";

/** The first ready task on the fastest idle worker. */
export function firstComeFastest(): TrialPolicy {
  return { next: (state) => ({ task: state.ready[0] as number, worker: fastestIdle(state) }) };
}

/** The first ready task on the next idle worker in turn. */
export function firstComeInTurn(): TrialPolicy {
  let turn = 0;
  return {
    next(state) {
      while (!state.isIdle(turn % WORKERS)) turn++;
      return { task: state.ready[0] as number, worker: turn++ % WORKERS };
    },
  };
}

/** The ready task of greatest rank, on the idle worker where it would end first. */
export function criticalPathFirst(graph: TrialGraph, rows: readonly Float64Array[]): TrialPolicy {
  const ranks = ranksOf(graph, rows);
  return {
    next(state) {
      let task = state.ready[0] as number;
      for (const other of state.ready) if ((ranks[other] as number) > (ranks[task] as number)) task = other;
      let worker = -1;
      let first = Infinity;
      for (let candidate = 0; candidate < WORKERS; candidate++) {
        if (!state.isIdle(candidate)) continue;
        const end = arrival(state, task, candidate) + ((rows[task] as Float64Array)[candidate] as number);
        if (end < first) {
          first = end;
          worker = candidate;
        }
      }
      return { task, worker };
    },
  };
}

/** HEFT as published: one plan with insertion, made before the run; workers then keep to its order. */
export function staticPlan(graph: TrialGraph, rows: readonly Float64Array[]): TrialPolicy {
  const queues = planQueues(graph, rows);
  return {
    next(state) {
      for (let worker = 0; worker < WORKERS; worker++) {
        const task = queues[worker]?.[0];
        if (!state.isIdle(worker) || task === undefined || !state.ready.includes(task)) continue;
        queues[worker]?.shift();
        return { task, worker };
      }
      return undefined;
    },
  };
}

function planQueues(graph: TrialGraph, rows: readonly Float64Array[]): number[][] {
  const ranks = ranksOf(graph, rows);
  const byRank = [...Array(graph.size).keys()].sort((a, b) => (ranks[b] as number) - (ranks[a] as number));
  const booked: [number, number][][] = WORKER_SPEEDS.map(() => []);
  const begins = new Float64Array(graph.size);
  const plan = {
    finishedAt: new Float64Array(graph.size),
    where: new Int32Array(graph.size).fill(-1),
    now: 0,
    graph,
  };
  for (const task of byRank) {
    let best = { worker: 0, begin: 0, end: Infinity };
    for (let worker = 0; worker < WORKERS; worker++) {
      const seconds = (rows[task] as Float64Array)[worker] as number;
      const begin = firstGap(
        booked[worker] ?? [],
        arrival(plan as unknown as TrialState, task, worker),
        seconds,
      );
      if (begin + seconds < best.end) best = { worker, begin, end: begin + seconds };
    }
    plan.finishedAt[task] = best.end;
    plan.where[task] = best.worker;
    begins[task] = best.begin;
    booked[best.worker]?.push([best.begin, best.end]);
    booked[best.worker]?.sort((a, b) => a[0] - b[0]);
  }
  const queues: number[][] = WORKER_SPEEDS.map(() => []);
  byRank.sort((a, b) =>
    (begins[a] as number) - (begins[b] as number) || (ranks[b] as number) - (ranks[a] as number)
  );
  for (const task of byRank) queues[plan.where[task] as number]?.push(task);
  return queues;
}

function firstGap(booked: readonly (readonly [number, number])[], from: number, seconds: number): number {
  let begin = from;
  for (const [taken, free] of booked) {
    if (begin + seconds <= taken) break;
    if (free > begin) begin = free;
  }
  return begin;
}

/** Running means by kind and worker, backed off to the kind's mean over the worker's speed: what rivals estimate with. */
export function meansOfRuns(graph: TrialGraph, runs: readonly PastRun[]): readonly Float64Array[] {
  const sums = graph.kinds.map(() => new Float64Array(WORKERS));
  const counts = graph.kinds.map(() => new Float64Array(WORKERS));
  for (const { task, worker, seconds } of runs) {
    const kind = graph.kindOf[task] as number;
    (sums[kind] as Float64Array)[worker] = ((sums[kind] as Float64Array)[worker] as number) + seconds;
    (counts[kind] as Float64Array)[worker] = ((counts[kind] as Float64Array)[worker] as number) + 1;
  }
  const rows = sums.map((row, kind) => {
    const count = counts[kind] as Float64Array;
    const work = row.reduce((sum, seconds, worker) => sum + seconds * (WORKER_SPEEDS[worker] as number), 0);
    const level = work / Math.max(1, count.reduce((sum, one) => sum + one, 0));
    return row.map((seconds, worker) =>
      (seconds + level / (WORKER_SPEEDS[worker] as number)) / ((count[worker] as number) + 1)
    );
  });
  return Array.from(graph.kindOf, (kind) => rows[kind] as Float64Array);
}

export function asEstimates(rows: readonly Float64Array[], variance: number): Estimates {
  return new FixedEstimates(rows, variance);
}

function ranksOf(graph: TrialGraph, rows: readonly Float64Array[]): Float64Array {
  const ranks = new Float64Array(graph.size);
  upwardRanks(graph, new FixedEstimates(rows, 0), SECONDS_PER_BYTE * (WORKERS - 1) / WORKERS, ranks);
  return ranks;
}

function fastestIdle(state: TrialState): number {
  let best = -1;
  for (let worker = 0; worker < WORKERS; worker++) {
    if (!state.isIdle(worker)) continue;
    if (best < 0 || (WORKER_SPEEDS[worker] as number) > (WORKER_SPEEDS[best] as number)) best = worker;
  }
  return best;
}
