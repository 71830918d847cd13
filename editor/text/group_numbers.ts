/**
 * Numbers for undo groups: one after the other, past those that somebody has chosen himself.
 *
 * @module
 */

import { NumberRanges } from "./number_ranges.ts";

export class GroupNumbers {
  /** All up to here are taken. */
  #last = 0;
  /** Taken ones above. */
  readonly #chosen = new NumberRanges();

  /** A number that is not taken; the same until it is. */
  get next(): number {
    return this.#last + 1;
  }

  /** Counts a number as taken. */
  take(group: number): void {
    if (group <= this.#last) return;
    if (group > this.#last + 1) {
      this.#chosen.add(group);
      return;
    }
    this.#last = group;
    if (this.#chosen.isEmpty) return;
    while (this.#chosen.has(this.#last + 1)) this.#last++;
  }

  /** Counts all numbers below `group` as taken. */
  takeBelow(group: number): void {
    this.#last = Math.max(this.#last, group - 1);
    while (this.#chosen.has(this.#last + 1)) this.#last++;
  }
}
