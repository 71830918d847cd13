/**
 * What there is of each kind that can be shared, and how much of it is held: kinds that come back on release (`cpu`,
 * `memory`) and kinds that are used up and refill with time (tokens or requests a minute of a provider's key).
 *
 * @module
 */

import type { JointAmount, LimitReading } from "../../core/ports/arbitration.ts";
import { enoughInMs, levelAfter, levelAt, type Rate } from "./rate.ts";

/** A kind that comes back on release. */
export interface Capacity {
  readonly total: number;
  /** True where it is what was free when this process began: what others of the folder held by then is not in it. */
  readonly isMeasured?: boolean;
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

export interface Held {
  total: number;
  readonly isMeasured: boolean;
  held: number;
  /** What the processes of the folder know this one to have, so that claims within it need not ask them; Infinity where there are no others. */
  kept: number;
  /** What other processes have. */
  others: number;
  /** Another process waits for it. */
  isWanted: boolean;
}

/** What a claim was granted. */
export interface Holding {
  readonly amounts: Amounts;
  readonly joint: readonly JointAmount[];
}

/** What claims hold together of one thing. */
interface Joint {
  claims: number;
  /** What the newest claim said: it is a forecast that gets better, and holds for all of them. */
  amount: number;
  held: number;
}

interface Bucket {
  readonly rate: Rate;
  level: number;
  at: number;
}

export class Supplies {
  readonly #capacities = new Map<string, Held>();
  readonly #buckets = new Map<string, Bucket>();
  /** By kind, then by what it is of. */
  readonly #joint = new Map<string, Map<string, Joint>>();

