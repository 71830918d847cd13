/**
 * Which idle instance goes when there is no room. The value of an instance is how often its kind is used, times what it
 * costs to load, over the memory it takes where memory is what is short (as in Greedy-Dual-Size-Frequency: Cherkasova, HP
 * Labs 1998). Where GDSF ages what it keeps by raising the entry price, here the frequency fades with time and is
 * remembered over evictions: on the hours of 57 applications that misses less (bench/eviction_bench.ts). GDSF itself and
 * LRU stand beside it.
 *
 * @module
 */

export interface Evictable {
  /** Megabytes; 1 where count is what is short. */
  readonly sizeMb: number;
  /** What starting it took, in milliseconds. */
  readonly loadMs: number;
}

/** What a policy keeps of one kind. */
export interface Popularity {
  frequency: number;
  /** When it was last used, and the frequency brought up to date. */
  at: number;
  price: number;
}

export interface EvictionPolicy {
  fresh(now: number): Popularity;
  /** It was used `uses` times since the last look. */
  used(of: Popularity, uses: number, now: number): void;
  /** The least goes first. */
  value(of: Popularity, what: Evictable, now: number): number;
  /** One with this value was evicted; its popularity may be kept for when it comes back. */
  evicted(of: Popularity, value: number): void;
}

const HALF_LIFE_MS = 60 * 60_000;

/**
 * Frequency that fades, times cost, over size. Values are logarithms of it, moved by a sum that is the same for all at any moment:
 * so what fades need not be raised to a power for each of a thousand instances at each eviction.
 */
export class FadingFrequency implements EvictionPolicy {
  readonly #halfLifeMs: number;

  constructor(halfLifeMs = HALF_LIFE_MS) {
    this.#halfLifeMs = halfLifeMs;
  }

  /** `price` is the logarithm to the base 2 of the frequency, plus the half-lives up to `at`. */
  fresh(now: number): Popularity {
    return { frequency: 0, at: now, price: -Infinity };
  }

  used(of: Popularity, uses: number, now: number): void {
    if (uses === 0) return;
    of.frequency = of.frequency * 0.5 ** ((now - of.at) / this.#halfLifeMs) + uses;
    of.at = now;
    of.price = Math.log2(of.frequency) + now / this.#halfLifeMs;
  }

  value(of: Popularity, what: Evictable): number {
    return of.price + Math.log2(worth(what));
  }

  evicted(): void {
    // What fades need not be marked down.
  }
}

/** Greedy-Dual-Size-Frequency: whoever goes sets the price that all who come later start from. */
export class Gdsf implements EvictionPolicy {
  #price = 0;

  fresh(now: number): Popularity {
    return { frequency: 0, at: now, price: this.#price };
  }

  used(of: Popularity, uses: number, now: number): void {
    if (uses === 0) return;
    of.frequency += uses;
    of.at = now;
    of.price = this.#price;
  }

  value(of: Popularity, what: Evictable): number {
    return of.price + of.frequency * worth(what);
  }

  evicted(of: Popularity, value: number): void {
    this.#price = Math.max(this.#price, value);
    of.frequency = 0;
  }
}

/** Least recently used. */
export class Lru implements EvictionPolicy {
  fresh(now: number): Popularity {
    return { frequency: 0, at: now, price: 0 };
  }

  used(of: Popularity, uses: number, now: number): void {
    if (uses > 0) of.at = now;
  }

  value(of: Popularity): number {
    return of.at;
  }

  evicted(): void {
    // It learns nothing.
  }
}

function worth({ sizeMb, loadMs }: Evictable): number {
  return Math.max(1, loadMs) / Math.max(1, sizeMb);
}
