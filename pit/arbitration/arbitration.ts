/**
 * Who gets exclusive things and shares of the rest: among the claims of one process, and with a book of the data folder among
 * those of all its processes (folder_shares.ts). Deterministic: the same calls in the same order, at the same times, with the
 * same in the book, give the same verdicts.
 *
 * Invariants:
 * R1. A claim gets all it asks for or nothing, what it holds together with others included, so claims cannot hold one
 *     another up in a circle.
 * R2. A deferred claim keeps its place. One that wants something of the same is deferred behind those that go before
 *     it: higher priority first, then the user and the run with the smaller weighted dominant share (Ghodsi et al., NSDI
 *     2011), then the order of the first request.
 * R3. Nobody starves: a claim past which MOST_OVERTAKEN others were granted goes before all that have waited less.
 * R4. A waiting claim may have been given up without a word. One that could be granted but lets others ask
 *     MOST_PASSES times without asking again itself loses its place, so the dead block nobody for ever.
 * R5. Every verdict says why, naming the holder, the one ahead, or what there is too little of.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type {
  ArbitrationPort,
  Candidate,
  Claim,
  Claimant,
  FairnessReading,
  JointAmount,
  Judgement,
  LimitReading,
  Verdict,
  WaitingReading,
} from "../../core/ports/arbitration.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { chooseCandidate } from "./choice.ts";
import { type FolderAsk, FolderShares, type Obstacle } from "./folder_shares.ts";
import { type Amounts, type Limits, type Shortage, Supplies } from "./limits.ts";
import { areInTheWay, NameHolders, Wanting } from "./names.ts";
import type { ShareBook } from "./share_book.ts";
import { Shares } from "./shares.ts";

/** Most claims that may wait; one more is denied. */
export const MOST_DEFERRED = 10_000;
/** Most names and kinds in one claim; one with more is denied. */
export const MOST_NAMES = 1_000;
/** How often a claim that could be granted holds others up before it counts as given up. */
export const MOST_PASSES = 16;
/** How many may be granted past a waiting claim before it goes first. */
export const MOST_OVERTAKEN = 64;

const NOTHING: Amounts = {};
const NO_JOINT: readonly JointAmount[] = [];
/** What there is too little of while the folder's book cannot be written. */
const FOLDER = "folder";
const ASK_FOLDER_AGAIN_MS = 500;
/** The one person at this machine. */
const SOMEBODY = "";

export interface ArbitrationOptions {
  /** What there is of each kind; other kinds are not counted. */
  readonly limits?: Limits;
  /** By user; 1 for the others. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Opens the book that the processes of a data folder share; without it, this process shares with nobody. */
  readonly book?: () => ShareBook;
}

interface Waiting {
  readonly key: string;
  readonly claim: Claim;
  readonly wants: ReadonlySet<string>;
  readonly since: number;
  readonly place: number;
  reason: string;
  passes: number;
  overtaken: number;
}

interface Held {
  readonly by: Claimant;
  readonly names: readonly string[];
  readonly amounts: Amounts;
  readonly joint: readonly JointAmount[];
}

/** ArbitrationPort of one process, alone or beside the others of its data folder. */
export class Arbitration implements ArbitrationPort, AsyncDisposable {
  readonly #clock: Pick<ClockPort, "now">;
  readonly #folder: FolderShares | undefined;
  readonly #supplies: Supplies;
  readonly #shares: Shares;
  readonly #held = new Map<number, Held>();
  readonly #holderOf = new NameHolders<Held>();
  /** In order of first request. */
  readonly #waiting = new Map<string, Waiting>();
  /** By what they want, so that a request looks only at those that it competes with. */
  readonly #wanted = new Wanting<Waiting>();
  #nextToken = 1;
  #nextPlace = 1;
  /** Deferred verdicts that no release will follow up: their callers are to ask again at once (R4). */
  #nudges = 0;
  /** Undefined while nobody waits for a release. */
  #released: PromiseWithResolvers<void> | undefined;

