/** What the pool knows of an extension's health, as routing takes it into account. @module */

import type { InstrumentTrouble } from "../ports/conductor.ts";
import type { KindHealth } from "../ports/pool.ts";

/**
 * Undefined while all is well with the kind. An instance that is degraded beside others of its kind is none of routing's
 * business: the pool uses it last and replaces it.
 */
export function troubleOf(health: KindHealth, now: number): InstrumentTrouble | undefined {
  const { state, reason, calls, failures, meanMs, isSlow, refusesUntil } = health;
  if (refusesUntil !== undefined && refusesUntil > now) return { reason, isRefused: true };
  // To a circuit that lets a call try, one may go, and decides.
  if (state !== "degraded") return undefined;
  // The pool's own threshold; fewer failures are ordinary.
  const areMany = failures >= calls * MANY_FAILURES;
  if (!isSlow && !areMany) return undefined;
  return {
    reason,
    ...(isSlow ? { seconds: meanMs / 1000 } : {}),
    ...(areMany ? { failures: failures / calls } : {}),
  };
}

const MANY_FAILURES = 0.2;
