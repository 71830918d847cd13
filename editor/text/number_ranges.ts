/**
 * A set of whole numbers that mostly follow each other, as ranges.
 *
 * @module
 */

export class NumberRanges {
  readonly #from: number[] = [];
  readonly #to: number[] = [];

  has(value: number): boolean {
    const at = this.#placeOf(value);
    return at >= 0 && this.#to[at]! >= value;
  }

  add(value: number): void {
    const at = this.#placeOf(value);
    if (at >= 0 && this.#to[at]! >= value) return;
    const joinsLeft = at >= 0 && this.#to[at]! === value - 1;
    const joinsRight = at + 1 < this.#from.length && this.#from[at + 1] === value + 1;
    if (joinsLeft && joinsRight) {
      this.#to[at] = this.#to[at + 1]!;
      this.#from.splice(at + 1, 1);
      this.#to.splice(at + 1, 1);
    } else if (joinsLeft) this.#to[at] = value;
    else if (joinsRight) this.#from[at + 1] = value;
    else {
      this.#from.splice(at + 1, 0, value);
      this.#to.splice(at + 1, 0, value);
    }
  }

  /** The ranges, both ends included. */
  ranges(): [number, number][] {
    return this.#from.map((from, at) => [from, this.#to[at]!]);
  }

  addRange(from: number, to: number): void {
    for (let value = from; value <= to; value++) this.add(value);
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
