/**
 * Durations in buckets that grow by a constant factor, so that every quantile is within 2 % of the true one and two
 * histograms can be added (Masson, Rim and Lee, "DDSketch", VLDB 2019).
 *
 * @module
 */

/** Bucket i holds (GROWTH^(i-1), GROWTH^i]; the middle is at most 2 % off. */
const GROWTH = 1.04;
const LOG = Math.log(GROWTH);
/** Shorter than this counts as this, in milliseconds. */
const LEAST = 0.01;
const OFFSET = Math.ceil(-Math.log(LEAST) / LOG);

export class Histogram {
  readonly #counts = new Map<number, number>();
  count = 0;
  sum = 0;
  max = 0;

  add(ms: number): void {
    const value = Math.max(LEAST, ms);
    const bucket = Math.ceil(Math.log(value) / LOG) + OFFSET;
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.count++;
    this.sum += ms;
    if (ms > this.max) this.max = ms;
  }

  /** The value below which the share `q` of all lies; 0 where there is none. */
  quantile(q: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (const [bucket, count] of this.#sorted()) {
      seen += count;
      if (seen >= rank) return Math.min(middle(bucket), this.max);
    }
    return this.max;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  merge(other: Histogram): void {
    for (const [bucket, count] of other.#counts) {
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    }
    this.count += other.count;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
  }

  /** How many are at most `ms`, for cumulative buckets. */
  countUpTo(ms: number): number {
    let sum = 0;
    for (const [bucket, count] of this.#counts) if (middle(bucket) <= ms) sum += count;
    return sum;
  }

  /** For storing; `decode` reads it. */
  encode(): string {
    return JSON.stringify([this.sum, this.max, ...this.#sorted().flat()]);
  }

  static decode(text: string): Histogram {
    const [sum = 0, max = 0, ...pairs] = JSON.parse(text) as number[];
    const histogram = new Histogram();
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      histogram.#counts.set(pairs[at] as number, pairs[at + 1] as number);
      histogram.count += pairs[at + 1] as number;
    }
    histogram.sum = sum;
    histogram.max = max;
    return histogram;
  }

  #sorted(): [number, number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }
}

function middle(bucket: number): number {
  const high = GROWTH ** (bucket - OFFSET);
  return (2 * high) / (1 + GROWTH);
}