  /** @throws RangeError for a limit that is not positive */
  constructor(limits: Limits, now: number) {
    checkLimits(limits);
    for (const [kind, limit] of Object.entries(limits)) {
      if ("total" in limit) {
        const { total, isMeasured = false } = limit;
        this.#capacities.set(kind, {
          total,
          isMeasured,
          held: 0,
          kept: Infinity,
          others: 0,
          isWanted: false,
        });
      } else this.#buckets.set(kind, { rate: limit, level: limit.burst, at: now });
    }
  }

  /**
   * Puts other limits in the place of these. What the claims of `holders` have stays held, though it be more than there is now;
   * what was used of a rate stays used. What is measured stays as it was measured.
   * @throws RangeError for a limit that is not positive; then nothing is changed
   */
  change(limits: Limits, now: number, holders: Iterable<Holding>): void {
    const made = new Supplies(limits, now);
    const [capacities, buckets] = [new Map(this.#capacities), new Map(this.#buckets)];
    for (const own of [this.#capacities, this.#buckets, this.#joint]) own.clear();
    for (const [kind, capacity] of made.#capacities) {
      const before = capacities.get(kind);
      const total = capacity.isMeasured && before?.isMeasured === true ? before.total : capacity.total;
      const { kept = Infinity, others = 0, isWanted = false } = before ?? {};
      this.#capacities.set(kind, { ...capacity, total, kept, others, isWanted });
    }
    for (const [kind, { rate }] of made.#buckets) {
      const before = buckets.get(kind);
      const level = before === undefined
        ? rate.burst
        : levelAfter(this.#refilled(before, now).level, before.rate.burst, rate.burst);
      this.#buckets.set(kind, { rate, level, at: now });
    }
    for (const { amounts, joint } of holders) this.#hold(amounts, joint);
    // What is free now is beside what is held already.
    for (const [kind, capacity] of this.#capacities) {
      const isNew = capacity.isMeasured && capacities.get(kind)?.isMeasured !== true;
      if (isNew) capacity.total += capacity.held + capacity.others;
    }
  }

  /** True where the kind is counted. */
  counts(kind: string): boolean {
    return this.#capacities.has(kind) || this.#buckets.has(kind);
  }

  /** Every limit and what is free of it. */
  readings(now: number): readonly LimitReading[] {
    const capacities = [...this.#capacities].map(([kind, { total, held, others }]) => ({
      kind,
      total,
      free: round(Math.max(0, total - held - others)),
    }));
    const rates = [...this.#buckets].map(([kind, bucket]) => {
      const { level, rate: { burst, perMinute } } = this.#refilled(bucket, now);
      return { kind, total: burst, free: round(Math.max(0, level)), perMinute };
    });
    return [...capacities, ...rates].sort((a, b) => a.kind < b.kind ? -1 : 1);
  }

  /** The first amount that is not to be had at `now`; undefined where all are. */
  shortage(amounts: Amounts, joint: readonly JointAmount[], now: number): Shortage | undefined {
    for (const kind in amounts) {
      const found = this.#shortageOf(kind, amounts[kind] as number, now);
      if (found !== undefined) return found;
    }
    for (const one of joint) {
      const found = this.#jointShortage(one);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The same of what comes back alone. */
  shortageOfHeld(amounts: Amounts, joint: readonly JointAmount[], now: number): Shortage | undefined {
    const held = Object.entries(amounts).filter(([kind]) => this.#capacities.has(kind));
    return this.shortage(Object.fromEntries(held), joint, now);
  }

  /** Takes what `shortage` said is there. */
  take(amounts: Amounts, joint: readonly JointAmount[], now: number): void {
    for (const kind in amounts) {
      const bucket = this.#buckets.get(kind);
      if (bucket !== undefined) this.#refilled(bucket, now).level -= amounts[kind] as number;
    }
    this.#hold(amounts, joint);
  }

  #hold(amounts: Amounts, joint: readonly JointAmount[]): void {
    for (const kind in amounts) {
      const capacity = this.#capacities.get(kind);
      if (capacity !== undefined) capacity.held += amounts[kind] as number;
    }
    for (const one of joint) this.#join(one, 1);
  }

  /** Of what was used up, what was not needed after all comes back; what was needed beyond it is owed. */
  settle(claimed: Amounts, used: Amounts, now: number): void {
    for (const kind in used) {
      const bucket = this.#buckets.get(kind);
      if (bucket === undefined || claimed[kind] === undefined) continue;
      this.#refilled(bucket, now).level += claimed[kind] - (used[kind] as number);
    }
  }

  /** Gives back what comes back. */
  giveBack(amounts: Amounts, joint: readonly JointAmount[]): void {
    for (const kind in amounts) {
      const capacity = this.#capacities.get(kind);
      if (capacity !== undefined) capacity.held -= amounts[kind] as number;
    }
    for (const one of joint) this.#join(one, -1);
  }

  /** The share of the kind's whole that the amount is; 0 where it does not come back. */
  shareOf(kind: string, amount: number): number {
    const capacity = this.#capacities.get(kind);
    return capacity === undefined ? 0 : amount / capacity.total;
  }

  /** In how many milliseconds so much of a rate refills; 0 of what is none. */
  refillMs(kind: string, amount: number): number {
    const bucket = this.#buckets.get(kind);
    return bucket === undefined ? 0 : amount / bucket.rate.perMinute * 60_000;
  }

  /** The largest share of a kind's whole that `amounts` are; 0 where none is held until release. */
  dominantShare(amounts: ReadonlyMap<string, number>): number {
    let largest = 0;
    for (const [kind, amount] of amounts) largest = Math.max(largest, this.shareOf(kind, amount));
    return largest;
  }

  /** True where the other processes need not be asked: it is within what they know this one to have. */
  isKept(amounts: Amounts, joint: readonly JointAmount[]): boolean {
    for (const kind in amounts) {
      const capacity = this.#capacities.get(kind);
      if (capacity === undefined) {
        if (this.#buckets.has(kind)) return false;
      } else if (capacity.isWanted || capacity.held + (amounts[kind] as number) > capacity.kept) return false;
    }
    for (const one of joint) {
      const capacity = this.#capacities.get(one.kind);
      if (capacity === undefined) continue;
      if (capacity.isWanted || capacity.held + this.#more(one) > capacity.kept) return false;
    }
    return true;
  }

  /** How much of each kind that comes back would be held with these. */
  heldWith(amounts: Amounts, joint: readonly JointAmount[]): ReadonlyMap<string, number> {
    const held = new Map<string, number>();
    const add = (kind: string, more: number) => {
      const capacity = this.#capacities.get(kind);
      if (capacity !== undefined) held.set(kind, (held.get(kind) ?? capacity.held) + more);
    };
    for (const kind in amounts) add(kind, amounts[kind] as number);
    for (const one of joint) add(one.kind, this.#more(one));
    return held;
  }

  /** The rates among these. */
  ratesOf(amounts: Amounts): readonly (readonly [kind: string, rate: Rate, amount: number])[] {
    return Object.entries(amounts).flatMap(([kind, amount]) => {
      const bucket = this.#buckets.get(kind);
      return bucket === undefined ? [] : [[kind, bucket.rate, amount] as const];
    });
  }

  /** What comes back, to be shared with other processes. */
  capacities(): ReadonlyMap<string, Held> {
    return this.#capacities;
  }

  /** What is left of a rate, of which other processes take as well. */
  seeLevel(kind: string, level: number, now: number): void {
    const bucket = this.#buckets.get(kind);
    if (bucket !== undefined) Object.assign(bucket, { level, at: now });
  }

  /** How much more would be held with one claim more. */
  #more({ kind, of, amount, claims }: JointAmount): number {
    const joint = this.#joint.get(kind)?.get(of);
    return joint === undefined ? amount : Math.ceil((joint.claims + 1) / claims) * amount - joint.held;
  }

  /** Counts one claim more or less, and holds what the claims then need together. */
  #join({ kind, of, amount, claims }: JointAmount, change: 1 | -1): void {
    const capacity = this.#capacities.get(kind);
    if (capacity === undefined) return;
    let all = this.#joint.get(kind);
    if (all === undefined) this.#joint.set(kind, all = new Map());
    let joint = all.get(of);
    if (joint === undefined) all.set(of, joint = { claims: 0, amount, held: 0 });
    joint.claims += change;
    // Not with a release: what one said long ago may be more than there is room for by now.
    if (change === 1) joint.amount = amount;
    const held = Math.ceil(joint.claims / claims) * joint.amount;
    capacity.held += held - joint.held;
    joint.held = held;
    if (joint.claims === 0) all.delete(of);
  }

  #jointShortage(one: JointAmount): Shortage | undefined {
    const { kind, amount, claims } = one;
    const capacity = this.#capacities.get(kind);
    if (!isAmount(amount) || !(claims >= 1)) return notAnAmount(kind, amount);
    if (capacity === undefined) return undefined;
    if (amount > capacity.total) return neverEnough(kind, amount, capacity.total);
    const more = this.#more(one);
    return more <= 0 ? undefined : lackOf(kind, more, capacity);
  }

  #shortageOf(kind: string, amount: number, now: number): Shortage | undefined {
    if (!isAmount(amount)) return notAnAmount(kind, amount);
    const capacity = this.#capacities.get(kind);
    if (capacity !== undefined) {
      return amount > capacity.total
        ? neverEnough(kind, amount, capacity.total)
        : lackOf(kind, amount, capacity);
    }
    const bucket = this.#buckets.get(kind);
    if (bucket === undefined) return undefined;
    const { rate } = bucket;
    const { burst } = rate;
    if (amount > burst) {
      return {
        kind,
        never: true,
        reason: `It asks for ${amount} of "${kind}", of which ${burst} go out at once`,
      };
    }
    const { level } = this.#refilled(bucket, now);
    if (amount <= level + burst * 1e-9) return undefined;
    return soonText(kind, amount, level, rate, now);
  }

  #refilled(bucket: Bucket, now: number): Bucket {
    bucket.level = levelAt(bucket.rate, bucket.level, bucket.at, now);
    bucket.at = Math.max(bucket.at, now);
    return bucket;
  }
}

function checkLimits(limits: Limits): void {
  for (const [kind, limit] of Object.entries(limits)) {
    const values = "total" in limit ? [limit.total] : [limit.perMinute, limit.burst];
    if (values.every((value) => value > 0 && Number.isFinite(value))) continue;
    throw new RangeError(
      `Cannot limit "${kind}": expected positive numbers, found ${JSON.stringify(limit)}`,
    );
  }
}

/** Why an amount of a rate is not to be had now, and when it is. */
export function soonText(kind: string, amount: number, level: number, rate: Rate, now: number): Shortage {
  const waitMs = enoughInMs(rate, amount, level, now);
  const what = rate.isDaily ? `${rate.burst} a day, from midnight UTC` : `${rate.perMinute} a minute`;
  return { kind, waitMs, reason: `"${kind}" has room for ${amount} in ${waitMs} ms (${what})` };
}

function isAmount(amount: number): boolean {
  return amount >= 0 && Number.isFinite(amount);
}

function notAnAmount(kind: string, amount: number): Shortage {
  return { kind, never: true, reason: `It asks for ${amount} of "${kind}": expected a number from 0` };
}

function neverEnough(kind: string, amount: number, total: number): Shortage {
  const [asked, there] = [amountText(kind, amount), amountText(kind, total)];
  return { kind, never: true, reason: `It asks for ${asked} of "${kind}", of which there are ${there}` };
}

/** Why an amount of what comes back is not to be had; undefined where it is. */
export function lackOf(
  kind: string,
  amount: number,
  { total, held }: Pick<Held, "total" | "held">,
): Shortage | undefined {
  // Sums of fractions may miss the whole by a hair.
  if (held + amount <= total * (1 + 1e-9)) return undefined;
  const free = amountText(kind, Math.max(0, total - held));
  const reason = `It asks for ${amountText(kind, amount)} of "${kind}", of which ${free} of ${
    amountText(kind, total)
  } are free`;
  return { kind, reason };
}

/** As a person reads it: bytes of memory with their unit, other things as they are. */
export function amountText(kind: string, amount: number): string {
  const isMemory = kind === "memory" || kind.startsWith("memory:");
  if (!isMemory || amount < 1e6) return String(round(amount));
  return amount < 1e9 ? `${Math.round(amount / 1e6)} MB` : `${Math.round(amount / 1e8) / 10} GB`;
}

function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
