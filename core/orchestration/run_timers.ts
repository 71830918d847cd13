/** What wakes a run, by name: of each one at a time, and nothing once they are stopped. @module */

import type { ClockPort } from "../ports/clock.ts";

export class RunTimers {
  readonly #clock: Pick<ClockPort, "schedule">;
  readonly #cancels = new Map<string, () => void>();
  #isStopped = false;

  constructor(clock: Pick<ClockPort, "schedule">) {
    this.#clock = clock;
  }

  has(name: string): boolean {
    return this.#cancels.has(name);
  }

  /** Calls `wake` in so many milliseconds, instead of what that name was to wake before. */
  set(name: string, delayMs: number, wake: () => void): void {
    if (this.#isStopped) return;
    this.#cancels.get(name)?.();
    this.#cancels.set(
      name,
      this.#clock.schedule(delayMs, () => {
        this.#cancels.delete(name);
        if (!this.#isStopped) wake();
      }),
    );
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}
