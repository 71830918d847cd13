/**
 * Numbers of a snapshot, written and read in the same order.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";

export class NumberWriter {
  #numbers = new Float64Array(1024);
  #length = 0;

  /** One number. */
  number(value: number): this {
    this.#reserve(1);
    this.#numbers[this.#length++] = value;
    return this;
  }

  /** Every number of `values`; their count is not written. */
  array(values: ArrayLike<number>): this {
    this.#reserve(values.length);
    this.#numbers.set(values, this.#length);
    this.#length += values.length;
    return this;
  }

  done(): Float64Array {
    return this.#numbers.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#numbers.length) return;
    const grown = new Float64Array(Math.max(this.#length + count, this.#numbers.length * 2));
    grown.set(this.#numbers.subarray(0, this.#length));
    this.#numbers = grown;
  }
}

export class NumberReader {
  readonly #numbers: Float64Array;
  #at = 0;

  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  /** The next number. @throws SymphonyError `corrupt` at the end. */
  number(): number {
    this.#demand(1);
    return this.#numbers[this.#at++] as number;
  }

  /** The next `count` numbers, copied. @throws SymphonyError `corrupt` where there are fewer. */
  array(count: number): Float64Array {
    this.#demand(count);
    this.#at += count;
    return this.#numbers.slice(this.#at - count, this.#at);
  }

  /** @throws SymphonyError `corrupt` where numbers are left. */
  end(): void {
    if (this.#at === this.#numbers.length) return;
    throw new SymphonyError(
      "corrupt",
      `Cannot restore the snapshot: found ${this.#numbers.length} numbers, expected ${this.#at}`,
    );
  }

  #demand(count: number): void {
    if (this.#at + count <= this.#numbers.length) return;
    throw new SymphonyError(
      "corrupt",
      `Cannot restore the snapshot: found ${this.#numbers.length} numbers, expected at least ${
        this.#at + count
      }`,
    );
  }
}
