/**
 * The slots of a pool. A cold one is used again, by any kind whose instances take as many calls at once.
 *
 * @module
 */

import { InstanceHealth } from "./instance_health.ts";
import type { Kind, Slot } from "./kind.ts";
import type { Places } from "./places.ts";

export class Slots {
  /** All of them, by the instance's number in `Places`. */
  readonly all: Slot[] = [];
  readonly #places: Places;
  /** Cold slots by their number of places. */
  readonly #cold = new Map<number, Slot[]>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** A cold slot for an instance of the kind. @throws RangeError when the pool has no places left */
  take(kind: Kind): Slot {
    const { concurrency } = kind.limits;
    const cold = this.#cold.get(concurrency)?.pop();
    if (cold === undefined) return this.#make(kind, concurrency);
    if (cold.kind !== kind) {
      cold.kind.slots.delete(cold);
      kind.slots.add(cold);
      cold.kind = kind;
      this.#places.reassign(cold.index, kind.index);
    }
    return cold;
  }

  /** The slot has become cold. */
  giveBack(slot: Slot): void {
    slot.health = new InstanceHealth();
    slot.degraded = undefined;
    slot.isAhead = false;
    slot.isUntold = false;
    slot.rest = undefined;
    slot.keepUntil = 0;
    const places = this.#places.placesOf(slot.index);
    const cold = this.#cold.get(places);
    if (cold === undefined) this.#cold.set(places, [slot]);
    else cold.push(slot);
  }

  #make(kind: Kind, concurrency: number): Slot {
    const slot: Slot = {
      kind,
      index: this.#places.addInstance(kind.index, concurrency),
      state: "cold",
      reason: "it was never started",
      instance: undefined,
      loadMs: 0,
      memoryBytes: 0,
      health: new InstanceHealth(),
      degraded: undefined,
      isOnTrial: false,
      isAhead: false,
      isUntold: false,
      seenLeases: 0,
      lastUse: 0,
      rest: undefined,
      keepUntil: 0,
    };
    kind.slots.add(slot);
    this.all[slot.index] = slot;
    return slot;
  }
}
