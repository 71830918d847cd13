/**
 * Instances of extensions, leased and released. `places.ts` holds the hot path; this file moves instances through
 * their states, keeps them within count and memory, and lets callers wait.
 *
 * Invariants:
 * I1. An instance moves only cold → warming → hot → cooling → cold, warming or hot → failed → cold, each time with a
 *     written reason (moves.ts); any other move is a bug and asserted.
 * I2. Only hot instances have leasable places. A failed or cooling one is given to `cool` when its last call ended.
 * I3. Callers who wait are served by priority, then in order of arrival; `lease` does not overtake, since while someone
 *     waits no place is free.
 * I4. At most `instances` of a kind are not cold. After a failed warm the kind waits 0.1 s, doubling up to 30 s,
 *     before it warms again; a warm that succeeds ends the doubling.
 * I5. At most `mostInstances` of all kinds are not cold, and together they stay below `mostMemoryBytes` as soon as idle
 *     ones can go. Who goes is the eviction policy's word; one that is in use never goes.
 * I6. While a kind's circuit is open it has no leasable place and `acquire` fails at once; after its time one call tries,
 *     on a fresh instance.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { ExtensionId, InstanceId } from "../../core/ids.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import {
  type AcquireOptions,
  type InstanceState,
  type KindHealth,
  type Lease,
  noLease,
  type PoolCounters,
  type PoolKind,
  type PoolLimits,
  type PoolMove,
  type PoolPort,
  type PoolReading,
  type PoolWatchPort,
} from "../../core/ports/pool.ts";
import { type EvictionPolicy, FadingFrequency } from "./eviction.ts";
import type { Popularity } from "./eviction.ts";
import { KeepWarm } from "./keep_warm.ts";
import { Kind, type Slot } from "./kind.ts";
import { MoveLog } from "./moves.ts";
import { Places } from "./places.ts";
import type { Instances, PoolOptions } from "./instances.ts";
import { abortedError, closedError, openError } from "./waiters.ts";

export type { Instances, PoolOptions } from "./instances.ts";

const FIRST_BACK_OFF_MS = 100;
const MOST_BACK_OFF_MS = 30_000;
/** How often the instances are looked at. */
export const LOOK_MS = 500;
const MB = 1 << 20;
/** Where nobody knows. */
const ASSUMED_MB = 32;

