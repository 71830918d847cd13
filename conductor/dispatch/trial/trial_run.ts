/**
 * One run of a graph under a policy: events in the order of time, workers that do one task each and are not interrupted.
 *
 * @module
 */

import type { TrialGraph } from "./trial_world.ts";
import { SECONDS_PER_BYTE, WORKERS } from "./trial_world.ts";

/** What a policy may see. It never sees a duration before the task has ended. */
export interface TrialState {
  readonly graph: TrialGraph;
  readonly now: number;
  /** Tasks whose parents have ended, in the order in which that came to be. */
  readonly ready: readonly number[];
  readonly isIdle: (worker: number) => boolean;
  /** Since when the worker is at its task, and which; -1 where it is idle. */
  readonly taskOf: Int32Array;
  readonly startedAt: Float64Array;
  readonly finishedAt: Float64Array;
  /** Which worker did a task; -1 where none has. */
  readonly where: Int32Array;
}

export interface TrialPolicy {
  /** The next task to start and where; undefined to wait. Called again until it waits. */
  next(state: TrialState): { readonly task: number; readonly worker: number } | undefined;
  /** A task has all it needs. */
  readied?(task: number): void;
  ended?(
    run: { readonly task: number; readonly worker: number; readonly seconds: number; readonly at: number },
  ): void;
}

export interface TrialResult {
  readonly makespan: number;
  readonly where: Int32Array;
  readonly decisions: number;
  /** Wall-clock microseconds that the policy took a decision; undefined without a clock. */
  readonly microseconds: number;
}

/** Runs `graph` to its end. @throws Error where the policy waits although nothing runs. */
export function runTrial(
  graph: TrialGraph,
  means: readonly Float64Array[],
  noise: Float64Array,
  policy: TrialPolicy,
): TrialResult {
  const waiting = Uint32Array.from(
    { length: graph.size },
    (_, task) => (graph.parentsFrom[task + 1] as number) - (graph.parentsFrom[task] as number),
  );
  const ready: number[] = [];
  const endsAt = new Float64Array(WORKERS).fill(Infinity);
  const state = {
    graph,
    now: 0,
    ready,
    isIdle: (worker: number) => state.taskOf[worker] === -1,
    taskOf: new Int32Array(WORKERS).fill(-1),
    startedAt: new Float64Array(WORKERS),
    finishedAt: new Float64Array(graph.size),
    where: new Int32Array(graph.size).fill(-1),
  };
  let idle = WORKERS;
  let left = graph.size;
  let decisions = 0;
  let spentMs = 0;
  const makeReady = (task: number) => {
    ready.push(task);
    policy.readied?.(task);
  };
  const start = (task: number, worker: number) => {
    ready.splice(ready.indexOf(task), 1);
    const begin = arrival(state, task, worker);
    endsAt[worker] = begin + ((means[task] as Float64Array)[worker] as number) * (noise[task] as number);
    state.startedAt[worker] = begin;
    state.taskOf[worker] = task;
    state.where[task] = worker;
    idle -= 1;
    decisions += 1;
  };
  const finish = (worker: number) => {
    const task = state.taskOf[worker] as number;
    state.finishedAt[task] = state.now;
    state.taskOf[worker] = -1;
    endsAt[worker] = Infinity;
    idle += 1;
    left -= 1;
    policy.ended?.({ task, worker, seconds: state.now - (state.startedAt[worker] as number), at: state.now });
    for (
      let edge = graph.childrenFrom[task] as number;
      edge < (graph.childrenFrom[task + 1] as number);
      edge++
    ) {
      const child = graph.children[edge] as number;
      waiting[child] = (waiting[child] as number) - 1;
      if (waiting[child] === 0) makeReady(child);
    }
  };
  for (let task = 0; task < graph.size; task++) if (waiting[task] === 0) makeReady(task);
  while (left > 0) {
    const began = performance.now();
    while (idle > 0 && ready.length > 0) {
      const choice = policy.next(state);
      if (choice === undefined) break;
      start(choice.task, choice.worker);
    }
    spentMs += performance.now() - began;
    state.now = Math.min(...endsAt);
    if (state.now === Infinity) throw new Error(`The policy waits for nothing in ${graph.name}`);
    for (let worker = 0; worker < WORKERS; worker++) {
      if ((endsAt[worker] as number) <= state.now) finish(worker);
    }
  }
  return {
    makespan: state.now,
    where: state.where,
    decisions,
    microseconds: spentMs * 1000 / Math.max(1, decisions),
  };
}

/** When the inputs of `task` can be at `worker`, not before now. */
export function arrival(state: TrialState, task: number, worker: number): number {
  const { graph } = state;
  let latest = state.now;
  for (let edge = graph.parentsFrom[task] as number; edge < (graph.parentsFrom[task + 1] as number); edge++) {
    const parent = graph.parents[edge] as number;
    const travel = state.where[parent] === worker
      ? 0
      : (graph.parentBytes[edge] as number) * SECONDS_PER_BYTE;
    latest = Math.max(latest, (state.finishedAt[parent] as number) + travel);
  }
  return latest;
}
