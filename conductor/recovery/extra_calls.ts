/**
 * Quantiles of how long calls take, and the share of calls that may be made twice (Dean and Barroso, "The tail at scale",
 * CACM 2013): a second call goes out when the first has taken longer than 95 % do, and at most one call in twenty is one.
 *
 * The quantiles come from a histogram of logarithms with 5 % wide bins (a relative-error sketch), which fades.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";

const LEAST_SECONDS = 0.001;
const GROWTH = Math.log(1.05);
const BINS = 300;
/** Calls after which what was seen counts half. */
const MEMORY = 1000;

export class CallTimes {
  readonly #bins = new Float64Array(BINS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  note(seconds: number): void {
    const bin = Math.floor(Math.log(Math.max(seconds, LEAST_SECONDS) / LEAST_SECONDS) / GROWTH);
    const at = Math.min(BINS - 1, bin);
    this.#bins[at] = (this.#bins[at] as number) + 1;
    this.#count += 1;
    if (this.#count < MEMORY) return;
    this.#count /= 2;
    for (let one = 0; one < BINS; one++) this.#bins[one] = (this.#bins[one] as number) / 2;
  }

  /** Seconds that a share `q` of the calls did not pass; undefined where nothing was seen. */
  quantile(q: number): number | undefined {
    if (this.#count === 0) return undefined;
    let left = q * this.#count;
    for (let bin = 0; bin < BINS; bin++) {
      left -= this.#bins[bin] as number;
      if (left <= 0) return LEAST_SECONDS * Math.exp((bin + 1) * GROWTH);
    }
    return LEAST_SECONDS * Math.exp(BINS * GROWTH);
  }

  write(numbers: NumberWriter): void {
    numbers.number(this.#count).array(this.#bins);
  }

  /** @throws SymphonyError `corrupt` */
  static read(numbers: NumberReader): CallTimes {
    const times = new CallTimes();
    times.#count = numbers.number();
    times.#bins.set(numbers.array(BINS));
    return times;
  }
}

/** Tokens for extra calls: each call adds its share, an extra call takes one. */
export class ExtraCalls {
  readonly #share: number;
  readonly #most: number;
  #tokens = 0;

  constructor(share = 0.05, most = 5) {
    this.#share = share;
    this.#most = most;
  }

  call(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + this.#share);
  }

  get mayMake(): boolean {
    return this.#tokens >= 1;
  }

  make(): void {
    this.#tokens -= 1;
  }

  /** Becomes like `other`. */
  take(other: ExtraCalls): void {
    this.#tokens = other.#tokens;
  }

  write(numbers: NumberWriter): void {
    numbers.number(this.#tokens);
  }

  /** @throws SymphonyError `corrupt` */
  read(numbers: NumberReader): void {
    this.#tokens = numbers.number();
  }
}