  constructor(
    clock: Pick<ClockPort, "now" | "schedule">,
    { limits = {}, weights = {}, book }: ArbitrationOptions = {},
  ) {
    this.#clock = clock;
    this.#supplies = new Supplies(limits, clock.now());
    this.#shares = new Shares(this.#supplies, weights);
    if (book === undefined) return;
    this.#folder = new FolderShares({ open: book, clock, mostOvertaken: MOST_OVERTAKEN }, this.#supplies, {
      names: () => this.#holderOf.entries().map(([name, { by }]) => [name, claimantText(by)] as const),
      users: () => this.#shares.heldByUsers(),
      seeUsers: (users) => this.#shares.seeOthers(users),
      wake: () => this.#wakeAll(),
    });
  }

  counts(kind: string): boolean {
    return this.#supplies.counts(kind);
  }

  limits(): readonly LimitReading[] {
    return this.#supplies.readings(this.#clock.now());
  }

  request(claim: Claim): Verdict {
    const { exclusive, amounts = NOTHING, joint = NO_JOINT } = claim;
    const now = this.#clock.now();
    let lack = this.#supplies.shortage(amounts, joint, now);
    // The usual case, in which nobody waits and nothing is short, ends here.
    if (this.#waiting.size === 0 && lack === undefined && exclusive.length === 0) {
      if (this.#folder?.isKept(amounts, joint) !== false) return this.#grant(claim, 0, now);
    }
    if (lack?.never && this.#folder !== undefined) {
      this.#folder.look();
      lack = this.#supplies.shortage(amounts, joint, now);
    }
    const wants = this.#wantsOf(claim);
    if (wants.size > MOST_NAMES) {
      return {
        verdict: "denied",
        reason: `It names ${wants.size} things; at most ${MOST_NAMES} can be asked for`,
      };
    }
    const key = claimKey(claim);
    const mine = this.#waiting.get(key);
    if (lack?.never) {
      this.#forget(key, now);
      return { verdict: "denied", reason: lack.reason };
    }
    // Who goes first is asked only where there is something to have: many may wait.
    // What is left of a rate the folder knows best.
    const isShort = lack !== undefined && !(this.#folder !== undefined && lack.waitMs !== undefined);
    const holder = this.#heldBy(exclusive) ?? (isShort ? lack?.reason : undefined);
    const first = holder === undefined ? this.#before(claim, wants, mine) : undefined;
    const obstacle = holder ?? (first === undefined ? undefined : aheadText(first, wants));
    if (obstacle !== undefined) return this.#defer({ key, claim, wants, obstacle, lack, now });
    const elsewhere = this.#takeFromFolder({
      ...{ key, wants, exclusive, amounts, joint, since: mine?.since ?? now },
      by: claimantText(claim.by),
      priority: claim.by.priority,
      shares: this.#shares.order(userOf(claim.by), claim.by.run),
    });
    if (elsewhere !== undefined) {
      return this.#defer({ key, claim, wants, obstacle: elsewhere.reason, lack: elsewhere.lack, now });
    }

    this.#drop(key, now);
    this.#overtake(wants, mine?.place ?? this.#nextPlace++);
    return this.#grant(claim, mine === undefined ? 0 : now - mine.since, now);
  }

  release(token: number, used?: Amounts): boolean {
    const held = this.#held.get(token);
    if (held === undefined) return false;
    const { by, names, amounts, joint } = held;
    this.#held.delete(token);
    if (used !== undefined) this.#settle(amounts, used);
    for (const name of names) this.#holderOf.delete(name);
    this.#supplies.giveBack(amounts, joint);
    this.#shares.released(userOf(by), by.run, held, this.#clock.now());
    this.#folder?.gaveBack(names);
    this.#wakeAll();
    return true;
  }

  released(): Promise<void> {
    if (this.#nudges > 0) {
      this.#nudges--;
      return Promise.resolve();
    }
    return (this.#released ??= Promise.withResolvers()).promise;
  }

  withdraw(claim: Claim): boolean {
    if (!this.#forget(claimKey(claim), this.#clock.now())) return false;
    // It may have been all that stood before others.
    this.#wakeAll();
    return true;
  }

  choose(
    candidates: readonly Candidate[],
    judgements: readonly Judgement[] = [],
  ): { readonly winner: number; readonly reason: string } {
    return chooseCandidate(candidates, judgements);
  }

  fairness(): FairnessReading {
    return this.#shares.read(this.#clock.now());
  }

  waiting(): readonly WaitingReading[] {
    return [...this.#waiting.values()].map(({ claim: { by }, reason, since }) => ({ by, reason, since }));
  }

  /** Ends what it shares with the other processes of its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#folder?.[Symbol.asyncDispose]();
  }

  /** Where the folder cannot be asked, its claims wait until it can be: nobody knows what others have. */
  #takeFromFolder(ask: FolderAsk): Pick<Obstacle, "reason" | "lack"> | undefined {
    try {
      return this.#folder?.take(ask);
    } catch (error) {
      const reason = messageOf(error);
      return { reason, lack: { kind: FOLDER, reason, waitMs: ASK_FOLDER_AGAIN_MS } };
    }
  }

  #settle(claimed: Amounts, used: Amounts): void {
    if (this.#folder === undefined) this.#supplies.settle(claimed, used, this.#clock.now());
    else this.#folder.settle(claimed, used);
  }

  #grant(claim: Claim, waitedMs: number, now: number): Verdict {
    const { by, exclusive, amounts = NOTHING, joint = NO_JOINT } = claim;
    const token = this.#nextToken++;
    const names = exclusive.length < 2 ? exclusive : [...new Set(exclusive)];
    const held: Held = { by, names, amounts, joint };
    this.#supplies.take(amounts, joint, now);
    this.#shares.granted(userOf(by), by.run, held, waitedMs, now);
    this.#held.set(token, held);
    for (const name of names) this.#holderOf.set(name, held);
    return { verdict: "granted", reason: "Nobody holds or waits for what it asks", token };
  }

  /** The names and the kinds that are counted. */
  #wantsOf({ exclusive, amounts = NOTHING, joint = NO_JOINT }: Claim): ReadonlySet<string> {
    const wants = new Set(exclusive);
    for (const kind in amounts) if (this.#supplies.counts(kind)) wants.add(amountKey(kind));
    for (const { kind } of joint) if (this.#supplies.counts(kind)) wants.add(amountKey(kind));
    return wants;
  }

  #wakeAll(): void {
    const released = this.#released;
    this.#released = undefined;
    released?.resolve();
  }

  #heldBy(names: readonly string[]): string | undefined {
    for (const name of names) {
      const held = this.#holderOf.of(name);
      if (held === undefined) continue;
      const other = held.names.find((one) => areInTheWay(one, name)) ?? name;
      return `"${other}" is held by ${claimantText(held.by)}`;
    }
    return undefined;
  }

  /** The first claim that goes before this one and wants something of the same (R2). */
  #before(claim: Claim, wants: ReadonlySet<string>, mine: Waiting | undefined): Waiting | undefined {
    let first: Waiting | undefined;
    for (const other of this.#rivals(wants)) {
      if (other === mine || !this.#goesBefore(other, claim, mine) || this.#isGivenUp(other)) continue;
      if (first === undefined || other.place < first.place) first = other;
    }
    return first;
  }

  /** The waiting claims that want something of these. */
  #rivals(wants: ReadonlySet<string>): Iterable<Waiting> {
    return this.#waiting.size === 0 ? [] : this.#wanted.rivals(wants);
  }

  #goesBefore(other: Waiting, claim: Claim, mine: Waiting | undefined): boolean {
    const [theirs, ours] = [other.overtaken >= MOST_OVERTAKEN, (mine?.overtaken ?? 0) >= MOST_OVERTAKEN];
    if (theirs !== ours) return theirs;
    const place = mine?.place ?? Infinity;
    if (theirs) return other.place < place;
    const { by } = other.claim;
    if (by.priority !== claim.by.priority) return by.priority > claim.by.priority;
    const [userA, runA] = this.#shares.order(userOf(by), by.run);
    const [userB, runB] = this.#shares.order(userOf(claim.by), claim.by.run);
    if (userA !== userB) return userA < userB;
    if (runA !== runB) return runA < runB;
    return other.place < place;
  }

  /** Counts that `other` holds somebody up, and forgets it where it has done so too often for no reason (R4). */
  #isGivenUp(other: Waiting): boolean {
    const now = this.#clock.now();
    if (!this.#isFree(other, now)) return false;
    if (++other.passes > MOST_PASSES) return this.#forget(other.key, now);
    this.#nudges++;
    return false;
  }

  #defer(what: {
    readonly key: string;
    readonly claim: Claim;
    readonly wants: ReadonlySet<string>;
    readonly obstacle: string;
    readonly lack: Shortage | undefined;
    readonly now: number;
  }): Verdict {
    const { key, claim, wants, obstacle, lack, now } = what;
    const known = this.#waiting.get(key);
    if (known !== undefined) {
      known.passes = 0;
      known.reason = obstacle;
    } else {
      if (this.#waiting.size >= MOST_DEFERRED) this.#forgetIdle(now);
      if (this.#waiting.size >= MOST_DEFERRED) {
        return { verdict: "denied", reason: `${MOST_DEFERRED} claims are waiting already` };
      }
      const place = this.#nextPlace++;
      const waiting: Waiting = {
        key,
        claim,
        wants,
        since: now,
        place,
        reason: obstacle,
        passes: 0,
        overtaken: 0,
      };
      this.#waiting.set(key, waiting);
      this.#wanted.add(wants, waiting);
      this.#shares.waiting(userOf(claim.by), claim.by.run, 1, now);
    }
    return {
      verdict: "deferred",
      reason: obstacle,
      rivals: this.#wanted.most(wants),
      ...(lack === undefined ? {} : { short: lack.kind }),
      ...(lack?.waitMs === undefined ? {} : { waitMs: lack.waitMs }),
    };
  }

  /** Counts the grant of a claim with this place for those that have waited longer for something of the same (R3). */
  #overtake(wants: ReadonlySet<string>, place: number): void {
    for (const other of this.#rivals(wants)) if (other.place < place) other.overtaken++;
  }

  /** Gives up the claim's place, also in the folder. */
  #forget(key: string, now: number): boolean {
    if (!this.#drop(key, now)) return false;
    this.#folder?.forget(key);
    return true;
  }

  /** Takes the claim off the list of those that wait. */
  #drop(key: string, now: number): boolean {
    const known = this.#waiting.get(key);
    if (known === undefined) return false;
    this.#waiting.delete(key);
    this.#wanted.delete(known.wants, known);
    this.#shares.waiting(userOf(known.claim.by), known.claim.by.run, -1, now);
    return true;
  }

  /** Forgets the claims that nothing keeps from being granted, yet nobody asks for. */
  #forgetIdle(now: number): void {
    for (const [key, waiting] of this.#waiting) if (this.#isFree(waiting, now)) this.#forget(key, now);
  }

  /** True where nothing is in its way but those that wait in this process. */
  #isFree(
    { claim: { exclusive, amounts = NOTHING, joint = NO_JOINT }, wants }: Waiting,
    now: number,
  ): boolean {
    return this.#heldBy(exclusive) === undefined &&
      this.#supplies.shortage(amounts, joint, now) === undefined &&
      !this.#folder?.holdsUp(wants, now);
  }
}

function userOf(by: Claimant): string {
  return by.user ?? SOMEBODY;
}

/** Kinds and names live in one set of what is wanted. */
function amountKey(kind: string): string {
  return `\0${kind}`;
}

function claimKey({ by, exclusive, amounts = NOTHING, joint = NO_JOINT }: Claim): string {
  return JSON.stringify([
    by.run,
    by.node,
    by.item ?? -1,
    [...exclusive].sort(),
    Object.entries(amounts).sort(),
    joint.map(({ kind, of }) => [kind, of]),
  ]);
}

function aheadText(other: Waiting, wants: ReadonlySet<string>): string {
  const isShared = (one: string) => other.wants.values().some((theirs) => areInTheWay(theirs, one));
  const shared = wants.values().find(isShared) ?? "";
  return `${claimantText(other.claim.by)} waits for "${shared.replace("\0", "")}" before it`;
}

function claimantText(by: Claimant): string {
  const item = by.item === undefined ? "" : `[${by.item}]`;
  return `node "${by.node}${item}" of run "${by.run}"`;
}
