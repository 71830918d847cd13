/**
 * A selection: an ordered list of regions, each a caret or a stretch of text with a direction.
 *
 * Invariant S1: `max(i) <= min(i + 1)`, strictly where either is a caret. Offsets are UTF-16 units.
 * Values are immutable; every operation returns a new selection or the same one.
 *
 * @module
 */

import type { Delta } from "../text/delta.ts";

/** One region. `start` is the anchor, `end` the side that moves; equal for a caret. */
export interface Region {
  readonly start: number;
  readonly end: number;
  /** The remembered column of vertical movement, in UTF-8 bytes from the start of the visual line. */
  readonly horiz?: number;
  /** At a soft break, the caret is shown at the end of the earlier line. */
  readonly upstream?: boolean;
}

/** Where text inserted exactly at the edge of a non-caret region goes. */
export type Drift = "inside" | "outside" | "default";

/** The earlier edge. */
export function minOf(region: Region): number {
  return region.start < region.end ? region.start : region.end;
}

/** The later edge. */
export function maxOf(region: Region): number {
  return region.start < region.end ? region.end : region.start;
}

/** Whether the region has no inside. */
export function isCaret(region: Region): boolean {
  return region.start === region.end;
}

/** A region without an inside, at `offset`. */
export function caret(offset: number): Region {
  return { start: offset, end: offset };
}

/** Whether `b`, which does not begin before `a`, has to be merged with it. */
function touches(a: Region, b: Region): boolean {
  const end = maxOf(a);
  const begin = minOf(b);
  return begin < end || (begin === end && (isCaret(a) || isCaret(b)));
}

/** Both as one, in the direction of `a`. */
function join(a: Region, b: Region): Region {
  const min = Math.min(minOf(a), minOf(b));
  const max = Math.max(maxOf(a), maxOf(b));
  return a.end >= a.start ? { start: min, end: max } : { start: max, end: min };
}

/** The first index whose region ends at or after `offset`. */
function search(regions: readonly Region[], offset: number): number {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (maxOf(regions[middle] as Region) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds `region` to the ordered list in place, merging; O(1) behind the last one. */
function add(regions: Region[], region: Region): void {
  const last = regions[regions.length - 1];
  if (last === undefined || maxOf(last) < minOf(region)) {
    regions.push(region);
    return;
  }
  let from = search(regions, minOf(region));
  let to = from;
  let merged = region;
  const first = regions[from] as Region;
  if (minOf(first) <= minOf(region)) {
    if (touches(first, region)) merged = join(region, first);
    else from++;
    to++;
  }
  while (to < regions.length && touches(merged, regions[to] as Region)) {
    merged = join(merged, regions[to] as Region);
    to++;
  }
  regions.splice(from, to - from, merged);
}

/** An ordered set of regions; see the invariant above. */
export class Selection {
  readonly regions: readonly Region[];

  private constructor(regions: readonly Region[]) {
    this.regions = regions;
  }

  /** No region at all: what searches start from; a view's selection never is. */
  static readonly empty: Selection = new Selection([]);

  /** The union of `regions`, added in the order given. */
  static of(...regions: readonly Region[]): Selection {
    return Selection.from(regions);
  }

  /** The union of `regions`, added in the order given. O(n) if they are in order. */
  static from(regions: Iterable<Region>): Selection {
    const list: Region[] = [];
    for (const region of regions) add(list, region);
    return new Selection(list);
  }

  /** Regions that are known to be in order and apart, without a check. */
  static ordered(regions: readonly Region[]): Selection {
    return new Selection(regions);
  }

  get length(): number {
    return this.regions.length;
  }

  /** The first region. @throws {RangeError} if there is none. */
  get first(): Region {
    return this.at(0);
  }

  /** The last region: the one that is scrolled to and extended. @throws {RangeError} if there is none. */
  get last(): Region {
    return this.at(this.regions.length - 1);
  }

  at(index: number): Region {
    const region = this.regions[index];
    if (region === undefined) throw new RangeError(`Cannot take region ${index} of ${this.regions.length}`);
    return region;
  }

  [Symbol.iterator](): Iterator<Region> {
    return this.regions[Symbol.iterator]();
  }

  /** Whether some region is a caret. */
  hasCaret(): boolean {
    return this.regions.some(isCaret);
  }

  /**
   * This selection with `region` added. Two regions with an inside merge if they overlap, a caret merges with
   * what it touches; the result has the direction of `region`.
   */
  add(region: Region): Selection {
    const list = this.regions.slice();
    add(list, region);
    return new Selection(list);
  }

  /** Only the first region, as a caret at its active end. */
  collapse(): Selection {
    return new Selection([caret(this.first.end)]);
  }

  /** The half-open range of indices of regions that touch `[start, end]`. O(log n). */
  indicesTouching(start: number, end: number): readonly [from: number, to: number] {
    const from = search(this.regions, start);
    let to = search(this.regions, end);
    const next = this.regions[to];
    if (next !== undefined && minOf(next) <= end) to++;
    return [from, to];
  }

  /** The regions that touch `[start, end]`, those at its edges included. */
  touching(start: number, end: number): readonly Region[] {
    const [from, to] = this.indicesTouching(start, end);
    return from === to ? [] : this.regions.slice(from, to);
  }

  /** Without the regions that overlap `[start, end]`, or, if `adjacent`, touch it. */
  remove(start: number, end: number, adjacent: boolean): Selection {
    let from = search(this.regions, start);
    const first = this.regions[from];
    if (first === undefined) return this;
    let to = search(this.regions, end);
    if (!adjacent && maxOf(first) === start) from++;
    const next = this.regions[to];
    if (next !== undefined && (adjacent ? minOf(next) <= end : minOf(next) < end)) to++;
    if (to <= from) return this;
    return new Selection([...this.regions.slice(0, from), ...this.regions.slice(to)]);
  }

  /**
   * This selection after an edit, in one pass: O(regions + changes).
   * @param after whether a caret goes behind text inserted at it
   * @param drift where text inserted at the edges of a region with an inside goes
   */
  map(delta: Delta, after: boolean, drift: Drift): Selection {
    const { regions } = this;
    const offsets = new Array<number>(regions.length * 2);
    const biases = new Int8Array(regions.length * 2);
    const plain = after ? 1 : -1;
    for (let index = 0; index < regions.length; index++) {
      const region = regions[index] as Region;
      const inside = !isCaret(region) && drift !== "default";
      offsets[index * 2] = minOf(region);
      offsets[index * 2 + 1] = maxOf(region);
      // Inside: text at the edges joins the region; outside: it stays out of it.
      biases[index * 2] = inside ? (drift === "inside" ? -1 : 1) : plain;
      biases[index * 2 + 1] = inside ? (drift === "inside" ? 1 : -1) : plain;
    }
    const mapped = delta.mapOffsets(offsets, biases);
    const list = new Array<Region>(regions.length);
    let orderly = true;
    for (let index = 0; index < regions.length; index++) {
      const { start, end, upstream } = regions[index] as Region;
      const min = mapped[index * 2] as number;
      const max = mapped[index * 2 + 1] as number;
      if (index > 0 && min <= maxOf(list[index - 1] as Region)) orderly = false;
      const region = start <= end ? { start: min, end: max } : { start: max, end: min };
      list[index] = upstream === true ? { ...region, upstream } : region;
    }
    return orderly ? new Selection(list) : Selection.from(list);
  }
}
