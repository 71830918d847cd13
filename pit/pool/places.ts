/**
 * The pool's hot path: places on instances, kept in typed arrays with one free stack a kind. Nothing is allocated,
 * looked up by text or awaited between `lease` and `release`.
 *
 * A lease is `generation << 16 | place`. The generation runs from 1 to 32,767 and then starts again, and goes up when
 * the place is given back, so a lease used after its release is refused; only one kept through exactly a multiple of
 * 32,767 further leases of the same place would pass for the present one.
 *
 * Invariants:
 * P1. A place is in its kind's free stack exactly if its instance is open and nobody holds it.
 * P2. `busy` of an instance is the number of its places that are held.
 * P3. Generation 0 is never given out, so no lease equals `noLease`.
 *
 * @module
 */

import { assert } from "../../core/errors.ts";

const PLACE_BITS = 16;
const PLACE_MASK = (1 << PLACE_BITS) - 1;
const LAST_GENERATION = 0x7fff;

/** Most places, and so most instances, that one pool can have. */
export const MOST_PLACES = 1 << PLACE_BITS;

/** Places by number, instances by number, kinds by number. */
export class Places {
  readonly #generation = new Uint16Array(MOST_PLACES).fill(1);
  readonly #held = new Uint8Array(MOST_PLACES);
  readonly #owner = new Uint16Array(MOST_PLACES);
  readonly #busy = new Uint16Array(MOST_PLACES);
  readonly #leases = new Uint32Array(MOST_PLACES);
  readonly #open = new Uint8Array(MOST_PLACES);
  readonly #kindOf = new Uint16Array(MOST_PLACES);
  readonly #firstPlace = new Uint32Array(MOST_PLACES);
  readonly #placeCount = new Uint16Array(MOST_PLACES);
  readonly #free: Int32Array[] = [];
  #freeCount = new Int32Array(64);
  #kinds = 0;
  #instances = 0;
  #places = 0;

