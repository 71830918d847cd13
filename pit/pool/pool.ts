/**
 * Instances of extensions, leased and released. `places.ts` holds the hot path; this file moves instances through
 * their states and lets callers wait.
 *
 * Invariants:
 * I1. An instance moves only cold → warming → hot → cooling → cold, warming or hot → failed → cold, each time with a
 *     written reason; any other move is a bug and asserted.
 * I2. Only hot instances have leasable places. A failed or cooling one is given to `cool` when its last call ended.
 * I3. Callers who wait are served in order of arrival; `lease` does not overtake, since while someone waits no place
 *     is free.
 * I4. At most `instances` of a kind are not cold. After a failed warm the kind waits 0.1 s, doubling up to 30 s,
 *     before it warms again; a warm that succeeds ends the doubling.
 *
 * @module
 */

import { assert, messageOf, SymphonyError } from "../../core/errors.ts";
import type { ExtensionId, InstanceId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import {
  type InstanceState,
  type Lease,
  noLease,
  type PoolKind,
  type PoolLimits,
  type PoolPort,
  type PoolReading,
} from "../../core/ports/pool.ts";
import { Places } from "./places.ts";

/** How the pool starts, stops and watches instances. */
export interface Instances {
  /** Starts an instance; a rejection means that it did not start. */
  warm(extension: ExtensionId): Promise<InstanceId>;
  /** Stops an instance; called once for each that was warmed. */
  cool(instance: InstanceId): Promise<void>;
  /** False where the instance has died. */
  isAlive(instance: InstanceId): boolean;
}

const FIRST_BACK_OFF_MS = 100;
const MOST_BACK_OFF_MS = 30_000;

const moves: Readonly<Record<InstanceState, readonly InstanceState[]>> = {
  cold: ["warming"],
  warming: ["hot", "failed"],
  hot: ["cooling", "failed"],
  cooling: ["cold"],
  failed: ["cold"],
};

interface Slot {
  readonly kind: Kind;
  /** The instance's number in `places`. */
  readonly index: number;
  state: InstanceState;
  reason: string;
  instance: InstanceId | undefined;
}

interface Waiter {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: SymphonyError) => void;
  readonly leave: () => void;
}

interface Kind {
  readonly index: number;
  readonly extension: ExtensionId;
  limits: PoolLimits;
  readonly slots: Slot[];
  readonly waiters: Set<Waiter>;
  backOffMs: number;
  nextWarmAt: number;
  cancelWake: (() => void) | undefined;
}

/** The pool of one process. */
export class InstancePool implements PoolPort {
  readonly #instances: Instances;
  readonly #clock: ClockPort;
  readonly #places = new Places();
  readonly #kinds: Kind[] = [];
  readonly #byExtension = new Map<ExtensionId, Kind>();
  readonly #slots: Slot[] = [];
  #waiting = 0;
  #closed = false;
  #drained: (() => void)[] = [];

  constructor(instances: Instances, clock: ClockPort) {
    this.#instances = instances;
    this.#clock = clock;
  }

  register(extension: ExtensionId, limits: PoolLimits): PoolKind {
    if (!(limits.instances >= 1 && limits.concurrency >= 1)) {
      throw new RangeError(
        `Cannot register "${extension}": it needs at least one instance and one call at a time`,
      );
    }
    const known = this.#byExtension.get(extension);
    if (known !== undefined) {
      known.limits = limits;
      this.#serve(known);
      return known.index as PoolKind;
    }
    const kind: Kind = {
      index: this.#places.addKind(),
      extension,
      limits,
      slots: [],
      waiters: new Set(),
      backOffMs: 0,
      nextWarmAt: 0,
      cancelWake: undefined,
    };
    this.#kinds.push(kind);
    this.#byExtension.set(extension, kind);
    return kind.index as PoolKind;
  }

  lease(kind: PoolKind): Lease {
    return this.#places.lease(kind) as Lease;
  }

