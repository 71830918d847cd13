/**
 * What the pool counts. A lease that was had at once is a hit, one that was waited for a miss; a wait that ended without a
 * place is neither, so that asking again and again is counted once, when there is a place.
 *
 * @module
 */

import type { PoolCounters } from "../../core/ports/pool.ts";
import type { Slot } from "./kind.ts";
import type { Places } from "./places.ts";

export class Tally {
  readonly #places: Places;
  misses = 0;
  givenUp = 0;
  coldStarts = 0;
  prewarmed = 0;
  coldStartsAvoided = 0;
  evictions = 0;
  failures = 0;
  loadMs = 0;
  /** Leases on instances that are gone, and those on dead ones, which nobody got. */
  #pastLeases = 0;
  #voidLeases = 0;

  constructor(places: Places) {
    this.#places = places;
  }

  /** The first use of an instance that was started ahead is a cold start avoided. */
  firstUse(slot: Slot): void {
    if (slot.isAhead) this.coldStartsAvoided++;
    slot.isAhead = false;
  }

  /** The instance of the slot is gone. */
  gone(slot: Slot): void {
    this.#pastLeases += this.#places.forgetLeases(slot.index);
  }

  /** A lease was taken for nobody. */
  voidLease(): void {
    this.#voidLeases++;
  }

  counters(slots: readonly Slot[]): PoolCounters {
    let leases = this.#pastLeases - this.#voidLeases;
    for (const slot of slots) {
      if (slot.state === "cold") continue;
      const own = this.#places.leases(slot.index);
      leases += own;
      if (own > 0) this.firstUse(slot);
    }
    const { misses, givenUp, coldStarts, prewarmed, coldStartsAvoided, evictions, failures, loadMs } = this;
    const hits = Math.max(0, leases - misses);
    return {
      hits,
      misses,
      givenUp,
      coldStarts,
      prewarmed,
      coldStartsAvoided,
      evictions,
      failures,
      loadMs,
    };
  }
}
