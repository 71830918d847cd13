/**
 * How long a kind waits after an instance did not start: 0.1 s, doubling up to 30 s, until one starts.
 *
 * @module
 */

const FIRST_MS = 100;
const MOST_MS = 30_000;

export class BackOff {
  readonly #firstMs: number;
  readonly #mostMs: number;
  #ms = 0;
  #until = 0;

  constructor(firstMs = FIRST_MS, mostMs = MOST_MS) {
    this.#firstMs = firstMs;
    this.#mostMs = mostMs;
  }

  /** Monotonic milliseconds until which nothing is started. */
  get until(): number {
    return this.#until;
  }

  /** True from a failure until the next success. */
  get isDoubling(): boolean {
    return this.#ms > 0;
  }

  failed(now: number): void {
    this.#ms = Math.min(this.#mostMs, Math.max(this.#firstMs, this.#ms * 2));
    this.#until = now + this.#ms;
  }

  end(): void {
    this.#ms = 0;
  }
}
