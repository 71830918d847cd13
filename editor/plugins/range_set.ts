/**
 * A set of places of a text that changes: disjoint ranges, ascending. For what has been done and what is still to do.
 *
 * @module
 */

import type { Delta } from "../text/delta.ts";

/** A range, in UTF-16 units. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export class RangeSet {
  #ranges: Range[] = [];

  get isEmpty(): boolean {
    return this.#ranges.length === 0;
  }

  /** Ascending. */
  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  add(from: number, to: number): void {
    if (from >= to) return;
    const first = this.#ranges.findIndex((range) => range.to >= from);
    if (first === -1) {
      this.#ranges.push({ from, to });
      return;
    }
    let last = first;
    let start = from;
    let end = to;
    while (last < this.#ranges.length && this.#ranges[last]!.from <= to) {
      start = Math.min(start, this.#ranges[last]!.from);
      end = Math.max(end, this.#ranges[last]!.to);
      last++;
    }
    this.#ranges.splice(first, last - first, { from: start, to: end });
  }

  remove(from: number, to: number): void {
    if (from >= to) return;
    this.#ranges = this.#ranges.flatMap((range) => {
      if (range.to <= from || range.from >= to) return [range];
      const parts: Range[] = [];
      if (range.from < from) parts.push({ from: range.from, to: from });
      if (range.to > to) parts.push({ from: to, to: range.to });
      return parts;
    });
  }

  /** The parts of [from, to) that are not in the set. */
  missing(from: number, to: number): Range[] {
    const parts: Range[] = [];
    let at = from;
    for (const range of this.#ranges) {
      if (range.to <= at) continue;
      if (range.from >= to) break;
      if (range.from > at) parts.push({ from: at, to: range.from });
      at = range.to;
    }
    if (at < to) parts.push({ from: at, to });
    return parts;
  }

  /** The parts of [from, to) that are in the set. */
  common(from: number, to: number): Range[] {
    return this.#ranges.filter((range) => range.from < to && range.to > from).map((range) => ({
      from: Math.max(range.from, from),
      to: Math.min(range.to, to),
    }));
  }

  /** Moves with a change of the text; what is inserted inside a range is in the set, what is inserted at its edge is not. */
  apply(delta: Delta): void {
    const from = delta.mapOffsets(this.#ranges.map((range) => range.from), 1);
    const to = delta.mapOffsets(this.#ranges.map((range) => range.to), -1);
    this.#ranges = [];
    for (let at = 0; at < from.length; at++) this.add(from[at]!, to[at]!);
  }

  clear(): void {
    this.#ranges = [];
  }
}
