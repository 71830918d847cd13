/**
 * Instances of extensions, leased and released. `places.ts` holds the hot path, `lives.ts` moves instances through their
 * states, `bounds.ts` keeps them within count and memory, `look.ts` looks at them now and then; this file lets callers wait
 * and serves them.
 *
 * Invariants:
 * I1. An instance moves only cold → warming → hot → cooling → cold, warming or hot → failed → cold, each time with a
 *     written reason (moves.ts); any other move is a bug and asserted.
 * I2. Only hot instances have leasable places. A failed or cooling one is given to `cool` when its last call ended.
 * I3. Callers who wait are served as `waiters.ts` says; `lease` does not overtake, since while someone waits no place is
 *     free.
 * I4. At most `instances` of a kind are not cold. After a failed warm the kind waits 0.1 s, doubling up to 30 s,
 *     before it warms again; a warm that succeeds ends the doubling.
 * I5. At most `mostInstances` of all kinds are not cold, and together they stay below `mostMemoryBytes` as soon as idle
 *     ones can go. Who goes is the eviction policy's word; one that is in use never goes.
 * I6. Where a kind's circuit is not closed, it has no open place and nothing of it is started ahead. While it is open nobody
 *     waits, and `acquire` fails at once; after its time one call tries, alone on an instance that is opened to others
 *     only when that call went well.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { ExtensionId, InstanceId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import {
  type AcquireOptions,
  type HealthState,
  type KindHealth,
  type Lease,
  noLease,
  type ObservedCall,
  type PoolBoundsReading,
  type PoolCounters,
  type PoolKind,
  type PoolLimits,
  type PoolMove,
  type PoolPort,
  type PoolReading,
  type PoolWatchPort,
} from "../../core/ports/pool.ts";
import { Bounds } from "./bounds.ts";
import type { Instances, PoolOptions } from "./instances.ts";
import { KeepWarm } from "./keep_warm.ts";
import { Kind, type Slot } from "./kind.ts";
import { Lives } from "./lives.ts";
import { Look, LOOK_MS } from "./look.ts";
import { MoveLog } from "./moves.ts";
import { Places } from "./places.ts";
import { Slots } from "./slots.ts";
import { Tally } from "./tally.ts";
import { abortedError, closedError, openError } from "./waiters.ts";

export type { Instances, PoolOptions } from "./instances.ts";
export { LOOK_MS } from "./look.ts";

/** The pool of one process. */
export class InstancePool implements PoolPort, PoolWatchPort {
  readonly #clock: ClockPort;
  readonly #places = new Places();
  readonly #slots = new Slots(this.#places);
  readonly #tally = new Tally(this.#places);
  readonly #moves = new MoveLog();
  readonly #bounds: Bounds;
  readonly #lives: Lives;
  readonly #look: Look;
  readonly #keepWarm: KeepWarm | undefined;
  readonly #kinds: Kind[] = [];
  readonly #byExtension = new Map<ExtensionId, Kind>();
  /** Kinds that could not warm for want of room. */
  readonly #starved = new Set<Kind>();
  /** Callers who wait, and calls on trial: while there are any, a release is looked at. */
  #watched = 0;
  #closed = false;
  #drained: (() => void)[] = [];

