/**
 * What a run may spend on instruments, in dollars and in tokens. A call that is under way holds the most that it may take, so
 * that many at once do not spend the same; what it did take comes in its place when it has ended.
 *
 * Invariants:
 * - M1 What was spent and what is held together never pass the budget, as far as instruments keep to `maxUsd` and
 *   `maxTokensInAll`.
 * - M2 A hold is given back after the log has what the call took; where nobody can say what it took, not at all.
 *
 * @module
 */

import type { NodeFailure } from "../policy/failure.ts";
import type { Budget } from "../workflow/definition.ts";
import type { RunScopes } from "./run_scopes.ts";

/** The most that a call may take; undefined where nothing limits it. */
export interface CallHold {
  readonly maxUsd?: number;
  readonly maxTokens?: number;
}

/** One thing that is spent. */
class Account {
  readonly #total: () => number | undefined;
  readonly #spent: () => number;
  held = 0;
  /** Of it, for good. */
  #kept = 0;

  constructor(total: () => number | undefined, spent: () => number) {
    this.#total = total;
    this.#spent = spent;
  }

  left(): number | undefined {
    const total = this.#total();
    return total === undefined ? undefined : total - this.#spent() - this.held;
  }

  giveBack(amount: number, isUnknown: boolean, isLast: boolean): void {
    if (isUnknown) this.#kept += amount;
    // With nobody under way no rounding is left over.
    this.held = isLast ? this.#kept : this.held - (isUnknown ? 0 : amount);
  }
}

export class RunBudget {
  readonly #usd: Account;
  readonly #tokens: Account;
  /** Calls under way that hold something. */
  #holders = 0;
  #waiting: (() => void)[] = [];

  /** `budget` is read anew each time, since a person may raise it. */
  constructor(scopes: RunScopes, budget: () => Budget) {
    this.#usd = new Account(() => budget().usd, () => scopes.root.spentUsd);
    this.#tokens = new Account(() => budget().tokens, () => scopes.root.spentTokens);
  }

  /** Dollars that are left; undefined where nothing limits the run. */
  left(): number | undefined {
    return this.#usd.left();
  }

  /** Tokens that are left; undefined where nothing limits the run. */
  leftTokens(): number | undefined {
    return this.#tokens.left();
  }

  /** True while calls under way hold some of it: when they have ended, more may be left. */
  get isHeld(): boolean {
    return this.#holders > 0;
  }

  /** Calls `again` once a call under way has ended. */
  whenFreed(again: () => void): void {
    this.#waiting.push(again);
  }

  /** True where a further call that may take so much has room. */
  hasRoom({ maxUsd = 0, maxTokens = 0 }: CallHold): boolean {
    return maxUsd <= (this.left() ?? Infinity) && maxTokens <= (this.leftTokens() ?? Infinity);
  }

  /**
   * Holds what a call may take until the returned function is called once more: with `true` where nobody knows what it
   * did take, so that all of it stays away.
   */
  hold({ maxUsd, maxTokens }: CallHold): (isUnknown?: boolean) => void {
    if (maxUsd === undefined && maxTokens === undefined) return () => {};
    const [usd, tokens] = [maxUsd ?? 0, maxTokens ?? 0];
    this.#usd.held += usd;
    this.#tokens.held += tokens;
    this.#holders++;
    let isHeld = true;
    return (isUnknown = false) => {
      if (!isHeld) return;
      isHeld = false;
      const isLast = --this.#holders === 0;
      this.#usd.giveBack(usd, isUnknown, isLast);
      this.#tokens.giveBack(tokens, isUnknown, isLast);
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