/** The pool of one process. */
export class InstancePool implements PoolPort, PoolWatchPort {
  readonly #instances: Instances;
  readonly #clock: ClockPort;
  readonly #options: PoolOptions;
  readonly #eviction: EvictionPolicy;
  readonly #places = new Places();
  readonly #kinds: Kind[] = [];
  readonly #byExtension = new Map<ExtensionId, Kind>();
  readonly #slots: Slot[] = [];
  /** Cold slots by their number of places, to be used again by any kind. */
  readonly #cold = new Map<number, Slot[]>();
  readonly #moves = new MoveLog();
  readonly #keepWarm: KeepWarm | undefined;
  readonly #starved = new Set<Kind>();
  readonly #counters = {
    misses: 0,
    coldStarts: 0,
    prewarmed: 0,
    coldStartsAvoided: 0,
    evictions: 0,
    failures: 0,
    loadMs: 0,
  };
  #live = 0;
  #waiting = 0;
  #closed = false;
  #drained: (() => void)[] = [];
  #cancelLook: (() => void) | undefined;

  constructor(instances: Instances, clock: ClockPort, options: PoolOptions = {}) {
    this.#instances = instances;
    this.#clock = clock;
    this.#options = options;
    this.#eviction = options.eviction ?? new FadingFrequency();
    this.#keepWarm = options.forecast && new KeepWarm(options.forecast);
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
    if (!entry.health.admits(this.#clock.now())) {
      throw openError(entry.extension, entry.health.state().reason);
    }
    const lease = this.#leaseAlive(entry);
    if (lease !== noLease) return lease;
    this.#counters.misses++;
    this.#waiting++;
    const waiting = entry.waiters.wait(signal, options);
    this.#warmForWaiters(entry);
    try {
      return await waiting;
    } catch (error) {
      entry.health.notTried();
      throw error;
    } finally {
      this.#waiting--;
    }
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
    this.#cancelLook?.();
    for (const kind of this.#kinds) {
      kind.cancelWake?.();
      kind.waiters.rejectAll(() => closedError(kind.extension));
    }
    for (const slot of this.#slots) if (slot.state === "hot") this.#startCooling(slot, "the pool is drained");
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#noticeDrained();
    });
  }

  // Watching.

  moves(): readonly PoolMove[] {
    return this.#moves.list();
  }

  health(): readonly KindHealth[] {
    return this.#kinds.map(({ extension, health }) => ({
      extension,
      ...health.state(),
      calls: health.calls,
      failures: health.failures,
      meanMs: health.meanMs,
    }));
  }

  counters(): PoolCounters {
    let leases = this.#pastLeases;
    for (const slot of this.#slots) {
      if (slot.state === "cold") continue;
      const own = this.#places.leases(slot.index);
      leases += own;
      if (own > 0) this.#noteFirstUse(slot);
    }
    return { ...this.#counters, hits: Math.max(0, leases - this.#counters.misses) };
  }

  observe(kind: PoolKind, { durationMs, failed }: { durationMs: number; failed: boolean }): void {
    const entry = this.#kinds[kind];
    if (entry === undefined) return;
    this.#keepWarm?.called(entry.extension, durationMs);
    this.#noteHealth(entry, durationMs, failed);
  }

  #noteHealth(entry: Kind, durationMs: number, failed: boolean): void {
    if (!entry.health.observe(durationMs, failed, this.#clock.now())) return;
    // What goes through a fresh instance tells more than one that has failed so often; and nobody leases past the circuit.
    for (const slot of entry.slots) if (slot.state === "hot") this.#startCooling(slot, "its circuit opened");
  }

  prewarm(kind: PoolKind, instances: number, reason: string, keepMs = 0): number {
    const entry = this.#kinds[kind];
    if (entry === undefined || this.#closed) return 0;
    let started = 0;
    const keepUntil = this.#clock.now() + keepMs;
    let kept = 0;
    for (const slot of entry.slots) {
      if ((slot.state === "hot" || slot.state === "warming") && kept++ < instances) {
        slot.keepUntil = Math.max(slot.keepUntil, keepUntil);
      }
    }
    while (entry.used < Math.min(instances, entry.limits.instances) && this.#mayWarm(entry)) {
      if (!this.#makeRoom()) break;
      const slot = this.#coldSlot(entry);
      slot.isAhead = true;
      slot.isUntold = true;
      slot.keepUntil = keepUntil;
      this.#counters.prewarmed++;
      this.#warm(slot, reason);
      started++;
    }
    return started;
  }

  /** Leases on instances that are gone. */
  #pastLeases = 0;

  /** A lease on an instance that is alive; the dead ones met on the way are failed. */
  #leaseAlive(kind: Kind): Lease {
    while (true) {
      const lease = this.#places.lease(kind.index) as Lease;
      if (lease === noLease) return noLease;
      const slot = this.#slots[this.#places.instanceOf(lease)] as Slot;
      if (this.#instances.isAlive(slot.instance as InstanceId)) {
        this.#noteFirstUse(slot);
        return lease;
      }
      this.#places.release(lease);
      this.#fail(slot, "it was found dead");
    }
  }

  /** What follows a release out of the ordinary. */
  #settle(slot: Slot, failure: string | undefined): void {
    if (failure !== undefined && slot.state === "hot") {
      this.#fail(slot, failure);
      // One death, however many calls were under way.
      this.#noteHealth(slot.kind, slot.kind.health.meanMs, true);
    } else if (this.#places.busy(slot.index) === 0 && (slot.state === "failed" || slot.state === "cooling")) {
      this.#cool(slot);
    }
    this.#serve(slot.kind);
    this.#serveStarved();
  }

  /** Gives free places to those who wait, then warms for the rest. */
  #serve(kind: Kind): void {
    while (kind.waiters.size > 0) {
      const lease = this.#leaseAlive(kind);
      if (lease === noLease) break;
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
      kind.cancelWake ??= this.#clock.schedule(kind.nextWarmAt - this.#clock.monotonic(), () => {
        kind.cancelWake = undefined;
        this.#serve(kind);
      });
      return;
    }
    let coming = 0;
    for (const slot of kind.slots) if (slot.state === "warming") coming += this.#places.placesOf(slot.index);
    for (let used = kind.used; used < kind.limits.instances && coming < kind.waiters.size; used++) {
      if (!this.#makeRoom()) {
        this.#starved.add(kind);
        return;
      }
      const slot = this.#coldSlot(kind);
      coming += this.#places.placesOf(slot.index);
      this.#counters.coldStarts++;
      this.#warm(slot, "a caller waits");
      // After a failure one instance is tried alone, so that a broken extension is not started many times at once.
      if (kind.backOffMs > 0) return;
    }
  }

  #mayWarm(kind: Kind): boolean {
    return kind.nextWarmAt <= this.#clock.monotonic();
  }

  /** True where one more instance may be started, an idle one having gone for it where need be (I5). */
  #makeRoom(): boolean {
    const { mostInstances = Infinity, mostMemoryBytes = Infinity } = this.#options;
    if (this.#live < mostInstances && this.#memory() < mostMemoryBytes) return true;
    const idle = this.#leastValuable(this.#live < mostInstances);
    if (idle === undefined) return false;
    this.#counters.evictions++;
    this.#startCooling(idle, "another was needed more");
    // It is cold only when it has ended; its place among the live is given on at once where that is quick.
    return this.#live < mostInstances && this.#memory() < mostMemoryBytes;
  }

  /** The idle instance that is worth least, by its size as well where memory is short. */
  #leastValuable(bySize: boolean): Slot | undefined {
    const now = this.#clock.monotonic();
    for (const slot of this.#slots) if (slot.state === "hot") this.#noteUse(slot, now);
    let least: Slot | undefined;
    let leastValue = Infinity;
    for (const slot of this.#slots) {
      if (slot.state !== "hot" || this.#places.busy(slot.index) > 0 || slot.kind.waiters.size > 0) continue;
      const sizeMb = bySize ? this.#memoryOf(slot) / MB : 1;
      const value = this.#eviction.value(
        this.#popularityOf(slot.kind, now),
        { sizeMb, loadMs: slot.loadMs },
        now,
      );
      if (value >= leastValue) continue;
      least = slot;
      leastValue = value;
    }
    if (least !== undefined) this.#eviction.evicted(this.#popularityOf(least.kind, now), leastValue);
    return least;
  }

  #popularityOf(kind: Kind, now: number): Popularity {
    return kind.popularity ??= this.#eviction.fresh(now);
  }

  /** Tells the policy of the leases since the last look: the hot path itself notes no time. */
  #noteUse(slot: Slot, now: number): void {
    const leases = this.#places.leases(slot.index);
    if (leases === slot.seenLeases) return;
    this.#noteFirstUse(slot);
    this.#eviction.used(this.#popularityOf(slot.kind, now), leases - slot.seenLeases, now);
    slot.seenLeases = leases;
    slot.lastUse = now;
  }

  /** The first use of an instance that was started ahead is a cold start avoided. */
  #noteFirstUse(slot: Slot): void {
    if (slot.isAhead) this.#counters.coldStartsAvoided++;
    slot.isAhead = false;
  }

  #memory(): number {
    if (this.#options.mostMemoryBytes === undefined) return 0;
    let bytes = 0;
    for (const slot of this.#slots) if (slot.state !== "cold") bytes += this.#memoryOf(slot);
    return bytes;
  }

  #memoryOf({ instance, kind }: Slot): number {
    const known = instance === undefined ? undefined : this.#instances.memoryOf?.(instance, kind.extension);
    return known ?? ASSUMED_MB * MB;
  }

  #coldSlot(kind: Kind): Slot {
    const { concurrency } = kind.limits;
    const cold = this.#cold.get(concurrency)?.pop();
    if (cold !== undefined) {
      if (cold.kind !== kind) {
        cold.kind.slots.delete(cold);
        kind.slots.add(cold);
        cold.kind = kind;
        this.#places.reassign(cold.index, kind.index);
      }
      return cold;
    }
    const index = this.#places.addInstance(kind.index, concurrency);
    const slot: Slot = {
      kind,
      index,
      state: "cold",
      reason: "it was never started",
      instance: undefined,
      loadMs: 0,
      isAhead: false,
      isUntold: false,
      seenLeases: 0,
      lastUse: 0,
      rest: undefined,
      keepUntil: 0,
    };
    kind.slots.add(slot);
    this.#slots[index] = slot;
    return slot;
  }

  #warm(slot: Slot, reason: string): void {
    this.#live++;
    this.#move(slot, "warming", reason);
    const began = this.#clock.monotonic();
    this.#instances.warm(slot.kind.extension).then(
      (instance) => this.#warmed(slot, instance, this.#clock.monotonic() - began),
      (error: unknown) => this.#warmFailed(slot, error),
    );
  }

  #warmed(slot: Slot, instance: InstanceId, loadMs: number): void {
    slot.instance = instance;
    slot.loadMs = loadMs;
    slot.seenLeases = 0;
    slot.lastUse = this.#clock.monotonic();
    if (!slot.isAhead) this.#keepWarm?.startedFor(slot.kind.extension, this.#clock.now(), loadMs);
    this.#counters.loadMs += loadMs;
    slot.kind.backOffMs = 0;
    this.#move(slot, "hot", "it has started");
    this.#places.open(slot.index);
    if (this.#closed) return this.#startCooling(slot, "the pool is drained");
    this.#serve(slot.kind);
    this.#watch();
  }

  #warmFailed(slot: Slot, cause: unknown): void {
    const { kind } = slot;
    this.#counters.failures++;
    this.#move(slot, "failed", `it did not start: ${messageOf(cause)}`);
    kind.backOffMs = Math.min(MOST_BACK_OFF_MS, Math.max(FIRST_BACK_OFF_MS, kind.backOffMs * 2));
    kind.nextWarmAt = this.#clock.monotonic() + kind.backOffMs;
    this.#chill(slot, slot.reason);
    const canServe = [...kind.slots].some((other) => other.state === "hot" || other.state === "warming");
    if (canServe) return this.#warmForWaiters(kind);
    const message = `Cannot start an instance of "${kind.extension}": ${messageOf(cause)}`;
    kind.waiters.rejectAll(() => new SymphonyError("extension", message, { cause }));
  }

  #fail(slot: Slot, reason: string): void {
    this.#counters.failures++;
    this.#move(slot, "failed", reason);
    this.#places.close(slot.index);
    if (this.#places.busy(slot.index) === 0) this.#cool(slot);
  }

  #startCooling(slot: Slot, reason: string): void {
    this.#move(slot, "cooling", reason);
    this.#places.close(slot.index);
    if (this.#places.busy(slot.index) === 0) this.#cool(slot);
  }

  /** Stops the instance; its slot is cold, and may be warmed again, once that has ended in either way. */
  #cool(slot: Slot): void {
    const instance = slot.instance as InstanceId;
    const { reason, kind } = slot;
    slot.instance = undefined;
    const ended = (outcome: string) => {
      this.#chill(slot, outcome);
      this.#serve(kind);
      this.#serveStarved();
    };
    this.#instances.cool(instance).then(
      () => ended(reason),
      (error: unknown) => ended(`${reason}; stopping it failed: ${messageOf(error)}`),
    );
  }

  #chill(slot: Slot, reason: string): void {
    this.#noteUse(slot, this.#clock.monotonic());
    this.#move(slot, "cold", reason);
    this.#live--;
    this.#pastLeases += this.#places.forgetLeases(slot.index);
    slot.isAhead = false;
    slot.isUntold = false;
    slot.rest = undefined;
    slot.keepUntil = 0;
    const places = this.#places.placesOf(slot.index);
    const cold = this.#cold.get(places);
    if (cold === undefined) this.#cold.set(places, [slot]);
    else cold.push(slot);
    this.#noticeDrained();
  }

  /** Looks at the instances now and then while there are any: the dead, those too long idle, and the memory. */
  #watch(): void {
    if (this.#closed || this.#cancelLook !== undefined) return;
    if (this.#live === 0 && this.#keepWarm?.isExpecting !== true) return;
    this.#cancelLook = this.#clock.schedule(LOOK_MS, () => {
      this.#cancelLook = undefined;
      this.#look();
      this.#watch();
    });
  }

  #look(): void {
    const now = this.#clock.monotonic();
    const { keepAliveMs = Infinity, mostMemoryBytes = Infinity } = this.#options;
    for (const slot of this.#slots) {
      if (slot.state !== "hot") continue;
      if (!this.#instances.isAlive(slot.instance as InstanceId)) {
        this.#fail(slot, "it was found dead");
        continue;
      }
      const wasUsed = this.#places.leases(slot.index) !== slot.seenLeases;
      this.#noteUse(slot, now);
      const idleMs = now - slot.lastUse;
      const gone = this.#keepWarm && this.#lookAtRest(this.#keepWarm, slot, wasUsed);
      if (gone !== undefined) this.#startCooling(slot, gone);
      else if (this.#places.busy(slot.index) === 0 && idleMs > keepAliveMs) {
        this.#startCooling(slot, `nobody used it for ${Math.round(idleMs / 1000)} s`);
      }
    }
    if (this.#keepWarm !== undefined) { for (const kind of this.#kinds) this.#count(this.#keepWarm, kind); }
    for (let used = this.#memory(); used > mostMemoryBytes;) {
      const idle = this.#leastValuable(true);
      if (idle === undefined) break;
      used -= this.#memoryOf(idle);
      this.#counters.evictions++;
      this.#startCooling(idle, "the instances take too much memory");
    }
  }

  /** Lets the forecast know whether the instance rests; why it should go, or undefined. */
  #lookAtRest(keepWarm: KeepWarm, slot: Slot, wasUsed: boolean): string | undefined {
    const { kind } = slot;
    const now = this.#clock.now();
    const isBusy = this.#places.busy(slot.index) > 0;
    // One that was started ahead rests since nobody knows when, until it is used or its time is over.
    if (slot.isUntold && !wasUsed) {
      return now < slot.keepUntil ? undefined : "nobody came for whom it was started";
    }
    const loadMs = slot.isUntold ? slot.loadMs : undefined;
    slot.isUntold = false;
    slot.rest = keepWarm.look(kind.extension, { rest: slot.rest, isBusy, wasUsed, loadMs }, now);
    if (slot.rest === undefined || now < slot.keepUntil || kind.waiters.size > 0) return undefined;
    if (kind.used <= keepWarm.floor(kind.extension)) return undefined;
    return keepWarm.shouldGo(kind.extension, slot.rest, now);
  }

  /** Starts what the load asks for, and what is to be warm again about now. */
  #count(keepWarm: KeepWarm, kind: Kind): void {
    const now = this.#clock.now();
    const { extension, limits, waiters, index } = kind;
    const wanted = keepWarm.wanted(extension, waiters.size, limits.concurrency, now);
    if (wanted > kind.used) {
      this.prewarm(index as PoolKind, wanted, `${wanted} are wanted for the load`, LOOK_MS * 4);
    }
    const until = keepWarm.window(extension, now);
    if (until !== undefined && kind.used === 0) {
      this.prewarm(index as PoolKind, 1, "it is usually asked for about now", until - now);
    }
  }

  #noticeDrained(): void {
    if (!this.#closed || this.#slots.some((slot) => slot.state !== "cold")) return;
    for (const resolve of this.#drained) resolve();
    this.#drained = [];
  }

  #move(slot: Slot, to: InstanceState, reason: string): void {
    const { state: from, instance, kind: { extension } } = slot;
    this.#moves.note({ extension, instance, from, to, reason, at: this.#clock.now() });
    slot.state = to;
    slot.reason = reason;
  }
}