  constructor(instances: Instances, clock: ClockPort, options: PoolOptions = {}) {
    this.#clock = clock;
    this.#keepWarm = options.forecast && new KeepWarm(options.forecast);
    const parts = { instances, clock, places: this.#places, slots: this.#slots, tally: this.#tally };
    const bounds = this.#bounds = new Bounds(parts, options);
    const lives = this.#lives = new Lives({ ...parts, bounds, moves: this.#moves }, {
      started: (slot) => this.#started(slot),
      notStarted: (slot, cause) => this.#notStarted(slot, cause),
      stopped: (slot) => this.#stopped(slot),
    });
    this.#look = new Look({
      ...{ clock, places: this.#places, slots: this.#slots, bounds, lives },
      kinds: this.#kinds,
      keepWarm: this.#keepWarm,
      prewarm: (kind, count, reason, keepMs) => void this.#prewarm(kind, count, reason, keepMs),
    }, options.keepAliveMs);
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
      if (known.waiters.size > 0) this.#serve(known);
      return known.index as PoolKind;
    }
    const kind = new Kind(this.#places.addKind(), extension, limits, this.#clock);
    this.#kinds.push(kind);
    this.#byExtension.set(extension, kind);
    return kind.index as PoolKind;
  }

  lease(kind: PoolKind): Lease {
    return this.#places.lease(kind) as Lease;
  }

  async acquire(kind: PoolKind, signal: AbortSignal, options: AcquireOptions = {}): Promise<Lease> {
    const entry = this.#kinds[kind];
    if (entry === undefined) throw new RangeError(`Cannot acquire: no kind ${kind} is registered`);
    if (this.#closed) throw closedError(entry.extension);
    if (signal.aborted) throw abortedError(entry.extension);
    const { circuit } = entry.health;
    if (!circuit.admits(this.#clock.now())) throw openError(entry.extension, entry.health.state().reason);
    const lease = this.#leaseAlive(entry);
    if (lease !== noLease) return lease;
    this.#watched++;
    const waiting = entry.waiters.wait(signal, options);
    this.#serve(entry);
    try {
      return await waiting;
    } catch (error) {
      this.#tally.givenUp++;
      circuit.notTried();
      throw error;
    } finally {
      this.#watched--;
    }
  }

  instanceOf(lease: Lease): InstanceId {
    const index = this.#places.instanceOf(lease);
    const instance = index < 0 ? undefined : this.#slots.all[index]?.instance;
    if (instance === undefined) {
      throw new SymphonyError("closed", `Cannot use lease ${lease}: it was given back`);
    }
    return instance;
  }

  release(lease: Lease, failure?: string): boolean {
    const index = this.#places.release(lease);
    if (index < 0) return false;
    // The usual case, a healthy instance and nobody waiting, ends here.
    if (failure === undefined && this.#watched === 0 && !this.#closed) {
      const slot = this.#slots.all[index] as Slot;
      if (slot.state === "hot") return true;
    }
    this.#settle(this.#slots.all[index] as Slot, failure);
    return true;
  }

  readings(): readonly PoolReading[] {
    return this.#slots.all.map((slot) => ({
      extension: slot.kind.extension,
      instance: slot.instance,
      state: slot.state,
      busy: this.#places.busy(slot.index),
      leases: this.#places.leases(slot.index),
      memoryBytes: slot.memoryBytes,
      ...(slot.degraded === undefined ? {} : { degraded: slot.degraded }),
      reason: slot.reason,
    }));
  }

  drain(): Promise<void> {
    this.#closed = true;
    this.#look.end();
    for (const kind of this.#kinds) {
      kind.cancelWake?.();
      kind.waiters.rejectAll(() => closedError(kind.extension));
    }
    for (const slot of this.#slots.all) {
      if (slot.state === "hot") this.#lives.cool(slot, "the pool is drained");
    }
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#noticeDrained();
    });
  }

  // Watching.

  moves(): readonly PoolMove[] {
    return this.#moves.list();
  }

  watchMoves(listener: (move: PoolMove) => void): () => void {
    return this.#moves.watch(listener);
  }

  health(): readonly KindHealth[] {
    return this.#kinds.map(healthOf);
  }

  healthOf(extension: ExtensionId): KindHealth | undefined {
    const kind = this.#byExtension.get(extension);
    return kind && healthOf(kind);
  }

  counters(): PoolCounters {
    return this.#tally.counters(this.#slots.all);
  }

  /** Other bounds from now on. */
  changeBounds(bounds: Pick<PoolOptions, "mostInstances" | "mostMemoryBytes">): void {
    this.#bounds.change(bounds);
    this.#serveStarved();
  }

  bounds(): PoolBoundsReading {
    return this.#bounds.reading();
  }

  observe(kind: PoolKind, { durationMs, failed, lease }: ObservedCall): void {
    const entry = this.#kinds[kind];
    if (entry === undefined) return;
    const slot = lease === undefined ? undefined : this.#slots.all[this.#places.ownerOf(lease)];
    if (slot?.kind === entry && slot.state === "hot") slot.health.called(durationMs, failed);
    this.#keepWarm?.called(entry.extension, durationMs);
    this.#note(entry, durationMs, failed);
  }

  prewarm(kind: PoolKind, instances: number, reason: string, keepMs = 0): number {
    const entry = this.#kinds[kind];
    return entry === undefined ? 0 : this.#prewarm(entry, instances, reason, keepMs);
  }

  #prewarm(kind: Kind, instances: number, reason: string, keepMs: number): number {
    if (this.#closed || !kind.health.circuit.isClosed) return 0;
    let started = 0;
    const keepUntil = this.#clock.now() + keepMs;
    let kept = 0;
    for (const slot of kind.slots) {
      if ((slot.state === "hot" || slot.state === "warming") && kept++ < instances) {
        slot.keepUntil = Math.max(slot.keepUntil, keepUntil);
      }
    }
    while (kind.used < Math.min(instances, kind.limits.instances) && this.#mayWarm(kind)) {
      if (!this.#makeRoom(0)) break;
      const slot = this.#slots.take(kind);
      slot.isAhead = true;
      slot.isUntold = true;
      slot.keepUntil = keepUntil;
      this.#tally.prewarmed++;
      this.#lives.warm(slot, reason);
      started++;
    }
    return started;
  }

  // What calls were like.

  #note(kind: Kind, durationMs: number, failed: boolean, began?: number): void {
    const turn = kind.health.observe(durationMs, failed, this.#clock.now(), began);
    if (turn === "opened") this.#shut(kind);
    else if (turn === "closed") this.#reopen(kind);
  }

  /** What goes through a fresh instance tells more than one that has failed so often; and nobody gets past the circuit. */
  #shut(kind: Kind): void {
    for (const slot of kind.slots) {
      this.#endTrial(slot);
      if (slot.state === "hot") this.#lives.cool(slot, "its circuit opened");
    }
    kind.waiters.rejectAll(() => openError(kind.extension, kind.health.state().reason));
  }

  #reopen(kind: Kind): void {
    for (const slot of kind.slots) {
      this.#endTrial(slot);
      if (slot.state === "hot") this.#lives.open(slot);
    }
    this.#serve(kind);
  }

  #endTrial(slot: Slot): boolean {
    if (!slot.isOnTrial) return false;
    slot.isOnTrial = false;
    this.#watched--;
    return true;
  }

  // Serving.

  /** A lease on an instance that is alive; the dead ones met on the way are failed. */
  #leaseAlive(kind: Kind): Lease {
    while (true) {
      const lease = this.#places.lease(kind.index) as Lease;
      if (lease === noLease) return noLease;
      const slot = this.#slots.all[this.#places.instanceOf(lease)] as Slot;
      if (this.#lives.isAlive(slot)) {
        this.#tally.firstUse(slot);
        return lease;
      }
      this.#places.release(lease);
      this.#tally.voidLease();
      this.#lives.fail(slot, "it was found dead");
    }
  }

  /** The place on which one call may try, on an instance that nobody else has; none where there is no such instance. */
  #leaseForTrial(kind: Kind): Lease {
    for (const slot of kind.slots) {
      if (slot.state !== "hot" || this.#places.busy(slot.index) > 0) continue;
      if (!this.#lives.isAlive(slot)) {
        this.#lives.fail(slot, "it was found dead");
        continue;
      }
      slot.isOnTrial = true;
      this.#watched++;
      return this.#places.leaseClosed(slot.index) as Lease;
    }
    return noLease;
  }

  /** What follows a release out of the ordinary. */
  #settle(slot: Slot, failure: string | undefined): void {
    const { kind } = slot;
    if (this.#endTrial(slot) && failure === undefined) kind.health.circuit.tryEnded(this.#clock.now());
    if (failure !== undefined && slot.state === "hot") {
      this.#lives.fail(slot, failure);
      // One death, however many calls were under way.
      this.#note(kind, kind.health.meanMs, true, this.#clock.now());
    } else this.#lives.callEnded(slot);
    this.#serve(kind);
    this.#serveStarved();
  }

  /** Gives free places to those who wait, then warms for the rest. */
  #serve(kind: Kind): void {
    while (kind.waiters.size > 0) {
      const lease = kind.health.circuit.isClosed ? this.#leaseAlive(kind) : this.#leaseForTrial(kind);
      if (lease === noLease) break;
      this.#tally.misses++;
      kind.waiters.serve(lease);
    }
    this.#warmForWaiters(kind);
  }

  /** Kinds that could not warm for want of room try again. */
  #serveStarved(): void {
    for (const kind of [...this.#starved]) {
      this.#starved.delete(kind);
      this.#warmForWaiters(kind);
    }
  }

  /** Warms as many instances as those who wait could fill, within the limits and the back-off. */
  #warmForWaiters(kind: Kind): void {
    if (this.#closed || kind.waiters.size === 0) return;
    if (!this.#mayWarm(kind)) {
      kind.cancelWake ??= this.#clock.schedule(kind.backOff.until - this.#clock.monotonic(), () => {
        kind.cancelWake = undefined;
        this.#serve(kind);
      });
      return;
    }
    let coming = 0;
    for (const slot of kind.slots) if (slot.state === "warming") coming += this.#places.placesOf(slot.index);
    for (let used = kind.used; used < kind.limits.instances && coming < kind.waiters.size; used++) {
      if (!this.#makeRoom(this.#starved.size - Number(this.#starved.has(kind)))) {
        this.#starved.add(kind);
        return;
      }
      const slot = this.#slots.take(kind);
      coming += this.#places.placesOf(slot.index);
      this.#tally.coldStarts++;
      this.#lives.warm(slot, "a caller waits");
      // After a failure one instance is tried alone, so that a broken extension is not started many times at once.
      if (kind.backOff.isDoubling) return;
    }
  }

  #mayWarm(kind: Kind): boolean {
    return kind.backOff.until <= this.#clock.monotonic();
  }

  /** True where one more instance may be started beside `others` that wait for room, an idle one having gone for it where need be (I5). */
  #makeRoom(others: number): boolean {
    if (this.#bounds.hasRoom) return true;
    // What is on its way out makes room when it is cold; nobody else has to go as well.
    if (this.#bounds.hasRoomSoon(others)) return false;
    const idle = this.#bounds.victim();
    if (idle === undefined) return false;
    this.#lives.cool(idle, "another was needed more");
    return this.#bounds.hasRoom;
  }

  // What follows when an instance has moved.

  #started(slot: Slot): void {
    const { kind } = slot;
    kind.backOff.end();
    if (!slot.isAhead) this.#keepWarm?.startedFor(kind.extension, this.#clock.now(), slot.loadMs);
    if (this.#closed) return this.#lives.cool(slot, "the pool is drained");
    if (kind.health.circuit.isClosed) this.#lives.open(slot);
    this.#serve(kind);
    this.#look.watch();
  }

  #notStarted({ kind }: Slot, cause: unknown): void {
    kind.backOff.failed(this.#clock.monotonic());
    this.#noticeDrained();
    const canServe = [...kind.slots].some(({ state }) => state === "hot" || state === "warming");
    if (canServe) return this.#warmForWaiters(kind);
    const message = `Cannot start an instance of "${kind.extension}": ${messageOf(cause)}`;
    kind.waiters.rejectAll(() => new SymphonyError("extension", message, { cause }));
  }

  #stopped({ kind }: Slot): void {
    this.#noticeDrained();
    if (kind.owed > 0) {
      kind.owed--;
      this.#prewarm(kind, kind.used + 1, "in place of one that was degraded", 2 * LOOK_MS);
    }
    this.#serve(kind);
    this.#serveStarved();
  }

  #noticeDrained(): void {
    if (!this.#closed || this.#slots.all.some(({ state }) => state !== "cold")) return;
    for (const resolve of this.#drained) resolve();
    this.#drained = [];
  }
}

function healthOf({ extension, health, slots, memoryBytes = 0, usualMemory }: Kind): KindHealth {
  return {
    extension,
    ...withDegraded(health.state(), slots),
    memoryBytes,
    ...(usualMemory.bytes === undefined ? {} : { usualMemoryBytes: usualMemory.bytes }),
    calls: health.calls,
    failures: health.failures,
    meanMs: health.meanMs,
    isSlow: health.isSlow,
    ...(health.circuit.nextTryAt === undefined ? {} : { refusesUntil: health.circuit.nextTryAt }),
  };
}

/** A kind with an instance that is degraded is so too, and says which. */
function withDegraded(
  whole: { readonly state: HealthState; readonly reason: string },
  slots: Iterable<Slot>,
): { readonly state: HealthState; readonly reason: string } {
  if (whole.state === "unhealthy" || whole.state === "degraded") return whole;
  for (const { degraded, instance } of slots) {
    if (degraded !== undefined) return { state: "degraded", reason: `${instance}: ${degraded}` };
  }
  return whole;
}
