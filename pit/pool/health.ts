/**
 * The health of a kind from its latest calls, and whether so many of them failed that its circuit (circuit.ts) opens.
 *
 * @module
 */

import type { HealthState } from "../../core/ports/pool.ts";
import { Circuit, type CircuitTurn } from "./circuit.ts";

/** The calls that are looked at. */
const WINDOW = 20;
/** Fewer say nothing. */
const FEWEST = 5;
const OPEN_SHARE = 0.5;
const DEGRADED_SHARE = 0.2;
/** So many times slower than ever before, in the mean, is degraded. */
const SLOW_FACTOR = 4;

export class KindHealthWindow {
  readonly circuit = new Circuit();
  readonly #durations = new Float64Array(WINDOW);
  readonly #failed = new Uint8Array(WINDOW);
  #count = 0;
  #next = 0;
  #bestMeanMs = Infinity;

  /** The best mean of a full window; infinite before the first. */
  get bestMeanMs(): number {
    return this.#bestMeanMs;
  }

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

  get isSlow(): boolean {
    return this.#count >= FEWEST && this.meanMs > this.#bestMeanMs * SLOW_FACTOR;
  }

  /** Takes a call in that began at `began` and moves the circuit. */
  observe(durationMs: number, failed: boolean, now: number, began = now - durationMs): CircuitTurn {
    this.#durations[this.#next] = durationMs;
    this.#failed[this.#next] = failed ? 1 : 0;
    this.#next = (this.#next + 1) % WINDOW;
    this.#count = Math.min(WINDOW, this.#count + 1);
    if (this.#count === WINDOW) this.#bestMeanMs = Math.min(this.#bestMeanMs, this.meanMs);
    const isTooMany = this.#count >= FEWEST && this.failures >= this.#count * OPEN_SHARE;
    const turn = this.circuit.observe(failed, isTooMany, { began, now });
    if (turn === "closed") {
      this.#count = 0;
      this.#next = 0;
      this.#failed.fill(0);
    }
    return turn;
  }

  state(): { readonly state: HealthState; readonly reason: string } {
    const { failures, calls } = this;
    if (!this.circuit.isClosed) {
      return {
        state: "unhealthy",
        reason: `${failures} of the last ${calls} calls failed: its circuit is ${this.circuit.state}`,
      };
    }
    if (calls < FEWEST) {
      return {
        state: "unknown",
        reason: calls === 0
          ? "it has not been called yet"
          : `${calls} ${calls === 1 ? "call" : "calls"} so far, too few to judge`,
      };
    }
    if (failures >= calls * DEGRADED_SHARE) {
      return { state: "degraded", reason: `${failures} of the last ${calls} calls failed` };
    }
    if (this.isSlow) {
      return {
        state: "degraded",
        reason: `calls take ${Math.round(this.meanMs)} ms in the mean, once ${Math.round(this.#bestMeanMs)}`,
      };
    }
    // What is counted is the instance's fault alone; a call that failed by its input says nothing against it.
    return {
      state: "healthy",
      reason: `${failures} of the last ${calls} calls ran out of time or resources`,
    };
  }
}
