/**
 * When a run's log is appended to: after whatever else is due in the turn, so that it shares one append; not while the last one is
 * under way, and no sooner after it than twice the time that it took, so that a slow disk does not take most of a run's time.
 * Nothing waits for it but the listener: what must be durable first calls `RunLog.flush`.
 *
 * @module
 */

import type { ClockPort } from "../ports/clock.ts";
import type { RunLog } from "./run_log.ts";
import type { RunTimers } from "./run_timers.ts";

/** Between two appends: longer ones keep the listener waiting, shorter ones no timer can keep. */
const MOST_PAUSE_MS = 20;
const LEAST_PAUSE_MS = 0.2;

export class LogPace {
  readonly #log: RunLog;
  readonly #clock: Pick<ClockPort, "monotonic">;
  readonly #timers: RunTimers;
  readonly #told: { readonly flushed: () => void; readonly failed: (error: unknown) => void };
  #isDue = false;
  #isAppending = false;
  /** Monotonic time before which no further append should start. */
  #notBefore = 0;

  constructor(
    { log, clock, timers }: {
      readonly log: RunLog;
      readonly clock: Pick<ClockPort, "monotonic">;
      readonly timers: RunTimers;
    },
    told: { readonly flushed: () => void; readonly failed: (error: unknown) => void },
  ) {
    this.#log = log;
    this.#clock = clock;
    this.#timers = timers;
    this.#told = told;
  }

  /** Appends what is pending, soon. */
  soon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    if (!this.#isAppending) this.#plan();
  }

  #plan(): void {
    const waitMs = this.#notBefore - this.#clock.monotonic();
    if (waitMs >= LEAST_PAUSE_MS) this.#timers.set("flush", waitMs, () => this.#flush());
    else Promise.resolve().then(() => this.#flush());
  }

  #flush(): void {
    const began = this.#clock.monotonic();
    this.#isDue = false;
    this.#isAppending = true;
    this.#log.flush().then(() => {
      const now = this.#clock.monotonic();
      this.#notBefore = now + Math.min(MOST_PAUSE_MS, 2 * (now - began));
      this.#told.flushed();
    }).catch(this.#told.failed).finally(() => {
      this.#isAppending = false;
      if (this.#isDue) this.#plan();
    });
  }
}
