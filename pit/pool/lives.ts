/**
 * Moves instances through their states: starts them, stops them when their last call ended, each move with its reason.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { InstanceId } from "../../core/ids.ts";
import type { InstanceState } from "../../core/ports/pool.ts";
import type { Bounds, BoundsParts } from "./bounds.ts";
import type { Slot } from "./kind.ts";
import type { MoveLog } from "./moves.ts";

/** What follows for others when an instance has moved. */
export interface LifeEvents {
  /** It has started. */
  started(slot: Slot): void;
  /** It did not start, and is cold. */
  notStarted(slot: Slot, cause: unknown): void;
  /** It was stopped, and is cold. */
  stopped(slot: Slot): void;
}

export class Lives {
  readonly #parts: BoundsParts & { readonly bounds: Bounds; readonly moves: MoveLog };
  readonly #events: LifeEvents;

  constructor(
    parts: BoundsParts & { readonly bounds: Bounds; readonly moves: MoveLog },
    events: LifeEvents,
  ) {
    this.#parts = parts;
    this.#events = events;
  }

  isAlive(slot: Slot): boolean {
    return this.#parts.instances.isAlive(slot.instance as InstanceId);
  }

  /** Starts an instance in a cold slot. */
  warm(slot: Slot, reason: string): void {
    const { bounds, clock, instances } = this.#parts;
    bounds.began(slot);
    this.#move(slot, "warming", reason);
    const began = clock.monotonic();
    instances.warm(slot.kind.extension).then(
      (instance) => this.#warmed(slot, instance, clock.monotonic() - began),
      (error: unknown) => this.#warmFailed(slot, error),
    );
  }

  /** Makes the places of a hot instance leasable. */
  open(slot: Slot): void {
    if (!this.#parts.places.isOpen(slot.index)) this.#parts.places.open(slot.index);
  }

  /** A hot instance is at fault. */
  fail(slot: Slot, reason: string): void {
    this.#parts.tally.failures++;
    this.#leave(slot, "failed", reason);
  }

  /** A hot instance is wanted no longer. */
  cool(slot: Slot, reason: string): void {
    this.#leave(slot, "cooling", reason);
  }

  /** A call on the instance has ended. */
  callEnded(slot: Slot): void {
    const isLeaving = slot.state === "failed" || slot.state === "cooling";
    if (isLeaving && this.#parts.places.busy(slot.index) === 0) this.#stop(slot);
  }

  #warmed(slot: Slot, instance: InstanceId, loadMs: number): void {
    slot.instance = instance;
    slot.loadMs = loadMs;
    slot.seenLeases = 0;
    slot.lastUse = this.#parts.clock.monotonic();
    this.#parts.tally.loadMs += loadMs;
    this.#move(slot, "hot", "it has started");
    this.#parts.bounds.measure(slot);
    this.#events.started(slot);
  }

  #warmFailed(slot: Slot, cause: unknown): void {
    this.#parts.tally.failures++;
    this.#move(slot, "failed", `it did not start: ${messageOf(cause)}`);
    this.#chill(slot, slot.reason, false);
    this.#events.notStarted(slot, cause);
  }

  #leave(slot: Slot, to: InstanceState, reason: string): void {
    this.#move(slot, to, reason);
    if (this.#parts.places.isOpen(slot.index)) this.#parts.places.close(slot.index);
    this.#parts.bounds.leaves(slot);
    this.callEnded(slot);
  }

  /** Its slot is cold, and may be warmed again, once stopping has ended in either way. */
  #stop(slot: Slot): void {
    const instance = slot.instance as InstanceId;
    const { reason } = slot;
    slot.instance = undefined;
    const ended = (outcome: string) => {
      this.#chill(slot, outcome, true);
      this.#events.stopped(slot);
    };
    this.#parts.instances.cool(instance).then(
      () => ended(reason),
      (error: unknown) => ended(`${reason}; stopping it failed: ${messageOf(error)}`),
    );
  }

  #chill(slot: Slot, reason: string, wasLeaving: boolean): void {
    const { bounds, slots, tally } = this.#parts;
    bounds.left(slot, wasLeaving);
    this.#move(slot, "cold", reason);
    tally.gone(slot);
    slots.giveBack(slot);
  }

  #move(slot: Slot, to: InstanceState, reason: string): void {
    const { state: from, instance, kind: { extension } } = slot;
    this.#parts.moves.note({ extension, instance, from, to, reason, at: this.#parts.clock.now() });
    slot.state = to;
    slot.reason = reason;
  }
}
