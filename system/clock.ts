/**
 * Time from the machine.
 *
 * @module
 */

import { clearImmediate, setImmediate } from "node:timers";
import type { ClockPort } from "../core/ports/clock.ts";

/** Longer than this a platform timer fires at once, so longer delays are cut into pieces. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** ClockPort of the real world. */
export class SystemClock implements ClockPort {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  schedule(delayMs: number, wake: () => void): () => void {
    if (delayMs <= 0) {
      // A timer of the platform waits for a millisecond at the least.
      const turn = setImmediate(wake);
      return () => clearImmediate(turn);
    }
    const dueAt = this.monotonic() + delayMs;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const wait = (leftMs: number) => {
      timer = setTimeout(() => {
        const left = dueAt - this.monotonic();
        // Platform timers may fire a fraction of a millisecond early; only a piece of a long delay is waited on.
        if (left > 1) wait(left);
        else wake();
      }, Math.min(LONGEST_TIMER_MS, Math.max(0, leftMs)));
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  }
}