  /** Adds a kind and gives its number. */
  addKind(): number {
    const kind = this.#kinds++;
    this.#free.push(new Int32Array(8));
    if (kind >= this.#freeCount.length) {
      const more = new Int32Array(this.#freeCount.length * 2);
      more.set(this.#freeCount);
      this.#freeCount = more;
    }
    return kind;
  }

  /** Adds a closed instance with `places` places. @throws RangeError when the pool has no places left. */
  addInstance(kind: number, places: number): number {
    if (this.#places + places > MOST_PLACES) {
      throw new RangeError(
        `Cannot add an instance with ${places} places: the pool has ${MOST_PLACES} in all`,
      );
    }
    const instance = this.#instances++;
    this.#kindOf[instance] = kind;
    this.#firstPlace[instance] = this.#places;
    this.#placeCount[instance] = places;
    this.#owner.fill(instance, this.#places, this.#places + places);
    this.#places += places;
    return instance;
  }

  /** A free place of the kind as a lease, or 0. */
  lease(kind: number): number {
    const count = this.#freeCount[kind] as number;
    if (count === 0) return 0;
    this.#freeCount[kind] = count - 1;
    const place = (this.#free[kind] as Int32Array)[count - 1] as number;
    const instance = this.#owner[place] as number;
    this.#held[place] = 1;
    this.#busy[instance] = (this.#busy[instance] as number) + 1;
    this.#leases[instance] = (this.#leases[instance] as number) + 1;
    return (this.#generation[place] as number) << PLACE_BITS | place;
  }

  /** The instance that the lease is on, or -1 where the lease is stale. */
  instanceOf(lease: number): number {
    const place = lease & PLACE_MASK;
    if (this.#held[place] === 0 || this.#generation[place] !== lease >> PLACE_BITS) return -1;
    return this.#owner[place] as number;
  }

  /** Gives the place back and says which instance it is on, or -1 where the lease is stale. */
  release(lease: number): number {
    const place = lease & PLACE_MASK;
    const generation = this.#generation[place] as number;
    if (this.#held[place] === 0 || generation !== lease >> PLACE_BITS) return -1;
    const instance = this.#owner[place] as number;
    this.#held[place] = 0;
    this.#generation[place] = generation === LAST_GENERATION ? 1 : generation + 1;
    this.#busy[instance] = (this.#busy[instance] as number) - 1;
    if (this.#open[instance] === 1) {
      const kind = this.#kindOf[instance] as number;
      const count = this.#freeCount[kind] as number;
      (this.#free[kind] as Int32Array)[count] = place;
      this.#freeCount[kind] = count + 1;
    }
    return instance;
  }

  /** The first place of an instance that is closed and idle; nobody else can lease there. */
  leaseClosed(instance: number): number {
    assert(
      this.#open[instance] === 0 && this.#busy[instance] === 0,
      "only a closed, idle instance is leased by its number",
    );
    const place = this.#firstPlace[instance] as number;
    this.#held[place] = 1;
    this.#busy[instance] = 1;
    this.#leases[instance] = (this.#leases[instance] as number) + 1;
    return (this.#generation[place] as number) << PLACE_BITS | place;
  }

  isOpen(instance: number): boolean {
    return this.#open[instance] === 1;
  }

  /** Makes the instance's places leasable. */
  open(instance: number): void {
    assert(this.#open[instance] === 0, "only a closed instance is opened");
    this.#open[instance] = 1;
    const kind = this.#kindOf[instance] as number;
    const first = this.#firstPlace[instance] as number;
    const count = this.#placeCount[instance] as number;
    const free = this.#room(kind);
    let top = this.#freeCount[kind] as number;
    // The first place goes on top, so that a fresh instance is used from its first place on.
    for (let place = first + count - 1; place >= first; place--) {
      if (this.#held[place] === 0) free[top++] = place;
    }
    this.#freeCount[kind] = top;
  }

  /** Takes the instance's free places away; those that are held stay valid until they are given back. */
  close(instance: number): void {
    assert(this.#open[instance] === 1, "only an open instance is closed");
    this.#open[instance] = 0;
    const kind = this.#kindOf[instance] as number;
    const free = this.#free[kind] as Int32Array;
    const count = this.#freeCount[kind] as number;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      const place = free[at] as number;
      if (this.#owner[place] !== instance) free[kept++] = place;
    }
    this.#freeCount[kind] = kept;
  }

  /** Puts the instance's free places below those of others of its kind, so that they are taken last. */
  sink(instance: number): void {
    const kind = this.#kindOf[instance] as number;
    const free = this.#free[kind] as Int32Array;
    const count = this.#freeCount[kind] as number;
    let below = count;
    // From the top down: others' places keep their order, its own gather at the bottom.
    for (let at = count - 1; at >= 0; at--) {
      const place = free[at] as number;
      if (this.#owner[place] === instance) continue;
      below--;
      free[at] = free[below] as number;
      free[below] = place;
    }
  }

  /** The instance whose place the lease is or was on. */
  ownerOf(lease: number): number {
    return this.#owner[lease & PLACE_MASK] as number;
  }

  /** Calls that the instance has now. */
  busy(instance: number): number {
    return this.#busy[instance] as number;
  }

  /** Leases on the instance since they were last forgotten. */
  leases(instance: number): number {
    return this.#leases[instance] as number;
  }

  /** Gives a closed, idle instance to another kind. */
  reassign(instance: number, kind: number): void {
    assert(
      this.#open[instance] === 0 && this.#busy[instance] === 0,
      "only a closed, idle instance changes its kind",
    );
    this.#kindOf[instance] = kind;
  }

  /** The leases on a closed instance, which count from 0 again. */
  forgetLeases(instance: number): number {
    const leases = this.#leases[instance] as number;
    this.#leases[instance] = 0;
    return leases;
  }

  /** Free places of the kind. */
  free(kind: number): number {
    return this.#freeCount[kind] as number;
  }

  /** The places that the instance has, free or held. */
  placesOf(instance: number): number {
    return this.#placeCount[instance] as number;
  }

  /** The kind's free stack, large enough for every place of every instance of the kind. */
  #room(kind: number): Int32Array {
    let needed = 0;
    for (let instance = 0; instance < this.#instances; instance++) {
      if (this.#kindOf[instance] === kind) needed += this.#placeCount[instance] as number;
    }
    const free = this.#free[kind] as Int32Array;
    if (free.length >= needed) return free;
    const larger = new Int32Array(Math.max(needed, free.length * 2));
    larger.set(free);
    this.#free[kind] = larger;
    return larger;
  }
}
