/**
 * Reading a rope unit by unit, cheap where neighbours are asked for one after another.
 *
 * @module
 */

import type { Rope } from "../text/rope.ts";

/** A rope with its last leaf at hand. */
export class Reader {
  readonly text: Rope;
  #chunk = "";
  #start = 0;

  constructor(text: Rope) {
    this.text = text;
  }

  get length(): number {
    return this.text.length;
  }

  /** The UTF-16 unit at `offset`; NaN outside the text. Amortized O(1) for neighbours. */
  unit(offset: number): number {
    const inside = offset - this.#start;
    if (inside >= 0 && inside < this.#chunk.length) return this.#chunk.charCodeAt(inside);
    if (!(offset >= 0 && offset < this.text.length)) return NaN;
    const { text, start } = this.text.chunkAt(offset);
    this.#chunk = text;
    this.#start = start;
    return text.charCodeAt(offset - start);
  }

  /** The code point that ends at `offset`; undefined at the start of the text. */
  before(offset: number): number | undefined {
    if (offset <= 0) return undefined;
    const low = this.unit(offset - 1);
    if ((low & 0xfc00) !== 0xdc00) return low;
    const high = this.unit(offset - 2);
    return (high & 0xfc00) === 0xd800 ? ((high - 0xd800) << 10) + (low - 0xdc00) + 0x10000 : low;
  }
}
