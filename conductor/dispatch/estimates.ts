/**
 * What a dispatcher must know of run times: for each task of one graph and each worker, how long.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/** Run times of the tasks of one graph on a fixed list of workers. */
export interface Estimates {
  /** Grows when figures have changed so much that ranks are worth finding anew. */
  readonly version: number;
  /**
   * Median seconds on each worker, before the task's own `factor`; `Infinity` where that worker may not do it. The array
   * belongs to the estimates: read it before the next call, never write it.
   */
  row(task: number): Float64Array;
  /** What the row is multiplied with for this task. */
  factor(task: number): number;
  /** Variance of the natural logarithm of the seconds. */
  variance(task: number, worker: number): number;
}

/** Figures that are given once. */
export class FixedEstimates implements Estimates {
  readonly version = 0;
  readonly #rows: readonly Float64Array[];
  readonly #variance: number;

  /** One row a task. `variance` is that of the logarithm, the same everywhere. */
  constructor(rows: readonly Float64Array[], variance: number) {
    this.#rows = rows;
    this.#variance = variance;
  }

  row(task: number): Float64Array {
    return this.#rows[task] as Float64Array;
  }

  factor(): number {
    return 1;
  }

  variance(): number {
    return this.#variance;
  }
}

/** Mean seconds over the workers that may do `task`; 0 where none may. */
export function meanSeconds(estimates: Estimates, task: number): number {
  return meanOfRow(estimates.row(task)) * estimates.factor(task);
}

/** Mean of the finite figures; 0 where there is none. */
export function meanOfRow(row: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (let worker = 0; worker < row.length; worker++) {
    const seconds = row[worker] as number;
    if (seconds === Infinity) continue;
    sum += seconds;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}
