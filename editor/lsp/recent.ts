/**
 * The last few things that were told to somebody, by number, so that they can speak of them.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";

export class Recent<T> {
  readonly #kept = new Map<number, T>();
  readonly #most: number;
  readonly #name: string;
  #last = 0;

  /** @param name what one of them is called in refusals */
  constructor(name: string, most: number) {
    this.#name = name;
    this.#most = most;
  }

  /** Keeps `value` and gives its number; the oldest is forgotten. */
  add(value: T): number {
    this.#kept.set(++this.#last, value);
    if (this.#kept.size > this.#most) this.#kept.delete(this.#kept.keys().next().value as number);
    return this.#last;
  }

  /** @throws SymphonyError `not-found` */
  get(number: number): T {
    const value = this.#kept.get(number);
    if (value === undefined) {
      throw new SymphonyError(
        "not-found",
        `Cannot find ${this.#name} ${number}: only the last ${this.#most} are known`,
      );
    }
    return value;
  }

  delete(number: number): void {
    this.#kept.delete(number);
  }
}
