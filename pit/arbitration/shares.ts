/**
 * How much each user and each run has had of late: the order of weighted dominant-resource fairness, and the figures
 * by which one can see that it is kept.
 *
 * What was had of a kind is its share of the whole × milliseconds, halved every minute. Of what comes back that is what was held × how
 * long; of a rate what was used up, over what refills in that time; of an exclusive thing how long it was held while
 * others waited for it. The largest of these is the dominant one. What is held now counts as though for as long as claims usually hold.
 *
 * @module
 */

import type { FairnessReading, JointAmount, ShareReading } from "../../core/ports/arbitration.ts";
import { giniOf } from "../../core/policy/fairness.ts";
import type { Amounts, Supplies } from "./limits.ts";

const HALF_LIFE_MS = 60_000;
/** The integral of what fades from 1 on. */
const MEAN_LIFE_MS = HALF_LIFE_MS / Math.LN2;
/** How long claims are taken to hold before any was released, and how much each of them says. */
const FIRST_HOLD_MS = 1_000;
const HOLD_WEIGHT = 0.1;
/** All exclusive things together count as one kind. */
const NAMES = "";
/** Users and runs that hold nothing and wait for nothing are forgotten beyond so many. */
const MOST_KEPT = 10_000;

/** What a claim holds. */
export interface Shared {
  readonly amounts: Amounts;
  readonly joint: readonly JointAmount[];
}

/** How a claim ended. */
export interface Ended {
  readonly heldMs: number;
  /** What it used of rates, where that is known. */
  readonly used: Amounts | undefined;
  /** Others waited for an exclusive thing that it had. */
  readonly wasInTheWay: boolean;
}

interface Account {
  weight: number;
  readonly held: Map<string, number>;
  /** The dominant share of what is held. */
  dominant: number;
  grants: number;
  waiting: number;
  waitedMs: number;
  longestWaitMs: number;
  /** By kind: share × milliseconds, as of `at`. */
  readonly used: Map<string, number>;
  at: number;
}

export class Shares {
  readonly #supplies: Supplies;
  #weights: Readonly<Record<string, number>>;
  readonly #users = new Map<string, Account>();
  readonly #runs = new Map<string, Account>();
  /** What users have had in other processes of the folder: by user, then by kind. */
  #elsewhere: ReadonlyMap<string, Amounts> = new Map();
  /** How long claims hold of late. */
  #usualHoldMs = FIRST_HOLD_MS;

  constructor(supplies: Supplies, weights: Readonly<Record<string, number>>) {
    this.#supplies = supplies;
    this.#weights = weights;
  }

