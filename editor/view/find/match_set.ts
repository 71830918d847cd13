/**
 * The matches of one query: ascending ranges that do not overlap. They may touch, and may be empty.
 *
 * @module
 */

import type { Delta } from "../../text/delta.ts";

export interface Match {
  readonly start: number;
  readonly end: number;
}

export class MatchSet {
  #starts: number[] = [];
  #ends: number[] = [];

  get length(): number {
    return this.#starts.length;
  }

  at(index: number): Match {
    const start = this.#starts[index];
    const end = this.#ends[index];
    if (start === undefined || end === undefined) {
      throw new RangeError(`Cannot take match ${index} of ${this.length}`);
    }
    return { start, end };
  }

  *[Symbol.iterator](): Generator<Match, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index);
  }

  clear(): void {
    this.#starts = [];
    this.#ends = [];
  }

  /** The half-open range of indices of matches that touch `[start, end]`. */
  touching(start: number, end: number): readonly [from: number, to: number] {
    const from = this.#search(start);
    let to = this.#search(end);
    if (to < this.length && (this.#starts[to] as number) <= end) to++;
    return [from, to];
  }

  /** Removes the matches that overlap `[start, end)`. */
  remove(start: number, end: number): void {
    let from = this.#search(start);
    if (from >= this.length) return;
    let to = this.#search(end);
    if (this.#ends[from] === start) from++;
    if (to < this.length && (this.#starts[to] as number) < end) to++;
    if (to > from) this.#splice(from, to);
  }

  /**
   * Adds a match unless one that begins earlier overlaps it; those behind that it overlaps go. Returns the end of the match that
   * is there now: where to search on.
   */
  add(start: number, end: number): number {
    const last = this.length - 1;
    if (last < 0 || (this.#ends[last] as number) < start) {
      this.#starts.push(start);
      this.#ends.push(end);
      return end;
    }
    let index = this.#search(start);
    if (index < this.length && this.#ends[index] === start) index++;
    if (index < this.length) {
      const first = this.#starts[index] as number;
      const until = this.#ends[index] as number;
      const isEqual = first === start && until === end;
      if (isEqual || (first <= start && until > start)) return until;
    }
    let to = this.#search(end);
    if (to < this.length && (this.#starts[to] as number) < end) to++;
    this.#splice(index, Math.max(index, to), start, end);
    return end;
  }

  /** Moves the matches along with an edit. Those it touched should have been removed before. */
  map(delta: Delta): void {
    this.#starts = delta.mapOffsets(this.#starts, -1);
    this.#ends = delta.mapOffsets(this.#ends, -1);
  }

  #splice(from: number, to: number, ...match: readonly number[]): void {
    if (match.length === 0) {
      this.#starts.splice(from, to - from);
      this.#ends.splice(from, to - from);
    } else {
      this.#starts.splice(from, to - from, match[0] as number);
      this.#ends.splice(from, to - from, match[1] as number);
    }
  }

  /** The first match that ends at or after `offset`. */
  #search(offset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
