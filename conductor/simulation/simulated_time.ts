/**
 * Time that passes as fast as nothing happens in it: alarms fire in the order of their moments, each in a turn of its own,
 * and the clock jumps from one to the next. So a simulated Pit can take its milliseconds without anybody waiting for them.
 *
 * Ring: conductor. Implements ClockPort.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";

interface Alarm {
  readonly dueAt: number;
  readonly order: number;
  readonly wake: () => void;
}

export class SimulatedTime implements ClockPort {
  readonly #startedAt: number;
  #now: number;
  #count = 0;
  #alarms: Alarm[] = [];
  #isPumping = false;

  /** `startMs` is Unix time. */
  constructor(startMs = 1_700_000_000_000) {
    this.#now = startMs;
    this.#startedAt = startMs;
  }

  now(): number {
    return Math.floor(this.#now);
  }

  monotonic(): number {
    return this.#now - this.#startedAt;
  }

  schedule(delayMs: number, wake: () => void): () => void {
    const alarm = { dueAt: this.#now + Math.max(0, delayMs), order: this.#count++, wake };
    let at = this.#alarms.length;
    while (at > 0 && (this.#alarms[at - 1] as Alarm).dueAt > alarm.dueAt) at -= 1;
    this.#alarms.splice(at, 0, alarm);
    this.#pump();
    return () => {
      const place = this.#alarms.indexOf(alarm);
      if (place >= 0) this.#alarms.splice(place, 1);
    };
  }

  /** Resolves after `delayMs` of this time. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.schedule(delayMs, resolve));
  }

  /** One alarm a turn, after everything that the last one set in motion has settled. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    setTimeout(() => {
      this.#isPumping = false;
      const alarm = this.#alarms.shift();
      if (alarm === undefined) return;
      this.#now = Math.max(this.#now, alarm.dueAt);
      try {
        alarm.wake();
      } finally {
        if (this.#alarms.length > 0) this.#pump();
      }
    });
  }
}
