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
 *     2011) of late (shares.ts), then the order of the first request.
 * R3. Nobody starves: a claim that is the first of those with the same user, run, priority and wants goes before all others once
 *     MOST_OVERTAKEN were granted past it.
 * R4. Every waiting claim has an owner. One that stands (`stand`) is granted by the release that makes room for it, so none
 *     stands that could be had; one that was asked for (`request`) is asked for again or withdrawn. A release looks at the
 *     firsts of groups (line.ts), once each, however many claims wait behind them.
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
  Decision,
  FairnessReading,
  JointAmount,
  Judgement,
  LimitReading,
  Standing,
  Verdict,
  WaitingReading,
} from "../../core/ports/arbitration.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { chooseCandidate } from "./choice.ts";
import { type FolderAsk, FolderShares, type Obstacle } from "./folder_shares.ts";
import { type Amounts, type Limits, type Shortage, Supplies } from "./limits.ts";
import { type Asking, firstOf, type Group, Line, SOMEBODY, type Waiting } from "./line.ts";
import { areInTheWay, NameHolders } from "./names.ts";
import type { ShareBook } from "./share_book.ts";
import { Shares } from "./shares.ts";

/** Most claims that may wait; one more is denied. */
export const MOST_DEFERRED = 10_000;
/** Most names and kinds in one claim; one with more is denied. */
export const MOST_NAMES = 1_000;
/** How many may be granted past a waiting claim before it goes first. */
export const MOST_OVERTAKEN = 64;

const NOTHING: Amounts = {};
const NO_JOINT: readonly JointAmount[] = [];
/** What there is too little of while the folder's book cannot be written. */
const FOLDER = "folder";
const ASK_FOLDER_AGAIN_MS = 500;
export interface ArbitrationOptions {
  /** What there is of each kind; other kinds are not counted. */
  readonly limits?: Limits;
  /** By user; 1 for the others. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Opens the book that the processes of a data folder share; without it, this process shares with nobody. */
  readonly book?: () => ShareBook;
}

interface Held {
  readonly by: Claimant;
  readonly names: readonly string[];
  readonly amounts: Amounts;
  readonly joint: readonly JointAmount[];
  readonly since: number;
}

