/**
 * One run of many workflows under a policy.
 *
 * @module
 */

import { FixedEstimates } from "../estimates.ts";
import { Dispatcher } from "../dispatcher.ts";
import { upwardRanks } from "../upward_rank.ts";
import type { ArrivingWorkflow } from "./many_world.ts";
import { WORKER_SPEEDS, WORKERS } from "./trial_world.ts";

/** How long each workflow took from arrival to end, in seconds, in the order of arrival. */
export type Completions = readonly number[];

/** What a simple rule sees of a workflow. */
export interface WaitingWorkflow {
  readonly arrivedAt: number;
  readonly work: number;
  remaining: number;
  running: number;
  readonly ranks: Float64Array;
  /** Ready tasks, the longest ready first, with a number that grows over all workflows. */
  readonly ready: { readonly task: number; readonly turn: number }[];
}

/** The greatest score goes next, on the fastest idle worker. */
export type Score = (workflow: WaitingWorkflow, task: number, turn: number, now: number) => number;

export const simpleScores: Readonly<Record<string, Score>> = {
  "first come, first served by workflow": (workflow, task) => -workflow.arrivedAt * 1e6 - task,
  "first come, first served by task": (_, __, turn) => -turn,
  "fair share (fewest running)": (workflow, task) =>
    -workflow.running * 1e9 + (workflow.ranks[task] as number),
  "critical path only": (workflow, task) => workflow.ranks[task] as number,
  "shortest remaining work": (workflow, task) => -workflow.remaining * 1e3 + (workflow.ranks[task] as number),
  "shortest remaining work, ageing": (workflow, task, _, now) =>
    -workflow.remaining * 1e3 / (1 + (now - workflow.arrivedAt) / Math.max(5, workflow.work / 8)) +
    (workflow.ranks[task] as number) * 1e-3,
};

/** Who starts what; `start` takes the worker. */
interface ManyPolicy {
  arrive(workflow: number, now: number): void;
  ready(workflow: number, task: number): void;
  ended(workflow: number, task: number, worker: number, now: number): void;
  leave(workflow: number): void;
  decide(now: number, start: (workflow: number, task: number, worker: number) => void): void;
}

export function simplePolicy(workflows: readonly ArrivingWorkflow[], score: Score): ManyPolicy {
  const waiting = new Map<number, WaitingWorkflow>();
  const idle = new Set(WORKER_SPEEDS.keys());
  let turn = 0;
  return {
    arrive(at, now) {
      const { graph, believed } = workflows[at] as ArrivingWorkflow;
      const ranks = new Float64Array(graph.size);
      const rows = Array.from(believed, (seconds) => Float64Array.of(seconds));
      const work = upwardRanks(graph, new FixedEstimates(rows, 0), 0, ranks);
      waiting.set(at, { arrivedAt: now, work, remaining: work, running: 0, ranks, ready: [] });
    },
    ready: (at, task) => void waiting.get(at)?.ready.push({ task, turn: turn++ }),
    ended(at, task, worker) {
      idle.add(worker);
      const workflow = waiting.get(at) as WaitingWorkflow;
      workflow.running -= 1;
      workflow.remaining -= (workflows[at] as ArrivingWorkflow).believed[task] as number;
    },
    leave: (at) => void waiting.delete(at),
    decide(now, start) {
      while (idle.size > 0) {
        let best: { at: number; place: number; task: number } | undefined;
        let most = -Infinity;
        for (const [at, workflow] of waiting) {
          workflow.ready.forEach((entry, place) => {
            const value = score(workflow, entry.task, entry.turn, now);
            if (value > most) {
              most = value;
              best = { at, place, task: entry.task };
            }
          });
        }
        if (best === undefined) return;
        const worker = Math.min(...idle); // Workers are listed fastest first.
        idle.delete(worker);
        const workflow = waiting.get(best.at) as WaitingWorkflow;
        workflow.ready.splice(best.place, 1);
        workflow.running += 1;
        start(best.at, best.task, worker);
      }
    },
  };
}

/** The product's dispatcher on the same beliefs. */
export function dispatcherPolicy(workflows: readonly ArrivingWorkflow[]): ManyPolicy {
  const dispatcher = new Dispatcher(WORKERS, { secondsPerByte: 0 });
  const handles = new Map<number, number>();
  const numbers = new Map<number, number>();
  return {
    arrive(at, now) {
      const { graph, believed } = workflows[at] as ArrivingWorkflow;
      const rows = Array.from(
        believed,
        (seconds) => Float64Array.from(WORKER_SPEEDS, (speed) => seconds / speed),
      );
      const handle = dispatcher.open(graph, new FixedEstimates(rows, 0.125), now);
      handles.set(at, handle);
      numbers.set(handle, at);
    },
    ready: (at, task) => dispatcher.ready(handles.get(at) as number, task),
    ended: (_, __, worker, now) => dispatcher.finished(worker, now),
    leave: (at) => dispatcher.close(handles.get(at) as number),
    decide(now, start) {
      dispatcher.decide(now, (handle, task, worker) => start(numbers.get(handle) as number, task, worker));
    },
  };
}

export function runMany(workflows: readonly ArrivingWorkflow[], policy: ManyPolicy): Completions {
  const completions = workflows.map(() => 0);
  const waiting = workflows.map(({ graph }) =>
    Uint32Array.from(
      { length: graph.size },
      (_, task) => (graph.parentsFrom[task + 1] as number) - (graph.parentsFrom[task] as number),
    )
  );
  const left = workflows.map(({ graph }) => graph.size);
  const running: ({ readonly at: number; readonly task: number; readonly endsAt: number } | undefined)[] =
    WORKER_SPEEDS.map(() => undefined);
  let now = 0;
  let next = 0;
  let unfinished = workflows.length;
  while (unfinished > 0) {
    for (let arriving = workflows[next]; arriving !== undefined && arriving.arrivesAt <= now;) {
      policy.arrive(next, now);
      waiting[next]?.forEach((parents, task) => {
        if (parents === 0) policy.ready(next, task);
      });
      arriving = workflows[++next];
    }
    policy.decide(now, (at, task, worker) => {
      const seconds = ((workflows[at] as ArrivingWorkflow).seconds[task] as number) /
        (WORKER_SPEEDS[worker] as number);
      running[worker] = { at, task, endsAt: now + seconds };
    });
    now = workflows[next]?.arrivesAt ?? Infinity;
    for (const work of running) if (work !== undefined && work.endsAt < now) now = work.endsAt;
    running.forEach((work, worker) => {
      if (work === undefined || work.endsAt > now) return;
      running[worker] = undefined;
      policy.ended(work.at, work.task, worker, now);
      const { graph, arrivesAt } = workflows[work.at] as ArrivingWorkflow;
      for (
        let edge = graph.childrenFrom[work.task] as number;
        edge < (graph.childrenFrom[work.task + 1] as number);
        edge++
      ) {
        const child = graph.children[edge] as number;
        const parents = waiting[work.at] as Uint32Array;
        parents[child] = (parents[child] as number) - 1;
        if (parents[child] === 0) policy.ready(work.at, child);
      }
      left[work.at] = (left[work.at] as number) - 1;
      if (left[work.at] !== 0) return;
      completions[work.at] = now - arrivesAt;
      policy.leave(work.at);
      unfinished -= 1;
    });
  }
  return completions;
}
