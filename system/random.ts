/**
 * Chance from the machine's cryptographic source.
 *
 * @module
 */

import type { RandomPort } from "../core/ports/random.ts";

/** RandomPort of the real world; numbers have 53 random bits. */
export class SystemRandom implements RandomPort {
  readonly #words = new Uint32Array(256);
  #at = this.#words.length;

  next(): number {
    if (this.#at >= this.#words.length) {
      crypto.getRandomValues(this.#words);
      this.#at = 0;
    }
    const high = (this.#words[this.#at++] as number) >>> 5;
    const low = (this.#words[this.#at++] as number) >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }
}
