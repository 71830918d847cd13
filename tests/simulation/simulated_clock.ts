/**
 * Time that moves when it is told to.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";

interface Alarm {
  readonly dueAt: number;
  readonly order: number;
  readonly wake: () => void;
}

/** ClockPort of tests: alarms fire in `advance`, by their moment, then in the order in which they were set. */
export class SimulatedClock implements ClockPort {
  #now: number;
  readonly #startedAt: number;
  #alarms: Alarm[] = [];
  #count = 0;

  /** `startMs` is Unix time. */
  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
    this.#startedAt = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now - this.#startedAt;
  }

  schedule(delayMs: number, wake: () => void): () => void {
    const alarm = { dueAt: this.#now + Math.max(0, delayMs), order: this.#count++, wake };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /** How many alarms are set. */
  get pending(): number {
    return this.#alarms.length;
  }

  /** Moves on by `ms`; every alarm on the way fires at its own moment, also those that others set. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (let alarm = this.#next(until); alarm !== undefined; alarm = this.#next(until)) {
      const fired = alarm;
      this.#alarms = this.#alarms.filter((other) => other !== fired);
      this.#now = fired.dueAt;
      fired.wake();
    }
    this.#now = until;
  }

  #next(until: number): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.dueAt > until) continue;
      const isSooner = first === undefined || alarm.dueAt < first.dueAt ||
        (alarm.dueAt === first.dueAt && alarm.order < first.order);
      if (isSooner) first = alarm;
    }
    return first;
  }
}
