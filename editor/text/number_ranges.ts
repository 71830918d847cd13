/**
 * A set of whole numbers that mostly follow each other, as ranges.
 *
 * @module
 */

export class NumberRanges {
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  get isEmpty(): boolean {
    return this.#from.length === 0;
  }

  has(value: number): boolean {
    const at = this.#placeOf(value);
    return at >= 0 && this.#to[at]! >= value;
  }

  add(value: number): void {
    this.addRange(value, value);
  }

  /** Adds all numbers from `from` to `to`, both included. */
  addRange(from: number, to: number): void {
    // The ranges that touch the new one become one with it.
    const before = this.#placeOf(from - 1);
    const first = before >= 0 && this.#to[before]! >= from - 1 ? before : before + 1;
    const last = this.#placeOf(to + 1);
    if (first > last) {
      this.#from.splice(first, 0, from);
      this.#to.splice(first, 0, to);
      return;
    }
    const start = Math.min(from, this.#from[first]!);
    const end = Math.max(to, this.#to[last]!);
    this.#from.splice(first, last - first + 1, start);
    this.#to.splice(first, last - first + 1, end);
  }

  /** The ranges, both ends included. */
  ranges(): [number, number][] {
    return this.#from.map((from, at) => [from, this.#to[at]!]);
  }

  /** The last range that does not begin behind `value`; -1 where there is none. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#from[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
