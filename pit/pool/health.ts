/**
 * The health of a kind from its latest calls, and the circuit breaker that follows from it (M. Nygard, Release It!,
 * 2007): closed while calls go well; open for a while when too many of the window failed; then half-open, when one call
 * decides. The time that it stays open doubles with each failed try.
 *
 * @module
 */

import type { HealthState } from "../../core/ports/pool.ts";

/** The calls that are looked at. */
const WINDOW = 20;
/** Fewer say nothing. */
const FEWEST = 5;
const OPEN_SHARE = 0.5;
const DEGRADED_SHARE = 0.2;
/** So many times slower than ever before, in the mean, is degraded. */
const SLOW_FACTOR = 4;
export const FIRST_OPEN_MS = 1_000;
export const MOST_OPEN_MS = 60_000;

type Circuit = "closed" | "open" | "half-open";

export class KindHealthWindow {
  readonly #durations = new Float64Array(WINDOW);
  readonly #failed = new Uint8Array(WINDOW);
  #count = 0;
  #next = 0;
  /** The best mean of a full window. */
  #bestMeanMs = Infinity;
  #circuit: Circuit = "closed";
  #openMs = 0;
  #openUntil = 0;

  get calls(): number {
    return this.#count;
  }

  get failures(): number {
    return this.#failed.reduce((sum, one) => sum + one, 0);
  }

  get meanMs(): number {
    if (this.#count === 0) return 0;
    let sum = 0;
    for (let at = 0; at < this.#count; at++) sum += this.#durations[at] as number;
    return sum / this.#count;
  }

  /** Takes a call in and moves the circuit; true where it opened. */
  observe(durationMs: number, failed: boolean, now: number): boolean {
    this.#durations[this.#next] = durationMs;
    this.#failed[this.#next] = failed ? 1 : 0;
    this.#next = (this.#next + 1) % WINDOW;
    this.#count = Math.min(WINDOW, this.#count + 1);
    if (this.#count === WINDOW) this.#bestMeanMs = Math.min(this.#bestMeanMs, this.meanMs);
    const isTry = this.#circuit === "half-open";
    if (isTry && !failed) this.#close();
    const isTooMuch = this.#circuit === "closed" && this.#count >= FEWEST &&
      this.failures >= this.#count * OPEN_SHARE;
    const opens = (isTry && failed) || isTooMuch;
    if (opens) this.#open(now);
    return opens;
  }

  /** True where a call may be tried; after the time of an open circuit one may, and another where nothing was heard of it. */
  admits(now: number): boolean {
    if (this.#circuit === "closed") return true;
    if (now < this.#openUntil) return false;
    this.#circuit = "half-open";
    this.#openUntil = now + MOST_OPEN_MS;
    return true;
  }

  /** The call that was to decide did not take place. */
  notTried(): void {
    if (this.#circuit !== "half-open") return;
    this.#circuit = "open";
    this.#openUntil = 0;
  }

  state(): { readonly state: HealthState; readonly reason: string } {
    const { failures, calls } = this;
    if (this.#circuit !== "closed") {
      return {
        state: "unhealthy",
        reason: `${failures} of the last ${calls} calls failed: its circuit is ${this.#circuit}`,
      };
    }
    if (calls < FEWEST) return { state: "unknown", reason: `only ${calls} calls so far` };
    if (failures >= calls * DEGRADED_SHARE) {
      return { state: "degraded", reason: `${failures} of the last ${calls} calls failed` };
    }
    if (this.meanMs > this.#bestMeanMs * SLOW_FACTOR) {
      return {
        state: "degraded",
        reason: `calls take ${Math.round(this.meanMs)} ms in the mean, once ${Math.round(this.#bestMeanMs)}`,
      };
    }
    return { state: "healthy", reason: `${failures} of the last ${calls} calls failed` };
  }

  #open(now: number): void {
    this.#circuit = "open";
    this.#openMs = Math.min(MOST_OPEN_MS, Math.max(FIRST_OPEN_MS, this.#openMs * 2));
    this.#openUntil = now + this.#openMs;
  }

  #close(): void {
    this.#circuit = "closed";
    this.#openMs = 0;
    this.#count = 0;
    this.#next = 0;
    this.#failed.fill(0);
  }
}
