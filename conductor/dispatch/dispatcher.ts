/**
 * Which ready task next, on which worker, or none of them for now.
 *
 * Across workflows: the least remaining work first, ageing so that a long one is not starved (the index is remaining work
 * over 1 + waited / expected). Inside one: rolling HEFT. At each event the ready tasks, in that order, are placed on the
 * worker where each would end first, a busy one included at the moment it is believed to be free; a task whose best worker
 * is idle starts, a task whose best worker is busy waits for it, and reserves it against those behind.
 *
 * Invariants:
 * - D1 A task starts only after `ready` was called for it, at most once, on a worker that is idle and may do it.
 * - D2 While a ready task has an idle worker that may do it and no other worker is busy, something starts.
 * - D3 The same calls give the same decisions.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Estimates } from "./estimates.ts";
import { medianGiven } from "./log_normal.ts";
import { OpenWorkflow } from "./open_workflow.ts";
import type { TaskGraph } from "./task_graph.ts";

export interface DispatcherOptions {
  /** What it costs to move a byte from one worker to another. */
  readonly secondsPerByte?: number;
  /** How many ready tasks may wait for busy workers before the rest is not looked at. */
  readonly horizon?: number;
  /** Power of the ageing; 0 is pure shortest remaining work. */
  readonly ageing?: number;
}

/** Told of each start; the worker is taken from then on. */
export type OnStart = (workflow: number, task: number, worker: number) => void;

/** A workflow's expected time in the queue is never taken to be less, in seconds. */
const LEAST_EXPECTED = 5;

export class Dispatcher {
  readonly #workers: number;
  readonly #secondsPerByte: number;
  readonly #horizon: number;
  readonly #ageing: number;
  readonly #open = new Map<number, OpenWorkflow>();
  #nextHandle = 0;

  // By worker: what it does since when, or -1; and when it is believed to be free.
  readonly #workflowOf: Int32Array;
  readonly #taskOf: Int32Array;
  readonly #startedAt: Float64Array;
  readonly #free: Float64Array;
  #idle: number;
  readonly #held: number[] = [];
  readonly #order: { readonly handle: number; readonly workflow: OpenWorkflow; index: number }[] = [];

  constructor(workers: number, options: DispatcherOptions = {}) {
    this.#workers = workers;
    this.#secondsPerByte = options.secondsPerByte ?? 1e-8;
    this.#horizon = options.horizon ?? 96;
    this.#ageing = options.ageing ?? 1;
    this.#workflowOf = new Int32Array(workers).fill(-1);
    this.#taskOf = new Int32Array(workers).fill(-1);
    this.#startedAt = new Float64Array(workers);
    this.#free = new Float64Array(workers);
    this.#idle = workers;
  }

  get idle(): number {
    return this.#idle;
  }

  /** Takes a workflow in hand at `now` (seconds) and gives its handle. Its estimates must know all workers. */
  open(graph: TaskGraph, estimates: Estimates, now: number): number {
    const handle = this.#nextHandle++;
    const workflow = new OpenWorkflow(graph, estimates, {
      at: now,
      secondsPerByte: this.#secondsPerByte,
      workers: this.#workers,
    });
    this.#open.set(handle, workflow);
    this.#order.push({ handle, workflow, index: 0 });
    return handle;
  }

  /** All that the task waits for has settled. */
  ready(handle: number, task: number): void {
    this.#workflow(handle).makeReady(task);
  }

  /** The task on `worker` ended, however; the worker is idle again. @throws RangeError where it does nothing. */
  finished(worker: number, now: number): void {
    const handle = this.#workflowOf[worker] as number;
    if (handle < 0) throw new RangeError(`Cannot end the work of worker ${worker}: it is idle`);
    this.#open.get(handle)?.settle(this.#taskOf[worker] as number, worker, now);
    this.#workflowOf[worker] = -1;
    this.#taskOf[worker] = -1;
    this.#idle += 1;
  }

  /** The task will not be done (skipped); it is as if it had taken no time. */
  skip(handle: number, task: number, now: number): void {
    this.#workflow(handle).settle(task, -1, now);
  }

  /** Forgets a workflow; tasks of it that still run keep their workers until `finished`. */
  close(handle: number): void {
    this.#open.delete(handle);
    const at = this.#order.findIndex((entry) => entry.handle === handle);
    if (at >= 0) this.#order.splice(at, 1);
  }

  /** Upward rank of a task, in seconds. */
  rank(handle: number, task: number): number {
    return this.#workflow(handle).ranks[task] as number;
  }

  /** Work that is left, in seconds on average workers. */
  remaining(handle: number): number {
    return this.#workflow(handle).remaining;
  }

