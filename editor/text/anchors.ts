/**
 * Places that move with the text, on shelves of some dozens: an edit moves the places it meets one by one and all that follow it
 * shelf by shelf.
 *
 * Invariant: offsets ascend along the shelves; no shelf is empty.
 *
 * @module
 */

import type { Bias, Delta } from "./delta.ts";

/** A place that moves with the text: what is inserted exactly there lands after it (bias -1) or before it (1). */
export interface Anchor {
  readonly offset: number;
  readonly bias: Bias;
  /** Moves no more. */
  release(): void;
}

const SHELF = 64;
/** Above so many changes, all places are mapped in one pass. */
const MANY = 16;

class Shelf {
  /** What the places of this shelf count from. */
  origin = 0;
  places: Place[];

  constructor(places: Place[]) {
    this.places = places;
    for (const place of places) place.move(this, place.offset);
  }

  get first(): number {
    return this.places[0]!.offset;
  }

  get last(): number {
    return this.places[this.places.length - 1]!.offset;
  }
}

class Place implements Anchor {
  readonly bias: Bias;
  readonly #owner: Anchors;
  #shelf: Shelf | undefined;
  #offset: number;

  constructor(offset: number, bias: Bias, owner: Anchors) {
    this.#offset = offset;
    this.bias = bias;
    this.#owner = owner;
  }

  get offset(): number {
    return this.#shelf === undefined ? this.#offset : this.#shelf.origin + this.#offset;
  }

  get shelf(): Shelf | undefined {
    return this.#shelf;
  }

  move(shelf: Shelf | undefined, offset: number): void {
    this.#shelf = shelf;
    this.#offset = shelf === undefined ? offset : offset - shelf.origin;
  }

  release(): void {
    this.#owner.remove(this);
  }
}

export class Anchors {
  #shelves: Shelf[] = [];

  get isEmpty(): boolean {
    return this.#shelves.length === 0;
  }

  add(offset: number, bias: Bias): Anchor {
    const place = new Place(offset, bias, this);
    const at = this.#shelfFrom(offset);
    const shelf = this.#shelves[Math.min(at, this.#shelves.length - 1)];
    if (shelf === undefined) {
      this.#shelves.push(new Shelf([place]));
      return place;
    }
    const { places } = shelf;
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[middle]!.offset < offset) low = middle + 1;
      else high = middle;
    }
    places.splice(low, 0, place);
    place.move(shelf, offset);
    if (places.length > SHELF) {
      const rest = places.splice(places.length >> 1);
      this.#shelves.splice(this.#shelves.indexOf(shelf) + 1, 0, new Shelf(rest));
    }
    return place;
  }

  remove(place: Place): void {
    const { shelf } = place;
    if (shelf === undefined) return;
    place.move(undefined, place.offset);
    shelf.places.splice(shelf.places.indexOf(place), 1);
    if (shelf.places.length === 0) this.#shelves.splice(this.#shelves.indexOf(shelf), 1);
  }

  /** Follows a change of the text. */
  follow(delta: Delta): void {
    if (this.#shelves.length === 0 || delta.isIdentity) return;
    if (delta.size > MANY) {
      this.#map(0, this.#shelves.length, (offset, bias) => delta.mapOffset(offset, bias));
      return;
    }
    // From the last change to the first: what is before a change does not move.
    for (let at = delta.size - 1; at >= 0; at--) {
      const from = delta.from[at]!;
      const to = delta.to[at]!;
      const size = delta.insert[at]!.length;
      const growth = size - (to - from);
      const low = this.#shelfFrom(from);
      let high = low;
      while (high < this.#shelves.length && this.#shelves[high]!.first <= to) high++;
      for (let after = high; after < this.#shelves.length; after++) this.#shelves[after]!.origin += growth;
      this.#map(low, high, (offset, bias) => {
        if (offset < from || (offset === from && bias < 0)) return offset;
        return Math.max(offset, to) + growth;
      });
    }
  }

  /** Moves the places of some shelves one by one and puts them in order again. */
  #map(low: number, high: number, where: (offset: number, bias: Bias) => number): void {
    if (low === high) return;
    const places: Place[] = [];
    let sorted = true;
    let last = -1;
    for (let at = low; at < high; at++) {
      for (const place of this.#shelves[at]!.places) {
        const offset = where(place.offset, place.bias);
        place.move(undefined, offset);
        if (offset < last) sorted = false;
        last = offset;
        places.push(place);
      }
    }
    if (!sorted) places.sort((a, b) => a.offset - b.offset);
    let start = 0;
    for (let at = low; at < high; at++) {
      const shelf = this.#shelves[at]!;
      const count = shelf.places.length;
      shelf.origin = 0;
      shelf.places = places.slice(start, start + count);
      for (const place of shelf.places) place.move(shelf, place.offset);
      start += count;
    }
  }

  /** The first shelf with a place at or behind `offset`. */
  #shelfFrom(offset: number): number {
    let low = 0;
    let high = this.#shelves.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#shelves[middle]!.last < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
