/**
 * Ready tasks, the one of greatest rank first; of equal ones the first by number, so that the order is the same always.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export class RankHeap {
  readonly #ranks: Float64Array;
  #tasks = new Uint32Array(64);
  #size = 0;

  /** `ranks` is read when tasks are compared: call `reorder` after changing it. */
  constructor(ranks: Float64Array) {
    this.#ranks = ranks;
  }

  get size(): number {
    return this.#size;
  }

  push(task: number): void {
    if (this.#size === this.#tasks.length) {
      const grown = new Uint32Array(this.#size * 2);
      grown.set(this.#tasks);
      this.#tasks = grown;
    }
    this.#rise(this.#size++, task);
  }

  /** The task of greatest rank, taken out; -1 where there is none. */
  pop(): number {
    if (this.#size === 0) return -1;
    const tasks = this.#tasks;
    const top = tasks[0] as number;
    const last = tasks[--this.#size] as number;
    if (this.#size > 0) this.#sink(0, last);
    return top;
  }

  /** Restores the order after ranks have changed. O(size). */
  reorder(): void {
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at, this.#tasks[at] as number);
  }

  #before(a: number, b: number): boolean {
    const difference = (this.#ranks[a] as number) - (this.#ranks[b] as number);
    return difference > 0 || (difference === 0 && a < b);
  }

  #rise(from: number, task: number): void {
    const tasks = this.#tasks;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = tasks[parent] as number;
      if (!this.#before(task, above)) break;
      tasks[at] = above;
      at = parent;
    }
    tasks[at] = task;
  }

  #sink(from: number, task: number): void {
    const tasks = this.#tasks;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(tasks[child + 1] as number, tasks[child] as number)) child++;
      if (!this.#before(tasks[child] as number, task)) break;
      tasks[at] = tasks[child] as number;
      at = child;
    }
    tasks[at] = task;
  }
}
