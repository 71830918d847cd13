/**
 * Runs the policies by itself, only where the person set how often. Looks a while after the Pit was opened and then every
 * quarter of an hour; of several processes whichever comes first does it.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type { RetentionPort } from "../../core/ports/retention.ts";

const FIRST_MS = 30_000;
const NEXT_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

/** When policies ran by themselves last; Unix milliseconds. */
export interface LastRun {
  read(): number | undefined;
  write(at: number): Promise<void>;
}

export class RetentionSchedule implements AsyncDisposable {
  readonly #retention: RetentionPort;
  readonly #clock: ClockPort;
  readonly #last: LastRun;
  #cancel: () => void = () => {};
  #running: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(retention: RetentionPort, clock: ClockPort, last: LastRun) {
    this.#retention = retention;
    this.#clock = clock;
    this.#last = last;
  }

  start(): void {
    this.#wait(FIRST_MS);
  }

  /** Runs the policies where they are due; true where it did. */
  async runIfDue(): Promise<boolean> {
    const { everyHours, policies } = await this.#retention.settings();
    if (everyHours === undefined || policies.length === 0) return false;
    const now = this.#clock.now();
    if (now - (this.#last.read() ?? -Infinity) < everyHours * HOUR_MS) return false;
    await this.#last.write(now);
    await this.#retention.purge();
    const plan = await this.#retention.preview();
    if (plan.items.length > 0) await this.#retention.apply(plan);
    return true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancel();
    await this.#running;
  }

  #wait(delayMs: number): void {
    if (this.#closed) return;
    this.#cancel = this.#clock.schedule(delayMs, () => {
      // What fails is tried again the next time, and told where the person asks for it by hand.
      this.#running = this.runIfDue().catch(() => false).then(() => this.#wait(NEXT_MS));
    });
  }
}
