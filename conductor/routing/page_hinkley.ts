/**
 * Drift in one stream of residuals: the Page–Hinkley test in both directions (Page 1954; Hinkley 1971). It sums how far
 * residuals lie beyond a tolerance and alarms when the sum has risen by a threshold above its least value.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/** Numbers of a saved test. */
export const PAGE_HINKLEY_LENGTH = 4;

export class PageHinkley {
  readonly #tolerance: number;
  readonly #threshold: number;
  #down = 0;
  #up = 0;
  /** Exponential mean of the last residuals, about ten. */
  #recent = 0;
  #count = 0;

  /**
   * The defaults find a fall of 0.35 in about 30 observations; with outcomes of 0 and 1 a false alarm comes once in
   * some hundred thousand (a threshold of 12 σ²/2·tolerance, σ² = 0.16).
   */
  constructor(tolerance = 0.15, threshold = 6.4) {
    this.#tolerance = tolerance;
    this.#threshold = threshold;
  }

  /** Mean of the last few residuals. */
  get recent(): number {
    return this.#recent;
  }

  /** Takes a residual (observed less expected); -1 or 1 where the level has fallen or risen, else 0. */
  observe(residual: number): -1 | 0 | 1 {
    this.#count++;
    this.#recent += (residual - this.#recent) * Math.max(0.1, 1 / this.#count);
    this.#down = Math.max(0, this.#down - residual - this.#tolerance);
    this.#up = Math.max(0, this.#up + residual - this.#tolerance);
    if (this.#down > this.#threshold) return -1;
    return this.#up > this.#threshold ? 1 : 0;
  }

  /** Begins anew, after what drifted was forgotten. */
  reset(): void {
    this.#down = 0;
    this.#up = 0;
    this.#recent = 0;
    this.#count = 0;
  }

  save(): readonly number[] {
    return [this.#down, this.#up, this.#recent, this.#count];
  }

  load(numbers: ArrayLike<number>): void {
    this.#down = numbers[0] as number;
    this.#up = numbers[1] as number;
    this.#recent = numbers[2] as number;
    this.#count = numbers[3] as number;
  }
}