/** ArbitrationPort of one process, alone or beside the others of its data folder. */
export class Arbitration implements ArbitrationPort, AsyncDisposable {
  readonly #clock: Pick<ClockPort, "now" | "schedule">;
  readonly #folder: FolderShares | undefined;
  readonly #supplies: Supplies;
  readonly #shares: Shares;
  readonly #held = new Map<number, Held>();
  readonly #holderOf = new NameHolders<Held>();
  readonly #line = new Line();
  #limitsVersion = 0;
  #nextToken = 1;
  #nextPlace = 1;
  /** When those that stand are tried again without any release, in Unix milliseconds. */
  #retry: { readonly at: number; readonly cancel: () => void } | undefined;
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
      users: () => this.#shares.standings(clock.now()),
      seeUsers: (users) => this.#shares.seeOthers(users),
      wake: () => {
        this.#serve();
        this.#wakeAll();
      },
    });
  }

  counts(kind: string): boolean {
    return this.#supplies.counts(kind);
  }

  limitsVersion(): number {
    return this.#limitsVersion;
  }

  /**
   * Takes over other limits and weights: what is held stays held, and what waits goes on by the new ones.
   * @throws RangeError for a limit that is not positive; then nothing is changed
   */
  change({ limits = {}, weights = {} }: Pick<ArbitrationOptions, "limits" | "weights">): void {
    this.#supplies.change(limits, this.#clock.now(), this.#held.values());
    this.#shares.reweigh(weights);
    this.#limitsVersion++;
    this.#folder?.limitsChanged();
    this.#serve();
    this.#wakeAll();
  }

  limits(): readonly LimitReading[] {
    return this.#supplies.readings(this.#clock.now());
  }

  request(claim: Claim): Verdict {
    const verdict = this.#ask(claim, undefined);
    if (verdict.verdict !== "deferred") return verdict;
    const { waiting: _, ...deferred } = verdict;
    return deferred;
  }

  stand(claim: Claim, decided: (decision: Decision) => void): Decision | Standing {
    const verdict = this.#ask(claim, decided);
    if (verdict.verdict !== "deferred") return verdict;
    const { waiting } = verdict;
    return {
      verdict: "deferred",
      reason: () => this.#reasonOf(waiting),
      leave: () => void this.#leave(waiting),
    };
  }

  release(token: number, used?: Amounts): boolean {
    const held = this.#held.get(token);
    if (held === undefined) return false;
    const { by, names, amounts, joint } = held;
    this.#held.delete(token);
    if (used !== undefined) this.#settle(amounts, used);
    for (const name of names) this.#holderOf.delete(name);
    this.#supplies.giveBack(amounts, joint);
    const now = this.#clock.now();
    const wasInTheWay = names.length > 0 && this.#line.isWanted(names);
    this.#shares.released(userOf(by), by.run, held, { heldMs: now - held.since, used, wasInTheWay }, now);
    this.#folder?.gaveBack(names);
    if (this.#line.size > 0) this.#serve(this.#wantsOf({ by, exclusive: names, amounts, joint }));
    this.#wakeAll();
    return true;
  }

  released(): Promise<void> {
    return (this.#released ??= Promise.withResolvers()).promise;
  }

  withdraw(claim: Claim): boolean {
    return this.#leave(this.#line.get(claimKey(claim)));
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
    return [...this.#line.all()].map((one) => ({
      by: one.claim.by,
      reason: this.#reasonOf(one),
      since: one.since,
    }));
  }

  /** Ends what it shares with the other processes of its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#retry?.cancel();
    await this.#folder?.[Symbol.asyncDispose]();
  }

  #ask(claim: Claim, decided: ((decision: Decision) => void) | undefined): Decision | Deferred {
    const { exclusive, amounts = NOTHING, joint = NO_JOINT } = claim;
    const now = this.#clock.now();
    // The usual case, in which nobody waits and nothing is short, ends here.
    if (
      this.#line.size === 0 && exclusive.length === 0 &&
      this.#supplies.shortage(amounts, joint, now) === undefined &&
      this.#folder?.isKept(amounts, joint) !== false
    ) return this.#grant(claim, 0, now);
    const wants = this.#wantsOf(claim);
    if (wants.size > MOST_NAMES) {
      return denied(`It names ${wants.size} things; at most ${MOST_NAMES} can be asked for`);
    }
    const key = decided === undefined ? claimKey(claim) : `#${this.#nextPlace}`;
    const known = this.#line.get(key);
    const asking = known ?? { key, claim, wants, since: now, place: this.#nextPlace++, decided };
    const found = this.#try(asking, now);
    if ("obstacle" in found) return this.#defer(asking, known, found, now);
    if (known !== undefined) this.#drop(known, now);
    if (found.verdict === "granted") this.#overtake(asking);
    else this.#folder?.forget(key);
    // Those behind it may be next now.
    if (this.#line.size > 0) {
      this.#serve(wants);
      if (known !== undefined) this.#wakeAll();
    }
    return found;
  }

  /** Grants what is asked, or denies it, or says what is in the way. Does not change who waits. */
  #try(asking: Asking, now: number): Decision | InTheWay {
    const { key, claim, wants, since } = asking;
    const { by, exclusive, amounts = NOTHING, joint = NO_JOINT } = claim;
    let lack = this.#supplies.shortage(amounts, joint, now);
    if (lack?.never && this.#folder !== undefined) {
      this.#folder.look();
      lack = this.#supplies.shortage(amounts, joint, now);
    }
    if (lack?.never) return denied(lack.reason);
    // What is left of a rate the folder knows best.
    const isElsewhere = this.#folder !== undefined && lack?.waitMs !== undefined;
    const short = isElsewhere ? this.#supplies.shortageOfHeld(amounts, joint, now) : lack;
    // Who goes first is asked only where there is something to have.
    const holder = this.#heldBy(exclusive) ?? short?.reason;
    const first = holder === undefined ? this.#before(asking, now) : undefined;
    const obstacle = holder ?? (first === undefined ? undefined : aheadText(first, wants));
    if (obstacle !== undefined) return { obstacle, lack: short ?? lack };
    if (exclusive.length === 0 && this.#folder?.isKept(amounts, joint) && !this.#folder.waits(key)) {
      return this.#grant(claim, now - since, now);
    }
    const elsewhere = this.#takeFromFolder({
      ...{ key, wants, exclusive, amounts, joint, since },
      by: claimantText(by),
      priority: by.priority,
      shares: this.#shares.order(userOf(by), by.run, now),
    });
    if (elsewhere !== undefined) return { obstacle: elsewhere.reason, lack: elsewhere.lack };
    return this.#grant(claim, now - since, now);
  }

  /** Decides those that stand, in their order, as far as there is enough; of those that want something of `freed`, if it is given. */
  #serve(freed?: Iterable<string>): void {
    const candidates = new Set(freed === undefined ? this.#line.groups() : this.#line.rivals(freed));
    if (candidates.size === 0) return;
    const now = this.#clock.now();
    // Nobody goes past one that waits for something of the same.
    const inTheWay = new NameHolders<true>();
    const ended: (() => void)[] = [];
    const ranks = new Map<Group, Rank>();
    for (;;) {
      let next: Group | undefined;
      for (const group of candidates) {
        if (group.wants.values().some((want) => inTheWay.of(want))) candidates.delete(group);
        else if (
          next === undefined || isBefore(this.#rank(group, ranks, now), this.#rank(next, ranks, now))
        ) {
          next = group;
        }
      }
      if (next === undefined) break;
      const first = firstOf(next);
      const { decided, wants, key, claim: { by } } = first;
      const found = decided === undefined ? undefined : this.#try(first, now);
      if (decided === undefined || found === undefined || "obstacle" in found) {
        if (found !== undefined && "obstacle" in found) this.#stillWaits(first, found, now);
        for (const want of wants) inTheWay.set(want, true);
        candidates.delete(next);
        continue;
      }
      this.#drop(first, now);
      if (found.verdict === "granted") this.#overtake(first);
      else this.#folder?.forget(key);
      ended.push(() => decided(found));
      if (next.members.size === 0) candidates.delete(next);
      for (const group of this.#line.rivals(wants)) candidates.add(group);
      ranks.delete(next);
      for (const group of ranks.keys()) {
        if (group.user === userOf(by) || group.overtaken > 0) ranks.delete(group);
      }
    }
    for (const tell of ended) tell();
  }

  #rank(group: Group, ranks: Map<Group, Rank>, now: number): Rank {
    const known = ranks.get(group);
    if (known !== undefined) return known;
    const rank = this.#rankOf(group, firstOf(group).place, group.overtaken, now);
    ranks.set(group, rank);
    return rank;
  }

  #rankOf(
    { user, run, priority }: Pick<Group, "user" | "run" | "priority">,
    place: number,
    overtaken: number,
    now: number,
  ): Rank {
    const isLate = overtaken >= MOST_OVERTAKEN;
    return { isLate, priority, shares: this.#shares.order(user, run, now), place };
  }

  #stillWaits(waiting: Waiting, { obstacle, lack }: InTheWay, now: number): void {
    waiting.reason = obstacle;
    if (waiting.decided !== undefined && lack?.waitMs !== undefined) this.#retryIn(lack.waitMs, now);
  }

  #retryIn(waitMs: number, now: number): void {
    const at = now + waitMs;
    if (this.#retry !== undefined && this.#retry.at <= at) return;
    this.#retry?.cancel();
    const cancel = this.#clock.schedule(waitMs, () => {
      this.#retry = undefined;
      this.#serve();
    });
    this.#retry = { at, cancel };
  }

  /** Why it waits now, without asking other processes. */
  #reasonOf(waiting: Waiting): string {
    const { claim: { exclusive, amounts = NOTHING, joint = NO_JOINT }, wants, group } = waiting;
    const now = this.#clock.now();
    const lack = this.#supplies.shortage(amounts, joint, now);
    if (lack?.waitMs !== undefined) return waiting.reason;
    const here = this.#heldBy(exclusive) ?? lack?.reason;
    if (here !== undefined) return here;
    const first = firstOf(group);
    return first === waiting ? waiting.reason : aheadText(first, wants);
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

  #grant(claim: Claim, waitedMs: number, now: number): Decision {
    const { by, exclusive, amounts = NOTHING, joint = NO_JOINT } = claim;
    const token = this.#nextToken++;
    const names = exclusive.length < 2 ? exclusive : [...new Set(exclusive)];
    const held: Held = { by, names, amounts, joint, since: now };
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
  #before(asking: Asking, now: number): Waiting | undefined {
    if (this.#line.size === 0) return undefined;
    const own = this.#line.groupOf(asking);
    if (own !== undefined && firstOf(own) !== asking) return firstOf(own);
    const { claim: { by }, wants, place } = asking;
    const of = { user: userOf(by), run: by.run, priority: by.priority };
    const rank = this.#rankOf(of, place, own?.overtaken ?? 0, now);
    let first: Waiting | undefined;
    for (const group of this.#line.rivals(wants)) {
      const other = firstOf(group);
      if (group === own || (first !== undefined && first.place < other.place)) continue;
      if (isBefore(this.#rankOf(group, other.place, group.overtaken, now), rank)) first = other;
    }
    return first;
  }

  #defer(asking: Asking, known: Waiting | undefined, found: InTheWay, now: number): Decision | Deferred {
    if (known === undefined && this.#line.size >= MOST_DEFERRED) {
      this.#folder?.forget(asking.key);
      return denied(`${MOST_DEFERRED} claims are waiting already`);
    }
    const { obstacle, lack } = found;
    const waiting = known ?? this.#line.add(asking, obstacle);
    const { by } = asking.claim;
    if (known === undefined) this.#shares.waiting(userOf(by), by.run, 1, now);
    this.#stillWaits(waiting, found, now);
    return {
      verdict: "deferred",
      reason: obstacle,
      waiting,
      ...(lack === undefined ? {} : { short: lack.kind }),
      ...(lack?.waitMs === undefined ? {} : { waitMs: lack.waitMs }),
    };
  }

  /** Counts the grant of a claim for the firsts that have waited longer for something of the same (R3). */
  #overtake({ wants, place }: Asking): void {
    for (const group of this.#line.rivals(wants)) if (firstOf(group).place < place) group.overtaken++;
  }

  /** Gives up its place, also in the folder; it may have been all that stood before others. */
  #leave(waiting: Waiting | undefined): boolean {
    if (waiting === undefined || !this.#drop(waiting, this.#clock.now())) return false;
    this.#folder?.forget(waiting.key);
    if (this.#line.size > 0) this.#serve(waiting.wants);
    this.#wakeAll();
    return true;
  }

  /** Takes the claim off the list of those that wait. */
  #drop(waiting: Waiting, now: number): boolean {
    if (this.#line.get(waiting.key) !== waiting) return false;
    this.#line.delete(waiting);
    const { by } = waiting.claim;
    this.#shares.waiting(userOf(by), by.run, -1, now);
    if (this.#line.size === 0) {
      this.#retry?.cancel();
      this.#retry = undefined;
    }
    return true;
  }
}

/** What is in the way of a claim. */
interface InTheWay {
  readonly obstacle: string;
  readonly lack: Shortage | undefined;
}

type Deferred = Extract<Verdict, { readonly verdict: "deferred" }> & { readonly waiting: Waiting };

/** What decides who goes first. */
interface Rank {
  readonly isLate: boolean;
  readonly priority: number;
  readonly shares: readonly [user: number, run: number];
  readonly place: number;
}

function isBefore(one: Rank, other: Rank): boolean {
  if (one.isLate !== other.isLate) return one.isLate;
  if (one.isLate) return one.place < other.place;
  if (one.priority !== other.priority) return one.priority > other.priority;
  const [[userA, runA], [userB, runB]] = [one.shares, other.shares];
  if (userA !== userB) return userA < userB;
  if (runA !== runB) return runA < runB;
  return one.place < other.place;
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

function denied(reason: string): Extract<Decision, { readonly verdict: "denied" }> {
  return { verdict: "denied", reason };
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
