/**
 * How many instances there may be and how much memory they may take together, and who goes where that is too much. What an
 * instance takes is read when it has started and at each look, so that deciding costs no reading.
 *
 * @module
 */

import type { ClockPort } from "../../core/ports/clock.ts";
import type { PoolBoundsReading } from "../../core/ports/pool.ts";
import { type EvictionPolicy, FadingFrequency, type Popularity } from "./eviction.ts";
import type { Instances, PoolOptions } from "./instances.ts";
import type { Kind, Slot } from "./kind.ts";
import type { Places } from "./places.ts";
import type { Slots } from "./slots.ts";
import type { Tally } from "./tally.ts";

const MB = 1 << 20;
/** Where nobody knows. */
const ASSUMED_MB = 32;

export interface BoundsParts {
  readonly instances: Instances;
  readonly clock: ClockPort;
  readonly places: Places;
  readonly slots: Slots;
  readonly tally: Tally;
}

export class Bounds {
  readonly #parts: BoundsParts;
  #mostInstances: number;
  #mostBytes: number;
  readonly #eviction: EvictionPolicy;
  #live = 0;
  #bytes = 0;
  /** Of those: on their way out. */
  #leaving = 0;
  #leavingBytes = 0;

  constructor(parts: BoundsParts, { mostInstances, mostMemoryBytes, eviction }: PoolOptions) {
    this.#parts = parts;
    this.#mostInstances = mostInstances ?? Infinity;
    this.#mostBytes = mostMemoryBytes ?? Infinity;
    this.#eviction = eviction ?? new FadingFrequency();
  }

  /** Instances that are not cold. */
  get live(): number {
    return this.#live;
  }

  /** Others from now on; who is too many goes as instances fall idle. */
  change({ mostInstances = Infinity, mostMemoryBytes = Infinity }: PoolOptions): void {
    this.#mostInstances = mostInstances;
    this.#mostBytes = mostMemoryBytes;
  }

  reading(): PoolBoundsReading {
    return {
      instances: this.#live,
      mostInstances: this.#mostInstances,
      memoryBytes: this.#bytes,
      mostMemoryBytes: this.#mostBytes,
    };
  }

  get hasRoom(): boolean {
    return this.#live < this.#mostInstances && this.#bytes < this.#mostBytes;
  }

  /** True where those that are on their way out leave room for one more beside `others` that wait for theirs. */
  hasRoomSoon(others: number): boolean {
    return this.#leaving > 0 && this.#live - this.#leaving + others < this.#mostInstances &&
      this.#bytes - this.#leavingBytes < this.#mostBytes;
  }

  /** An instance begins to start. */
  began(slot: Slot): void {
    this.#live++;
    this.#resize(slot, slot.kind.memoryBytes ?? ASSUMED_MB * MB);
  }

  /** An instance will be cold. */
  leaves(slot: Slot): void {
    this.#leaving++;
    this.#leavingBytes += slot.memoryBytes;
  }

  /** It is cold. */
  left(slot: Slot, wasLeaving: boolean): void {
    this.noteUse(slot);
    this.#live--;
    if (wasLeaving) {
      this.#leaving--;
      this.#leavingBytes -= slot.memoryBytes;
    }
    this.#resize(slot, 0);
  }

  /** Reads what a hot instance takes. */
  measure(slot: Slot): void {
    const { instance } = slot;
    const known = instance === undefined
      ? undefined
      : this.#parts.instances.memoryOf?.(instance, slot.kind.extension);
    if (known !== undefined) slot.kind.memoryBytes = known;
    this.#resize(slot, known ?? ASSUMED_MB * MB);
  }

  /** The idle instance that is worth least where another is to start; counts as evicted. */
  victim(): Slot | undefined {
    return this.#leastValuable(this.#live < this.#mostInstances);
  }

  /** True where those that stay take too much memory. */
  get isHeavy(): boolean {
    return this.#bytes - this.#leavingBytes > this.#mostBytes;
  }

  /** The idle instances that go because all take too much memory, or because fewer may be kept than before. */
  *overweight(): Iterable<Slot> {
    while (this.isHeavy || this.#live - this.#leaving > this.#mostInstances) {
      const least = this.#leastValuable(true);
      if (least === undefined) return;
      yield least;
    }
  }

  /** Tells the policy of the leases since the last look, since the hot path itself notes no time. True where there were any. */
  noteUse(slot: Slot): boolean {
    const leases = this.#parts.places.leases(slot.index);
    if (leases === slot.seenLeases) return false;
    const now = this.#parts.clock.monotonic();
    this.#parts.tally.firstUse(slot);
    this.#eviction.used(this.#popularityOf(slot.kind, now), leases - slot.seenLeases, now);
    slot.seenLeases = leases;
    slot.lastUse = now;
    return true;
  }

  /** By size as well where memory is short. */
  #leastValuable(bySize: boolean): Slot | undefined {
    const now = this.#parts.clock.monotonic();
    let least: Slot | undefined;
    let leastValue = Infinity;
    // One for all: an object for each of a thousand instances would be a thousand objects an eviction.
    const what = { sizeMb: 1, loadMs: 0 };
    for (const slot of this.#parts.slots.all) if (slot.state === "hot") this.noteUse(slot);
    for (const slot of this.#parts.slots.all) {
      if (slot.state !== "hot" || this.#parts.places.busy(slot.index) > 0) continue;
      if (slot.kind.waiters.size > 0) continue;
      what.sizeMb = bySize ? slot.memoryBytes / MB : 1;
      what.loadMs = slot.loadMs;
      const value = this.#eviction.value(this.#popularityOf(slot.kind, now), what, now);
      if (value >= leastValue) continue;
      least = slot;
      leastValue = value;
    }
    if (least === undefined) return undefined;
    this.#parts.tally.evictions++;
    this.#eviction.evicted(this.#popularityOf(least.kind, now), leastValue);
    return least;
  }

  #popularityOf(kind: Kind, now: number): Popularity {
    return kind.popularity ??= this.#eviction.fresh(now);
  }

  #resize(slot: Slot, bytes: number): void {
    this.#bytes += bytes - slot.memoryBytes;
    slot.memoryBytes = bytes;
  }
}
