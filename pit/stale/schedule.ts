/**
 * Runs the policies by itself, only where the person set how often. Looks a while after the Pit was opened and then every
 * quarter of an hour; of several processes one does it, whichever comes first.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type { RetentionPort } from "../../core/ports/retention.ts";
import type { Store } from "../store.ts";

const FIRST_MS = 30_000;
const NEXT_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;

/** Takes the turn at `at`, Unix milliseconds; false, and nothing noted, where it was taken less than `everyMs` before. */
export type Turn = (at: number, everyMs: number) => Promise<boolean>;

/** One turn for all processes that have the data folder open. */
export function turnIn(store: Store): Turn {
  const notes = store.table("retention");
  return async (at, everyMs) => {
    let isDue = false;
    await store.commit(() => {
      const bytes = notes.getBinary("last run");
      isDue = bytes === undefined || at - Number(new TextDecoder().decode(bytes)) >= everyMs;
      if (isDue) notes.put("last run", new TextEncoder().encode(String(at)));
    });
    return isDue;
  };
}

export class RetentionSchedule implements AsyncDisposable {
  readonly #retention: RetentionPort;
  readonly #clock: ClockPort;
  readonly #turn: Turn;
  #cancel: () => void = () => {};
  #running: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(retention: RetentionPort, clock: ClockPort, turn: Turn) {
    this.#retention = retention;
    this.#clock = clock;
    this.#turn = turn;
  }

  start(): void {
    this.#wait(FIRST_MS);
  }

  /** Runs the policies where they are due; true where it did. */
  async runIfDue(): Promise<boolean> {
    const { everyHours, policies } = await this.#retention.settings();
    if (everyHours === undefined || policies.length === 0) return false;
    if (!await this.#turn(this.#clock.now(), everyHours * HOUR_MS)) return false;
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
