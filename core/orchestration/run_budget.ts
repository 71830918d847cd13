/**
 * What a run may spend on instruments. A call that is under way holds what it is expected to cost, so that many at once
 * do not spend the same dollar; what it did cost takes that place when it ends.
 *
 * @module
 */

import type { RunScopes } from "./run_scopes.ts";

export class RunBudget {
  readonly #scopes: RunScopes;
  readonly #usd: number | undefined;
  #held = 0;

  /** `usd` is undefined where nothing limits the run. */
  constructor(scopes: RunScopes, usd: number | undefined) {
    this.#scopes = scopes;
    this.#usd = usd;
  }

  /** Dollars that are left; undefined where nothing limits the run. */
  left(): number | undefined {
    return this.#usd === undefined ? undefined : this.#usd - this.#scopes.root.spentUsd - this.#held;
  }

  /** Holds what a call is expected to cost until the returned function is called. */
  hold(usd: number): () => void {
    this.#held += usd;
    let isHeld = true;
    return () => {
      if (isHeld) this.#held = Math.max(0, this.#held - usd);
      isHeld = false;
    };
  }
}
