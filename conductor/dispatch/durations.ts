/**
 * The learned run times of one graph on a list of workers: a view on a DurationModel that follows what it learns.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { DurationModel } from "./duration_model.ts";
import type { Estimates } from "./estimates.ts";
import { expectedImprovement } from "./log_normal.ts";
import type { TaskGraph } from "./task_graph.ts";

/**
 * An instrument that was hardly tried on a kind is taken to be quicker by this share of what it is expected to improve on
 * the best: so much is it worth to know. Measured: over ten runs from nothing this makes 0.5 % of the makespan and 3 % in
 * the second run; twice or four times as much gains no more.
 */
const CURIOSITY = 0.5;
/** A row must have moved by this, as a logarithm, before ranks are worth finding anew. */
const MOVED = 0.03;

/** The logarithm that sizes are compared by; undefined where no size is known. */
export function logSizeOf(bytes: number): number | undefined {
  return bytes > 0 ? Math.log1p(bytes) : undefined;
}

export class Durations implements Estimates {
  readonly #model: DurationModel;
  readonly #graph: TaskGraph;
  readonly #workers: readonly number[];
  readonly #may: ((kind: string, worker: number) => boolean) | undefined;
  readonly #rows: Float64Array[];
  /** The belief's version that a row was made from; -1 for the guess about a kind never seen. */
  readonly #beliefs: Int32Array;
  /** Which version of its row a task's factor belongs to. */
  readonly #factors: Float64Array;
  readonly #factorOf: Int32Array;
  readonly #rowVersions: Int32Array;
  /** Each row as it was when the version last grew for it. */
  readonly #announced: Float64Array[];
  #version = 0;
  #seen = -1;
  #shared = -1;

  /** `may` says which worker may do which kind; all may do all where it is absent. */
  constructor(
    model: DurationModel,
    graph: TaskGraph,
    workers: readonly number[],
    may?: (kind: string, worker: number) => boolean,
  ) {
    this.#model = model;
    this.#graph = graph;
    this.#workers = workers;
    this.#may = may;
    this.#rows = graph.kinds.map(() => new Float64Array(workers.length));
    this.#announced = graph.kinds.map(() => new Float64Array(workers.length));
    this.#beliefs = new Int32Array(graph.kinds.length).fill(-2);
    this.#rowVersions = new Int32Array(graph.kinds.length);
    this.#factors = new Float64Array(graph.size);
    this.#factorOf = new Int32Array(graph.size).fill(-1);
    this.#follow();
  }

  get version(): number {
    this.#follow();
    return this.#version;
  }

  row(task: number): Float64Array {
    return this.#rows[this.#graph.kindOf[task] as number] as Float64Array;
  }

  factor(task: number): number {
    const kind = this.#graph.kindOf[task] as number;
    const version = this.#rowVersions[kind] as number;
    if (this.#factorOf[task] === version) return this.#factors[task] as number;
    const belief = this.#model.belief(this.#graph.kinds[kind] as string);
    const factor = belief === undefined ? 1 : Math.exp(
      belief.taskEffect(this.#graph.keys[task] as string, logSizeOf(this.#graph.bytesIn[task] as number)),
    );
    this.#factors[task] = factor;
    this.#factorOf[task] = version;
    return factor;
  }

  variance(task: number, worker: number): number {
    const { shared } = this.#model;
    const belief = this.#model.belief(this.#graph.kinds[this.#graph.kindOf[task] as number] as string);
    if (belief === undefined) return shared.levelVariance + shared.effectVariance + shared.noise;
    return belief.variance(this.#workers[worker] as number) +
      belief.taskSpread(this.#graph.keys[task] as string) + shared.noise;
  }

  /** Takes over what the model has learned since. O(kinds of the graph) where it has. */
  #follow(): void {
    const model = this.#model;
    if (model.observations === this.#seen && model.version === this.#shared) return;
    const all = model.version !== this.#shared;
    this.#seen = model.observations;
    this.#shared = model.version;
    for (let kind = 0; kind < this.#rows.length; kind++) {
      const belief = model.belief(this.#graph.kinds[kind] as string);
      const version = belief?.version ?? -1;
      if (version === this.#beliefs[kind] && !(all && belief === undefined)) continue;
      this.#beliefs[kind] = version;
      this.#fill(kind);
      this.#rowVersions[kind] = (this.#rowVersions[kind] as number) + 1;
      if (this.#hasMoved(kind)) this.#version += 1;
    }
  }

  #hasMoved(kind: number): boolean {
    const row = this.#rows[kind] as Float64Array;
    const before = this.#announced[kind] as Float64Array;
    for (let worker = 0; worker < row.length; worker++) {
      const ratio = (row[worker] as number) / (before[worker] as number);
      if (ratio > 1 + MOVED || ratio < 1 - MOVED) {
        before.set(row);
        return true;
      }
    }
    return false;
  }

  #fill(kind: number): void {
    const name = this.#graph.kinds[kind] as string;
    const belief = this.#model.belief(name);
    const row = this.#rows[kind] as Float64Array;
    const { level, instruments } = this.#model.shared;
    let best = Infinity;
    for (let worker = 0; worker < row.length; worker++) {
      const instrument = this.#workers[worker] as number;
      const expected = belief?.mean(instrument) ?? level + (instruments[instrument] as number);
      const log = this.#may?.(name, worker) === false
        ? Infinity
        : expected - this.#model.logSpeed(instrument);
      row[worker] = log;
      if (log < best) best = log;
    }
    for (let worker = 0; worker < row.length; worker++) {
      const log = row[worker] as number;
      const sd = belief === undefined
        ? 0
        : Math.sqrt(belief.effect(this.#workers[worker] as number).variance);
      row[worker] = Math.exp(log - CURIOSITY * expectedImprovement(best, log, sd));
    }
  }
}