  /** Starts what should start now; says how many. O(workers) for each task that starts or is held. */
  decide(now: number, start: OnStart): number {
    if (this.#idle === 0 || this.#order.length === 0) return 0;
    this.#arrange(now);
    this.#expect(now);
    let started = 0;
    let left = this.#horizon;
    for (const { handle, workflow } of this.#order) {
      const held = this.#held;
      held.length = 0;
      while (this.#idle > 0 && left > 0) {
        const task = workflow.ready.pop();
        if (task < 0) break;
        const worker = this.#place(workflow, task, now);
        if (worker < 0) {
          held.push(task);
          left -= 1;
          continue;
        }
        this.#workflowOf[worker] = handle;
        this.#taskOf[worker] = task;
        this.#startedAt[worker] = now;
        this.#idle -= 1;
        started += 1;
        start(handle, task, worker);
      }
      for (const task of held) workflow.ready.push(task);
      if (this.#idle === 0 || left <= 0) break;
    }
    return started;
  }

  /** When each worker would end the task if it were the next there, in seconds from `now`; for explanations. */
  prospects(handle: number, task: number, now: number): readonly Prospect[] {
    const workflow = this.#workflow(handle);
    this.#expect(now);
    const row = workflow.estimates.row(task);
    const factor = workflow.estimates.factor(task);
    return Array.from({ length: this.#workers }, (_, worker) => {
      const begin = Math.max(this.#free[worker] as number, arrivalAt(workflow, task, worker));
      return {
        worker,
        isIdle: (this.#workflowOf[worker] as number) < 0,
        waitSeconds: begin - now,
        runSeconds: (row[worker] as number) * factor,
        logSd: Math.sqrt(workflow.estimates.variance(task, worker)),
      };
    });
  }

  /** Workflows in the order in which they are served. */
  #arrange(now: number): void {
    const order = this.#order;
    for (const entry of order) {
      const { workflow } = entry;
      workflow.follow();
      const expected = Math.max(LEAST_EXPECTED, workflow.total / this.#workers);
      entry.index = workflow.remaining / Math.pow(1 + (now - workflow.openedAt) / expected, this.#ageing);
    }
    if (order.length > 1) order.sort((a, b) => a.index - b.index || a.handle - b.handle);
  }

  /** When each worker is believed to be free. */
  #expect(now: number): void {
    for (let worker = 0; worker < this.#workers; worker++) {
      const handle = this.#workflowOf[worker] as number;
      if (handle < 0) {
        this.#free[worker] = now;
        continue;
      }
      const workflow = this.#open.get(handle);
      const begun = this.#startedAt[worker] as number;
      if (workflow === undefined) {
        this.#free[worker] = now + (now - begun);
        continue;
      }
      const task = this.#taskOf[worker] as number;
      const { estimates } = workflow;
      const median = (estimates.row(task)[worker] as number) * estimates.factor(task);
      const waited = Math.max(0, arrivalAt(workflow, task, worker) - begun);
      const elapsed = now - begun - waited;
      const whole = elapsed < median * 0.25
        ? median
        : medianGiven(median, estimates.variance(task, worker), elapsed);
      this.#free[worker] = Math.max(now, begun + waited + whole);
    }
  }

  /** The idle worker that the task starts on; -1 where it waits for a busy one, which it reserves, or none may do it. */
  #place(workflow: OpenWorkflow, task: number, now: number): number {
    const { estimates } = workflow;
    const row = estimates.row(task);
    const factor = estimates.factor(task);
    const anywhere = workflow.arrival[task] as number;
    const lastFrom = workflow.lastFrom[task] as number;
    const free = this.#free;
    let best = -1;
    let bestEnd = Infinity;
    for (let worker = 0; worker < this.#workers; worker++) {
      const arrival = worker === lastFrom ? workflow.nearArrival[task] as number : anywhere;
      const from = free[worker] as number;
      const end = (from > arrival ? from : arrival) + (row[worker] as number) * factor;
      if (end < bestEnd) {
        bestEnd = end;
        best = worker;
      }
    }
    if (best < 0) return this.#anyIdle(row, now);
    free[best] = bestEnd;
    return (this.#workflowOf[best] as number) < 0 ? best : -1;
  }

  /** Where an estimate is no number, first come, first served; never a worker that may not do it. */
  #anyIdle(row: Float64Array, now: number): number {
    for (let worker = 0; worker < this.#workers; worker++) {
      if ((this.#workflowOf[worker] as number) < 0 && Number.isNaN(row[worker])) {
        this.#free[worker] = now;
        return worker;
      }
    }
    return -1;
  }

  #workflow(handle: number): OpenWorkflow {
    const workflow = this.#open.get(handle);
    if (workflow === undefined) throw new RangeError(`No open workflow has the handle ${handle}`);
    return workflow;
  }
}

/** What a worker offers a task. */
export interface Prospect {
  readonly worker: number;
  readonly isIdle: boolean;
  readonly waitSeconds: number;
  readonly runSeconds: number;
  /** Standard deviation of the logarithm of `runSeconds`. */
  readonly logSd: number;
}

function arrivalAt(workflow: OpenWorkflow, task: number, worker: number): number {
  return worker === workflow.lastFrom[task]
    ? workflow.nearArrival[task] as number
    : workflow.arrival[task] as number;
}
