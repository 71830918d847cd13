/**
 * What there is of each kind that can be shared, and how much of it is held: kinds that come back on release (`cpu`,
 * `memory`) and kinds that are used up and refill with time (tokens or requests a minute of a provider's key).
 *
 * @module
 */

import type { LimitReading } from "../../core/ports/arbitration.ts";

/** A kind that comes back on release. */
export interface Capacity {
  readonly total: number;
}

/** A kind that is used up: at most `burst` at once, refilled evenly with `perMinute` (token bucket). */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
}

/** By kind, for example `cpu` or `tokens:openai`. */
export type Limits = Readonly<Record<string, Capacity | Rate>>;
export type Amounts = Readonly<Record<string, number>>;

/** Why an amount is not to be had now; without `waitMs` it comes with a release, and `never` means never. */
export interface Shortage {
  readonly kind: string;
  readonly reason: string;
  readonly waitMs?: number;
  readonly never?: true;
}

interface Bucket {
  readonly rate: Rate;
  level: number;
  at: number;
}

export class Supplies {
  readonly #capacities = new Map<string, { readonly total: number; held: number }>();
  readonly #buckets = new Map<string, Bucket>();

  /** @throws RangeError for a limit that is not positive */
  constructor(limits: Limits, now: number) {
    for (const [kind, limit] of Object.entries(limits)) {
      const values = "total" in limit ? [limit.total] : [limit.perMinute, limit.burst];
      if (!values.every((value) => value > 0 && Number.isFinite(value))) {
        throw new RangeError(
          `Cannot limit "${kind}": expected positive numbers, found ${JSON.stringify(limit)}`,
        );
      }
      if ("total" in limit) this.#capacities.set(kind, { total: limit.total, held: 0 });
      else this.#buckets.set(kind, { rate: limit, level: limit.burst, at: now });
    }
  }

  /** True where the kind is counted. */
  counts(kind: string): boolean {
    return this.#capacities.has(kind) || this.#buckets.has(kind);
  }

  /** Every limit and what is free of it. */
  readings(now: number): readonly LimitReading[] {
    const capacities = [...this.#capacities].map(([kind, { total, held }]) => ({
      kind,
      total,
      free: round(Math.max(0, total - held)),
    }));
    const rates = [...this.#buckets].map(([kind, bucket]) => {
      const { level, rate: { burst, perMinute } } = this.#refilled(bucket, now);
      return { kind, total: burst, free: round(Math.max(0, level)), perMinute };
    });
    return [...capacities, ...rates].sort((a, b) => a.kind < b.kind ? -1 : 1);
  }

  /** The first amount that is not to be had at `now`; undefined where all are. */
  shortage(amounts: Amounts, now: number): Shortage | undefined {
    for (const [kind, amount] of Object.entries(amounts)) {
      const found = this.#shortageOf(kind, amount, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Takes what `shortage` said is there. */
  take(amounts: Amounts, now: number): void {
    for (const [kind, amount] of Object.entries(amounts)) {
      const capacity = this.#capacities.get(kind);
      if (capacity !== undefined) capacity.held += amount;
      const bucket = this.#buckets.get(kind);
      if (bucket !== undefined) this.#refilled(bucket, now).level -= amount;
    }
  }

  /** Gives back what comes back. */
  giveBack(amounts: Amounts): void {
    for (const [kind, amount] of Object.entries(amounts)) {
      const capacity = this.#capacities.get(kind);
      if (capacity !== undefined) capacity.held -= amount;
    }
  }

  /** The largest share of a kind's whole that `amounts` are; 0 where none is held until release. */
  dominantShare(amounts: ReadonlyMap<string, number>): number {
    let largest = 0;
    for (const [kind, amount] of amounts) {
      const capacity = this.#capacities.get(kind);
      if (capacity !== undefined) largest = Math.max(largest, amount / capacity.total);
    }
    return largest;
  }

  #shortageOf(kind: string, amount: number, now: number): Shortage | undefined {
    if (!(amount >= 0 && Number.isFinite(amount))) {
      return { kind, never: true, reason: `It asks for ${amount} of "${kind}": expected a number from 0` };
    }
    const capacity = this.#capacities.get(kind);
    if (capacity !== undefined) {
      const { total, held } = capacity;
      if (amount > total) {
        return {
          kind,
          never: true,
          reason: `It asks for ${amount} of "${kind}", of which there are ${total}`,
        };
      }
      // Sums of fractions may miss the whole by a hair.
      if (held + amount <= total * (1 + 1e-9)) return undefined;
      return {
        kind,
        reason: `It asks for ${amount} of "${kind}", of which ${round(total - held)} of ${total} are free`,
      };
    }
    const bucket = this.#buckets.get(kind);
    if (bucket === undefined) return undefined;
    const { rate: { burst, perMinute } } = bucket;
    if (amount > burst) {
      return {
        kind,
        never: true,
        reason: `It asks for ${amount} of "${kind}", of which ${burst} go out at once`,
      };
    }
    const { level } = this.#refilled(bucket, now);
    if (amount <= level + burst * 1e-9) return undefined;
    const waitMs = Math.ceil((amount - level) / perMinute * 60_000);
    return {
      kind,
      waitMs,
      reason: `"${kind}" has room for ${amount} in ${waitMs} ms (${perMinute} a minute)`,
    };
  }

  #refilled(bucket: Bucket, now: number): Bucket {
    const { rate } = bucket;
    const passedMs = Math.max(0, now - bucket.at);
    bucket.level = Math.min(rate.burst, bucket.level + passedMs / 60_000 * rate.perMinute);
    bucket.at = Math.max(bucket.at, now);
    return bucket;
  }
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
