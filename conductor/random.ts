/**
 * Chance for the Conductor: seeded, quick, and resumable bit for bit, so that a policy restored from a snapshot takes
 * the same decisions as one that was never stopped.
 *
 * xoshiro128++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), seeded through splitmix32;
 * normals by Marsaglia's polar method, gammas by Marsaglia and Tsang (2000). Not for secrets.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { RandomPort } from "../core/ports/random.ts";

/** Numbers of a saved state: four words, then the spare normal and whether there is one. */
export const RANDOM_STATE_LENGTH = 6;

export class SeededRandom implements RandomPort {
  readonly #words = new Uint32Array(4);
  #spare = 0;
  #hasSpare = false;

  /** Equal seeds give equal sequences; only the low 32 bits of `seed` count. */
  constructor(seed: number) {
    let mixed = seed >>> 0;
    for (let at = 0; at < 4; at++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let word = mixed ^ (mixed >>> 16);
      word = Math.imul(word, 0x21f0aaad);
      word ^= word >>> 15;
      word = Math.imul(word, 0x735a2d97);
      this.#words[at] = word ^ (word >>> 15);
    }
  }

  /** A generator at the place where `state` was saved. @throws RangeError where it is not a saved state. */
  static restore(state: Float64Array): SeededRandom {
    const random = new SeededRandom(0);
    random.load(state);
    return random;
  }

  /** 32 random bits, as a number from 0. */
  bits(): number {
    const words = this.#words;
    const a = words[0] as number;
    const b = words[1] as number;
    const c = words[2] as number;
    const d = words[3] as number;
    const sum = (a + d) | 0;
    const result = (((sum << 7) | (sum >>> 25)) + a) >>> 0;
    const e = c ^ a;
    const f = d ^ b;
    words[1] = b ^ e;
    words[0] = a ^ f;
    words[2] = e ^ (b << 9);
    words[3] = (f << 11) | (f >>> 21);
    return result;
  }

  /** A number in [0, 1) with 32 random bits. */
  next(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** A standard normal. */
  normal(): number {
    if (this.#hasSpare) {
      this.#hasSpare = false;
      return this.#spare;
    }
    for (;;) {
      const x = 2 * this.next() - 1;
      const y = 2 * this.next() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt(-2 * Math.log(square) / square);
      this.#spare = y * scale;
      this.#hasSpare = true;
      return x * scale;
    }
  }

  /** An exponential with mean 1. */
  exponential(): number {
    return -Math.log(1 - this.next());
  }

  /** A gamma with `shape` > 0 and scale 1. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * Math.pow(1 - this.next(), 1 / shape);
    const d = shape - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      if (Math.log(1 - this.next()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  /** A beta with both parameters > 0. */
  beta(a: number, b: number): number {
    const x = this.gamma(a);
    const y = this.gamma(b);
    return x + y === 0 ? 0.5 : x / (x + y);
  }

  /** Puts `items` into a random order, in place. */
  shuffle<T>(items: T[]): T[] {
    for (let at = items.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      const held = items[at] as T;
      items[at] = items[other] as T;
      items[other] = held;
    }
    return items;
  }

  /** The state, `RANDOM_STATE_LENGTH` numbers. */
  save(): Float64Array {
    return Float64Array.of(...this.#words, this.#spare, this.#hasSpare ? 1 : 0);
  }

  /** Goes on from a saved state. @throws RangeError where it is not one. */
  load(state: Float64Array): void {
    if (state.length !== RANDOM_STATE_LENGTH) {
      throw new RangeError(
        `Cannot restore the random state: ${state.length} numbers, expected ${RANDOM_STATE_LENGTH}`,
      );
    }
    this.#words.set(state.subarray(0, 4));
    this.#spare = state[4] as number;
    this.#hasSpare = state[5] === 1;
  }
}
