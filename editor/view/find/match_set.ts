/**
 * The matches of one query: ascending ranges that do not overlap. They may touch, and may be empty.
 *
 * @module
 */

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

  /** Where the matches begin; not to be kept. */
  get starts(): readonly number[] {
    return this.#starts;
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

  /**
   * Takes out what an edit may have changed: matches that reach `from` and begin before `end`; those behind move by `shift`. Returns
   * where the last match before ends.
   */
  cut(from: number, end: number, shift: number): number {
    const first = this.#search(from);
    let next = first;
    while (next < this.length && (this.#starts[next] as number) < end) next++;
    if (next > first) this.#splice(first, next);
    if (shift !== 0) {
      for (let index = first; index < this.length; index++) {
        this.#starts[index] = (this.#starts[index] as number) + shift;
        this.#ends[index] = (this.#ends[index] as number) + shift;
      }
    }
    return first === 0 ? 0 : this.#ends[first - 1] as number;
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
