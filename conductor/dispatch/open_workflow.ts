/**
 * One workflow that a dispatcher is carrying out: its ranks, what is ready, where its results lie, how much is left.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type Estimates, meanSeconds } from "./estimates.ts";
import { RankHeap } from "./rank_heap.ts";
import type { TaskGraph } from "./task_graph.ts";
import { upwardRanks } from "./upward_rank.ts";

/** Ranks follow the estimates at most once for this share of the tasks, so that their cost stays small. */
const RANK_SHARE = 1 / 64;

export class OpenWorkflow {
  readonly graph: TaskGraph;
  readonly estimates: Estimates;
  readonly openedAt: number;
  readonly ranks: Float64Array;
  readonly ready: RankHeap;
  /** The whole work and what is left of it, in seconds on average workers. */
  total = 0;
  remaining = 0;
  /** For each task: when its inputs can be anywhere, whose input is last, and when it can be where that one lies. */
  readonly arrival: Float64Array;
  readonly lastFrom: Int32Array;
  readonly nearArrival: Float64Array;
  readonly #secondsPerByte: number;
  readonly #remoteSecondsPerByte: number;
  readonly #where: Int32Array;
  readonly #finishedAt: Float64Array;
  readonly #settled: Uint8Array;
  #finished = 0;
  #done = 0;
  #rankedVersion = -1;
  #rankedAt = 0;

  constructor(graph: TaskGraph, estimates: Estimates, options: {
    readonly at: number;
    readonly secondsPerByte: number;
    readonly workers: number;
  }) {
    this.graph = graph;
    this.estimates = estimates;
    this.openedAt = options.at;
    this.ranks = new Float64Array(graph.size);
    this.ready = new RankHeap(this.ranks);
    this.arrival = new Float64Array(graph.size);
    this.lastFrom = new Int32Array(graph.size).fill(-1);
    this.nearArrival = new Float64Array(graph.size);
    this.#secondsPerByte = options.secondsPerByte;
    // On average, that many of the workers are not where the data lies.
    this.#remoteSecondsPerByte = options.secondsPerByte * (options.workers - 1) / options.workers;
    this.#where = new Int32Array(graph.size).fill(-1);
    this.#finishedAt = new Float64Array(graph.size);
    this.#settled = new Uint8Array(graph.size);
    this.#rank();
  }

  get isDone(): boolean {
    return this.#finished === this.graph.size;
  }

  makeReady(task: number): void {
    const { parentsFrom, parents, parentBytes } = this.graph;
    let last = -Infinity;
    let lastFrom = -1;
    let near = -Infinity;
    const end = parentsFrom[task + 1] as number;
    for (let edge = parentsFrom[task] as number; edge < end; edge++) {
      const parent = parents[edge] as number;
      const from = this.#where[parent] as number;
      const there = (this.#finishedAt[parent] as number) +
        (parentBytes[edge] as number) * this.#secondsPerByte;
      if (from === lastFrom) last = Math.max(last, there);
      else if (there > last) {
        near = last;
        last = there;
        lastFrom = from;
      } else near = Math.max(near, there);
    }
    this.arrival[task] = last;
    this.lastFrom[task] = lastFrom;
    this.nearArrival[task] = near;
    this.ready.push(task);
  }

  /** Notes that a task ended, or that it needs not be done (`worker` -1). */
  settle(task: number, worker: number, at: number): void {
    this.#where[task] = worker;
    this.#finishedAt[task] = at;
    this.#settled[task] = 1;
    this.#finished += 1;
    const seconds = meanSeconds(this.estimates, task);
    this.#done += seconds;
    this.remaining = Math.max(0, this.remaining - seconds);
  }

  /** Brings the ranks up to date where the estimates have changed and it is worth it. */
  follow(): void {
    const { version } = this.estimates;
    if (version === this.#rankedVersion) return;
    if (this.#rankedVersion >= 0 && this.#finished - this.#rankedAt < this.graph.size * RANK_SHARE) return;
    this.#rank();
    this.ready.reorder();
  }

  #rank(): void {
    this.#rankedVersion = this.estimates.version;
    this.#rankedAt = this.#finished;
    const { graph, estimates, ranks } = this;
    this.remaining = upwardRanks(graph, estimates, this.#remoteSecondsPerByte, ranks, this.#settled);
    this.total = this.#done + this.remaining;
  }
}