  acquire(kind: PoolKind, signal: AbortSignal): Promise<Lease> {
    const entry = this.#kinds[kind];
    if (entry === undefined) {
      return Promise.reject(new RangeError(`Cannot acquire: no kind ${kind} is registered`));
    }
    if (this.#closed) return Promise.reject(closedError(entry.extension));
    if (signal.aborted) return Promise.reject(abortedError(entry.extension));
    const lease = this.#leaseAlive(entry);
    if (lease !== noLease) return Promise.resolve(lease);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiter.leave();
        reject(abortedError(entry.extension));
      };
      const waiter: Waiter = {
        resolve,
        reject,
        leave: () => {
          if (entry.waiters.delete(waiter)) this.#waiting--;
          signal.removeEventListener("abort", onAbort);
        },
      };
      entry.waiters.add(waiter);
      this.#waiting++;
      signal.addEventListener("abort", onAbort, { once: true });
      this.#warmForWaiters(entry);
    });
  }

  instanceOf(lease: Lease): InstanceId {
    const index = this.#places.instanceOf(lease);
    const instance = index < 0 ? undefined : this.#slots[index]?.instance;
    if (instance === undefined) {
      throw new SymphonyError("closed", `Cannot use lease ${lease}: it was given back`);
    }
    return instance;
  }

  release(lease: Lease, failure?: string): boolean {
    const index = this.#places.release(lease);
    if (index < 0) return false;
    // The usual case, a healthy instance and nobody waiting, ends here.
    if (failure === undefined && this.#waiting === 0 && !this.#closed) {
      const slot = this.#slots[index] as Slot;
      if (slot.state === "hot") return true;
    }
    this.#settle(this.#slots[index] as Slot, failure);
    return true;
  }

  readings(): readonly PoolReading[] {
    return this.#slots.map((slot) => ({
      extension: slot.kind.extension,
      instance: slot.instance,
      state: slot.state,
      busy: this.#places.busy(slot.index),
      leases: this.#places.leases(slot.index),
      reason: slot.reason,
    }));
  }

  drain(): Promise<void> {
    this.#closed = true;
    for (const kind of this.#kinds) {
      kind.cancelWake?.();
      for (const waiter of kind.waiters) {
        waiter.leave();
        waiter.reject(closedError(kind.extension));
      }
    }
    for (const slot of this.#slots) if (slot.state === "hot") this.#startCooling(slot, "the pool is drained");
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#noticeDrained();
    });
  }

  /** A lease on an instance that is alive; the dead ones met on the way are failed. */
  #leaseAlive(kind: Kind): Lease {
    while (true) {
      const lease = this.#places.lease(kind.index) as Lease;
      if (lease === noLease) return noLease;
      const slot = this.#slots[this.#places.instanceOf(lease)] as Slot;
      if (this.#instances.isAlive(slot.instance as InstanceId)) return lease;
      this.#places.release(lease);
      this.#fail(slot, "it was found dead");
    }
  }

  /** What follows a release out of the ordinary. */
  #settle(slot: Slot, failure: string | undefined): void {
    if (failure !== undefined && slot.state === "hot") this.#fail(slot, failure);
    else if (this.#places.busy(slot.index) === 0 && (slot.state === "failed" || slot.state === "cooling")) {
      this.#cool(slot);
    }
    this.#serve(slot.kind);
  }

  /** Gives free places to those who wait, then warms for the rest. */
  #serve(kind: Kind): void {
    for (const waiter of kind.waiters) {
      const lease = this.#leaseAlive(kind);
      if (lease === noLease) break;
      waiter.leave();
      waiter.resolve(lease);
    }
    this.#warmForWaiters(kind);
  }

  /** Warms as many instances as those who wait could fill, within the limits and the back-off. */
  #warmForWaiters(kind: Kind): void {
    if (this.#closed || kind.waiters.size === 0) return;
    const delayMs = kind.nextWarmAt - this.#clock.monotonic();
    if (delayMs > 0) {
      kind.cancelWake ??= this.#clock.schedule(delayMs, () => {
        kind.cancelWake = undefined;
        this.#serve(kind);
      });
      return;
    }
    let coming = 0;
    let used = 0;
    for (const slot of kind.slots) {
      if (slot.state !== "cold") used++;
      if (slot.state === "warming") coming += this.#places.placesOf(slot.index);
    }
    while (used < kind.limits.instances && coming < kind.waiters.size) {
      const slot = this.#coldSlot(kind);
      coming += this.#places.placesOf(slot.index);
      used++;
      this.#warm(slot);
      // After a failure one instance is tried alone, so that a broken extension is not started many times at once.
      if (kind.backOffMs > 0) return;
    }
  }

  #coldSlot(kind: Kind): Slot {
    const { concurrency } = kind.limits;
    const cold = kind.slots.find((slot) =>
      slot.state === "cold" && this.#places.placesOf(slot.index) === concurrency
    );
    if (cold !== undefined) return cold;
    const index = this.#places.addInstance(kind.index, concurrency);
    const slot: Slot = { kind, index, state: "cold", reason: "it was never started", instance: undefined };
    kind.slots.push(slot);
    this.#slots[index] = slot;
    return slot;
  }

  #warm(slot: Slot): void {
    move(slot, "warming", "a caller waits");
    this.#instances.warm(slot.kind.extension).then(
      (instance) => this.#warmed(slot, instance),
      (error: unknown) => this.#warmFailed(slot, error),
    );
  }

  #warmed(slot: Slot, instance: InstanceId): void {
    slot.instance = instance;
    slot.kind.backOffMs = 0;
    move(slot, "hot", "it has started");
    this.#places.open(slot.index);
    if (this.#closed) this.#startCooling(slot, "the pool is drained");
    else this.#serve(slot.kind);
  }

  #warmFailed(slot: Slot, cause: unknown): void {
    const { kind } = slot;
    move(slot, "failed", `it did not start: ${messageOf(cause)}`);
    kind.backOffMs = Math.min(MOST_BACK_OFF_MS, Math.max(FIRST_BACK_OFF_MS, kind.backOffMs * 2));
    kind.nextWarmAt = this.#clock.monotonic() + kind.backOffMs;
    move(slot, "cold", slot.reason);
    this.#noticeDrained();
    const canServe = kind.slots.some((other) => other.state === "hot" || other.state === "warming");
    if (canServe) return this.#warmForWaiters(kind);
    const message = `Cannot start an instance of "${kind.extension}": ${messageOf(cause)}`;
    for (const waiter of kind.waiters) {
      waiter.leave();
      waiter.reject(new SymphonyError("extension", message, { cause }));
    }
  }

  #fail(slot: Slot, reason: string): void {
    move(slot, "failed", reason);
    this.#places.close(slot.index);
    if (this.#places.busy(slot.index) === 0) this.#cool(slot);
  }

  #startCooling(slot: Slot, reason: string): void {
    move(slot, "cooling", reason);
    this.#places.close(slot.index);
    if (this.#places.busy(slot.index) === 0) this.#cool(slot);
  }

  /** Stops the instance; its slot is cold, and may be warmed again, once that has ended in either way. */
  #cool(slot: Slot): void {
    const instance = slot.instance as InstanceId;
    const reason = slot.reason;
    slot.instance = undefined;
    const ended = (outcome: string) => {
      move(slot, "cold", outcome);
      this.#noticeDrained();
      this.#serve(slot.kind);
    };
    this.#instances.cool(instance).then(
      () => ended(reason),
      (error: unknown) => ended(`${reason}; stopping it failed: ${messageOf(error)}`),
    );
  }

  #noticeDrained(): void {
    if (!this.#closed || this.#slots.some((slot) => slot.state !== "cold")) return;
    for (const resolve of this.#drained) resolve();
    this.#drained = [];
  }
}

function move(slot: Slot, to: InstanceState, reason: string): void {
  assert(moves[slot.state].includes(to), `an instance cannot move from ${slot.state} to ${to}`);
  slot.state = to;
  slot.reason = reason;
}

function closedError(extension: ExtensionId): SymphonyError {
  return new SymphonyError("closed", `Cannot lease an instance of "${extension}": the pool is closed`);
}

function abortedError(extension: ExtensionId): SymphonyError {
  return new SymphonyError("aborted", `Cannot lease an instance of "${extension}": the caller gave up`);
}
