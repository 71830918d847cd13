/**
 * A clock that stands still until it is turned.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";

/** ClockPort whose time moves only by `advance`. */
export class ManualClock implements ClockPort {
  #nowMs = 1_700_000_000_000;
  readonly #timers = new Set<{ readonly dueAt: number; readonly wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, wake: () => void): () => void {
    const timer = { dueAt: this.#nowMs + Math.max(0, delayMs), wake };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Moves time on by `ms` and wakes what is due, in order of its time. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    while (true) {
      const due = [...this.#timers].filter((timer) =>
        timer.dueAt <= end
      ).sort((a, b) => a.dueAt - b.dueAt)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.dueAt);
      due.wake();
    }
    this.#nowMs = end;
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }
}
