/**
 * What a run may spend on instruments. A call that is under way holds the most that it may cost, so that many at once
 * do not spend the same dollar; what it did cost takes that place when it has ended.
 *
 * Invariants:
 * - M1 What was spent and what is held together never pass the budget, as far as instruments keep to `maxUsd`.
 * - M2 A hold is given back after the log has what the call cost; where nobody can say what it cost, not at all.
 *
 * @module
 */

import type { NodeFailure } from "../policy/failure.ts";
import type { RunScopes } from "./run_scopes.ts";

export class RunBudget {
  readonly #scopes: RunScopes;
  readonly #usd: number | undefined;
  #held = 0;
  /** Of it, for good. */
  #kept = 0;
  /** Calls under way that hold something. */
  #holders = 0;
  #waiting: (() => void)[] = [];

  /** `usd` is undefined where nothing limits the run. */
  constructor(scopes: RunScopes, usd: number | undefined) {
    this.#scopes = scopes;
    this.#usd = usd;
  }

  /** Dollars that are left; undefined where nothing limits the run. */
  left(): number | undefined {
    return this.#usd === undefined ? undefined : this.#usd - this.#scopes.root.spentUsd - this.#held;
  }

  /** True while calls under way hold some of it: when they have ended, more may be left. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** Calls `again` once a call under way has ended. */
  whenFreed(again: () => void): void {
    this.#waiting.push(again);
  }

  /**
   * Holds what a call may cost until the returned function is called once more: with `true` where nobody knows what it
   * did cost, so that the money stays away.
   */
  hold(usd: number | undefined): (isUnknown?: boolean) => void {
    if (usd === undefined) return () => {};
    this.#held += usd;
    this.#holders++;
    let isHeld = true;
    return (isUnknown = false) => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders--;
      if (isUnknown) this.#kept += usd;
      // With nobody under way no rounding is left over.
      this.#held = this.#holders === 0 ? this.#kept : this.#held - (isUnknown ? 0 : usd);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const again of waiting) again();
    };
  }
}

/** True where an instrument was asked and nobody can say what that cost. */
export function isCostUnknown({ class: kind, costUsd }: NodeFailure): boolean {
  if (costUsd !== undefined) return false;
  return kind === "crash" || kind === "timeout" || kind === "cancelled" || kind === "resource";
}
