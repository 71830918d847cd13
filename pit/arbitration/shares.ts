/**
 * How much each user and each run holds and has held: the order of weighted dominant-resource fairness, and the figures
 * by which one can see that it is kept.
 *
 * @module
 */

import type { FairnessReading, JointAmount, ShareReading } from "../../core/ports/arbitration.ts";
import { giniOf } from "../../core/policy/fairness.ts";
import type { Amounts, Supplies } from "./limits.ts";

const HALF_LIFE_MS = 60_000;
/** Users and runs that hold nothing and wait for nothing are forgotten beyond so many. */
const MOST_KEPT = 10_000;

/** What a claim holds. */
interface Shared {
  readonly amounts: Amounts;
  readonly joint: readonly JointAmount[];
}

interface Account {
  readonly weight: number;
  readonly held: Map<string, number>;
  /** The dominant share of what is held. */
  dominant: number;
  grants: number;
  waiting: number;
  waitedMs: number;
  longestWaitMs: number;
  recentUse: number;
  /** When `recentUse` was brought up to date. */
  at: number;
}

export class Shares {
  readonly #supplies: Supplies;
  readonly #weights: Readonly<Record<string, number>>;
  readonly #users = new Map<string, Account>();
  readonly #runs = new Map<string, Account>();
  /** What users hold in other processes of the folder. */
  #elsewhere: ReadonlyMap<string, Amounts> = new Map();

  constructor(supplies: Supplies, weights: Readonly<Record<string, number>>) {
    this.#supplies = supplies;
    this.#weights = weights;
  }

  /** What decides between two of one priority: the user's weighted dominant share, then the run's; least goes first. */
  order(user: string, run: string): readonly [number, number] {
    const elsewhere = this.#elsewhere.get(user);
    const own = this.#users.get(user);
    if (elsewhere === undefined) return [weighted(own), weighted(this.#runs.get(run))];
    const held = new Map(own?.held);
    for (const kind in elsewhere) held.set(kind, (held.get(kind) ?? 0) + (elsewhere[kind] as number));
    return [this.#supplies.dominantShare(held) / this.#weightOf(user), weighted(this.#runs.get(run))];
  }

  /** What is held now, by user. */
  heldByUsers(): Readonly<Record<string, Amounts>> {
    const holding = [...this.#users].filter(([_, { held }]) => held.size > 0);
    return Object.fromEntries(holding.map(([user, { held }]) => [user, Object.fromEntries(held)]));
  }

  /** Takes in what users hold in other processes; it counts for the order. */
  seeOthers(users: ReadonlyMap<string, Amounts>): void {
    this.#elsewhere = users;
  }

  #weightOf(user: string): number {
    return Object.hasOwn(this.#weights, user) ? this.#weights[user] as number : 1;
  }

  granted(user: string, run: string, held: Shared, waitedMs: number, now: number): void {
    this.#grant(this.#account(this.#users, user, now), held, waitedMs, now);
    this.#grant(this.#account(this.#runs, run, now), held, waitedMs, now);
  }

  released(user: string, run: string, held: Shared, now: number): void {
    this.#release(this.#account(this.#users, user, now), held, now);
    this.#release(this.#account(this.#runs, run, now), held, now);
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
    account.dominant = this.#supplies.dominantShare(held);
    account.grants++;
    account.waitedMs += waitedMs;
    account.longestWaitMs = Math.max(account.longestWaitMs, waitedMs);
  }

  #release(account: Account, { amounts, joint }: Shared, now: number): void {
    this.#update(account, now);
    for (const kind in amounts) less(account.held, kind, amounts[kind] as number);
    for (const { kind, amount, claims } of joint) less(account.held, kind, amount / claims);
    account.dominant = this.#supplies.dominantShare(account.held);
  }

  #reading(of: string, account: Account, now: number): ShareReading {
    this.#update(account, now);
    const { weight, recentUse, grants, waiting, longestWaitMs } = account;
    return {
      of,
      weight,
      dominantShare: account.dominant,
      recentUse,
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
    const fade = 0.5 ** (passedMs / HALF_LIFE_MS);
    // The integral of a share that is held evenly while the past fades.
    account.recentUse = account.recentUse * fade + account.dominant * (1 - fade) * HALF_LIFE_MS / Math.LN2;
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
      recentUse: 0,
      at: now,
    };
    accounts.set(of, made);
    return made;
  }
}

function less(held: Map<string, number>, kind: string, amount: number): void {
  const left = (held.get(kind) ?? 0) - amount;
  if (left > 1e-9) held.set(kind, left);
  else held.delete(kind);
}

function weighted(account: Account | undefined): number {
  return account === undefined ? 0 : account.dominant / account.weight;
}

function forgetIdle(accounts: Map<string, Account>): void {
  for (const [of, { held, waiting }] of accounts) if (held.size === 0 && waiting === 0) accounts.delete(of);
}
