/**
 * How much of a run is left, and how urgent that makes it beside other runs: the least remaining work first, ageing so that
 * a long one is not starved (the index of dispatch/dispatcher.ts: remaining work over 1 + age / expected work).
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/** Steps of urgency for each doubling: runs nearer than that are served in order of arrival. */
const STEPS = 4;
/** Seconds below which what is left counts as nothing. */
const LEAST = 0.01;

export class RunWork {
  #total = 0;
  #left = 0;
  #openedAt: number | undefined;

  /** A scope with tasks of these seconds was opened. */
  add(seconds: Float64Array): void {
    for (const one of seconds) {
      this.#total += one;
      this.#left += one;
    }
  }

  begun(at: number): void {
    this.#openedAt ??= at;
  }

  /** A task that was expected to take `seconds` settled. */
  settled(seconds: number): void {
    this.#left = Math.max(0, this.#left - seconds);
  }

  /** A whole number, higher first. `at` in Unix milliseconds. */
  urgency(at: number): number {
    const age = Math.max(0, at - (this.#openedAt ?? at)) / 1000;
    const index = Math.max(LEAST, this.#left) / (1 + age / Math.max(LEAST, this.#total));
    return -Math.round(STEPS * Math.log2(index));
  }
}