  /** Weights of users, instead of those before. */
  reweigh(weights: Readonly<Record<string, number>>): void {
    this.#weights = weights;
    for (const [user, account] of this.#users) account.weight = this.#weightOf(user);
  }

  /** What decides between two of one priority: the user's weighted dominant share of late, then the run's; least goes first. */
  order(user: string, run: string, now: number): readonly [number, number] {
    return [
      this.#dominant(this.#users.get(user), now, this.#elsewhere.get(user)) / this.#weightOf(user),
      this.#dominant(this.#runs.get(run), now),
    ];
  }

  /** What users have had, by user, then by kind: share × milliseconds, with what they hold. */
  standings(now: number): Readonly<Record<string, Amounts>> {
    const standings: Record<string, Amounts> = {};
    for (const [user, account] of this.#users) {
      const had = [...this.#had(account, now)].filter(([_, value]) => value >= 1);
      if (had.length > 0) standings[user] = Object.fromEntries(had);
    }
    return standings;
  }

  /** Takes in what users have had in other processes; it counts for the order. */
  seeOthers(users: ReadonlyMap<string, Amounts>): void {
    this.#elsewhere = users;
  }

  /** By kind, what was had and what is held. */
  #had(account: Account, now: number): Map<string, number> {
    this.#update(account, now);
    const had = new Map(account.used);
    for (const [kind, amount] of account.held) {
      const share = this.#supplies.shareOf(kind, amount);
      if (share > 0) had.set(kind, (had.get(kind) ?? 0) + share * this.#usualHoldMs);
    }
    return had;
  }

  #dominant(account: Account | undefined, now: number, elsewhere: Amounts = {}): number {
    const had = account === undefined ? new Map<string, number>() : this.#had(account, now);
    for (const kind in elsewhere) had.set(kind, (had.get(kind) ?? 0) + (elsewhere[kind] as number));
    let most = 0;
    for (const value of had.values()) most = Math.max(most, value);
    return most;
  }

  #weightOf(user: string): number {
    return Object.hasOwn(this.#weights, user) ? this.#weights[user] as number : 1;
  }

  granted(user: string, run: string, held: Shared, waitedMs: number, now: number): void {
    this.#grant(this.#account(this.#users, user, now), held, waitedMs, now);
    this.#grant(this.#account(this.#runs, run, now), held, waitedMs, now);
  }

  released(user: string, run: string, held: Shared, ended: Ended, now: number): void {
    this.#usualHoldMs += HOLD_WEIGHT * (Math.max(1, ended.heldMs) - this.#usualHoldMs);
    this.#release(this.#account(this.#users, user, now), held, ended, now);
    this.#release(this.#account(this.#runs, run, now), held, ended, now);
  }

  /** A claim began to wait (1) or waits no more (-1). */
  waiting(user: string, run: string, change: 1 | -1, now: number): void {
    this.#account(this.#users, user, now).waiting += change;
    this.#account(this.#runs, run, now).waiting += change;
  }

  read(now: number): FairnessReading {
    const readings = (accounts: ReadonlyMap<string, Account>) =>
      [...accounts].map(([of, account]) => this.#reading(of, account, now));
    const users = readings(this.#users);
    return {
      users,
      runs: readings(this.#runs),
      gini: giniOf(users),
    };
  }

  #grant(account: Account, { amounts, joint }: Shared, waitedMs: number, now: number): void {
    this.#update(account, now);
    const { held } = account;
    for (const kind in amounts) held.set(kind, (held.get(kind) ?? 0) + (amounts[kind] as number));
    for (const { kind, amount, claims } of joint) held.set(kind, (held.get(kind) ?? 0) + amount / claims);
    for (const kind in amounts) addUse(account, kind, this.#supplies.refillMs(kind, amounts[kind] as number));
    account.dominant = this.#supplies.dominantShare(held);
    account.grants++;
    account.waitedMs += waitedMs;
    account.longestWaitMs = Math.max(account.longestWaitMs, waitedMs);
  }

  #release(account: Account, { amounts, joint }: Shared, ended: Ended, now: number): void {
    this.#update(account, now);
    const { heldMs, used, wasInTheWay } = ended;
    for (const kind in used) {
      const claimed = amounts[kind];
      if (claimed === undefined) continue;
      addUse(account, kind, this.#supplies.refillMs(kind, (used[kind] as number) - claimed));
    }
    if (wasInTheWay) addUse(account, NAMES, (1 - fadeOf(heldMs)) * MEAN_LIFE_MS);
    for (const kind in amounts) less(account.held, kind, amounts[kind] as number);
    for (const { kind, amount, claims } of joint) less(account.held, kind, amount / claims);
    account.dominant = this.#supplies.dominantShare(account.held);
  }

  #reading(of: string, account: Account, now: number): ShareReading {
    this.#update(account, now);
    const { weight, grants, waiting, longestWaitMs } = account;
    return {
      of,
      weight,
      dominantShare: account.dominant,
      recentUse: Math.max(0, ...account.used.values()),
      grants,
      waiting,
      meanWaitMs: grants === 0 ? 0 : account.waitedMs / grants,
      longestWaitMs,
    };
  }

  /** Adds what was held since the last time, and lets what is past fade. */
  #update(account: Account, now: number): void {
    const passedMs = now - account.at;
    if (passedMs <= 0) return;
    const fade = fadeOf(passedMs);
    for (const [kind, used] of account.used) {
      if (used * fade < 1e-6) account.used.delete(kind);
      else account.used.set(kind, used * fade);
    }
    // The integral of a share that is held evenly while the past fades.
    for (const [kind, amount] of account.held) {
      addUse(account, kind, this.#supplies.shareOf(kind, amount) * (1 - fade) * MEAN_LIFE_MS);
    }
    account.at = now;
  }

  #account(accounts: Map<string, Account>, of: string, now: number): Account {
    const known = accounts.get(of);
    if (known !== undefined) return known;
    if (accounts.size >= MOST_KEPT) forgetIdle(accounts);
    const made: Account = {
      weight: accounts === this.#users ? this.#weightOf(of) : 1,
      held: new Map(),
      dominant: 0,
      grants: 0,
      waiting: 0,
      waitedMs: 0,
      longestWaitMs: 0,
      used: new Map(),
      at: now,
    };
    accounts.set(of, made);
    return made;
  }
}

/** What is left of past use after so many milliseconds, 0 to 1. */
export function fadeOf(passedMs: number): number {
  return 0.5 ** (Math.max(0, passedMs) / HALF_LIFE_MS);
}

function less(held: Map<string, number>, kind: string, amount: number): void {
  const left = (held.get(kind) ?? 0) - amount;
  if (left > 1e-9) held.set(kind, left);
  else held.delete(kind);
}

function addUse({ used }: Account, kind: string, more: number): void {
  // What was claimed and not used after all may have faded meanwhile.
  if (more !== 0) used.set(kind, Math.max(0, (used.get(kind) ?? 0) + more));
}

function forgetIdle(accounts: Map<string, Account>): void {
  for (const [of, { held, waiting }] of accounts) if (held.size === 0 && waiting === 0) accounts.delete(of);
}
