/**
 * What the arbitrations of several processes on one data folder share: exclusive names, rates, and what comes back on
 * release. Each decides for itself which of its claims is first; what that one asks is then decided in the folder's book, in
 * one transaction.
 *
 * Invariants:
 * F1. A claim is written into the book, whole, before it is granted, and what is in the book is never more than there is.
 *     So all of R1 holds across processes.
 * F2. A claim that the book defers is written down as waiting. Another process's claim on something of the same goes
 *     behind it, by the order of R2 and R3, with the figures that were written.
 * F3. What a dead process had or waited for counts no more: whoever is held up by it, or looks, removes it.
 * F4. Alone, a process keeps all of what comes back at hand, and among others what it holds, so that most claims need no
 *     transaction. What it does not hold it lets go at its next look once another waits for it. Of what is measured, as memory,
 *     it keeps what it holds: a process that begins adds that to what it finds free.
 * F5. A wait that has not asked for STALE_MS holds nobody up.
 *
 * @module
 */

import type { JointAmount } from "../../core/ports/arbitration.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import { type Amounts, amountText, lackOf, type Shortage, soonText, type Supplies } from "./limits.ts";
import { areInTheWay } from "./names.ts";
import { levelAfter, levelAt, type Rate } from "./rate.ts";
import { fadeOf } from "./shares.ts";
import type { Member, ShareBook, SharedWait, SharePage } from "./share_book.ts";

/** How often a process looks into the book while it holds or wants something. */
const LOOK_MS = 50;
const LOOK_WAITING_MS = 20;
/** How often it lets its waits ask again, and sees whether the others live, though nothing has changed. */
const ASK_AGAIN_MS = 500;
const SEE_WHO_LIVES_MS = 1_000;
/** Whoever was seen alive so lately is not looked at again. */
const SEEN_ALIVE_MS = 100;
export const STALE_MS = 3_000;

/** What is asked of the folder for a claim that nothing in this process is in the way of. */
export interface FolderAsk {
  readonly key: string;
  readonly by: string;
  readonly priority: number;
  readonly shares: readonly [user: number, run: number];
  readonly exclusive: readonly string[];
  readonly amounts: Amounts;
  readonly joint: readonly JointAmount[];
  readonly wants: ReadonlySet<string>;
  /** Unix milliseconds of the first request. */
  readonly since: number;
}

/** What this process is to write of itself. */
export interface OwnShares {
  readonly names: () => Iterable<readonly [name: string, by: string]>;
  readonly users: () => Member["users"];
  /** Told what users have had in other processes. */
  readonly seeUsers: (users: ReadonlyMap<string, Amounts>) => void;
  /** Told that those may be granted now that wait for other processes. */
  readonly wake: () => void;
}

export interface FolderShareOptions {
  /** Opened with the first claim: a process that only looks needs none. */
  readonly open: () => ShareBook;
  readonly clock: Pick<ClockPort, "now" | "schedule">;
  /** A claim that is overtaken so often goes first. */
  readonly mostOvertaken: number;
}

export class FolderShares implements AsyncDisposable {
  readonly #options: FolderShareOptions;
  readonly #supplies: Supplies;
  readonly #own: OwnShares;
  readonly #waits = new Map<string, SharedWait>();
  #book: ShareBook | undefined;
  #seen = -1;
  readonly #seenAlive = new Map<string, number>();
  #cancelLook: (() => void) | undefined;
  #askedAgainAt = 0;
  #sawLivingAt = 0;
  /** What is in the book differs from what is so. */
  #isBehind = false;
  #isClosed = false;
  #hasSeen = false;

  constructor(options: FolderShareOptions, supplies: Supplies, own: OwnShares) {
    this.#options = options;
    this.#supplies = supplies;
    this.#own = own;
    for (const capacity of supplies.capacities().values()) capacity.kept = 0;
  }

  /** True where the claim needs no look into the book. */
  isKept(amounts: Amounts, joint: readonly JointAmount[]): boolean {
    return this.#supplies.isKept(amounts, joint);
  }

  /** Writes the claim down as had; where it cannot be had, as waiting, and says why. @throws SymphonyError `io` | `disk-full` */
  take(ask: FolderAsk): Obstacle | undefined {
    const now = this.#options.clock.now();
    const obstacle = this.#change((page, others) => {
      for (let living = others;;) {
        const found = this.#obstacle(ask, living, page, now);
        const dead = found?.of.filter((process) => !this.#isAlive(process, now)) ?? [];
        if (dead.length === 0) {
          if (found === undefined) this.#write(ask, living, page, now);
          else this.#wait(ask, page, now);
          return found;
        }
        for (const process of dead) page.remove(process);
        living = living.filter(({ process }) => !dead.includes(process));
      }
    });
    this.#lookSoon();
    return obstacle;
  }

  /** True where it is written down as waiting. */
  waits(key: string): boolean {
    return this.#waits.has(key);
  }

  /** A claim was given back. */
  gaveBack(names: readonly string[]): void {
    const isWanted = names.length > 0 || this.#supplies.capacities().values().some((one) => one.isWanted);
    if (isWanted) this.#update();
    else this.#isBehind = true;
  }

  /** Of rates more or less was used than was claimed. A disk that refuses costs what would have come back. */
  settle(claimed: Amounts, used: Amounts): void {
    try {
      this.#settle(claimed, used);
    } catch {
      // The claim counts as it was.
    }
  }

  #settle(claimed: Amounts, used: Amounts): void {
    const now = this.#options.clock.now();
    const rates = this.#supplies.ratesOf(used).filter(([kind, _, amount]) =>
      claimed[kind] !== undefined && amount !== claimed[kind]
    );
    if (rates.length === 0) return;
    this.#change((page) => {
      for (const [kind, rate, amount] of rates) {
        const level = levelOf(page, kind, rate, now) + (claimed[kind] as number) - amount;
        page.putLevel(kind, { level, at: now, burst: rate.burst });
        this.#supplies.seeLevel(kind, level, now);
      }
      page.put(this.#member([]));
      page.tell();
    });
  }

  /** The limits are others: only what is held is kept, and the others are told. */
  limitsChanged(): void {
    for (const capacity of this.#supplies.capacities().values()) capacity.kept = capacity.held;
    // Who has never claimed anything has nothing in the book.
    if (this.#book !== undefined) this.#update();
  }

  /** A claim waits no more without having been granted. */
  forget(key: string): void {
    if (this.#waits.delete(key)) this.#update();
  }

  /** Sees what the others have written, for a claim that without that could never be granted; as before where it cannot be read. */
  look(): void {
    try {
      this.#see(this.#others(this.#opened().members()));
    } catch {
      // The next look tries again.
    }
    this.#lookSoon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook?.();
    const book = this.#book;
    if (book === undefined) return;
    try {
      book.change((page) => {
        page.remove(book.self);
        page.tell();
      });
    } catch {
      // Its proof of life ends as well.
    }
    await book[Symbol.asyncDispose]();
  }

  #opened(): ShareBook {
    return this.#book ??= this.#options.open();
  }

  #others(members: readonly Member[]): readonly Member[] {
    return members.filter(({ process }) => process !== this.#opened().self);
  }

  #change<T>(act: (page: SharePage, others: readonly Member[]) => T): T {
    const book = this.#opened();
    try {
      return book.change((page) => {
        const others = this.#others(page.members);
        this.#recall(page.members.find(({ process }) => process === book.self));
        this.#see(others);
        if (this.#letGo()) page.tell();
        return act(page, others);
      });
    } catch (error) {
      // Nothing of it is in the book: what is had is written anew, and until then nothing counts as kept.
      this.#isBehind = true;
      for (const capacity of this.#supplies.capacities().values()) capacity.kept = 0;
      this.#lookSoon();
      throw error;
    }
  }

  /** What others wait for is not kept beyond what is held; true where something was. Whoever asks writes it. */
  #letGo(): boolean {
    let hasLetGo = false;
    for (const capacity of this.#supplies.capacities().values()) {
      if (!capacity.isWanted || capacity.kept <= capacity.held) continue;
      capacity.kept = capacity.held;
      hasLetGo = true;
    }
    return hasLetGo;
  }

  #isAlive(process: string, now: number): boolean {
    if (now - (this.#seenAlive.get(process) ?? -Infinity) < SEEN_ALIVE_MS) return true;
    const isAlive = this.#opened().isAlive(process);
    if (isAlive) this.#seenAlive.set(process, now);
    else this.#seenAlive.delete(process);
    return isAlive;
  }

  /** Others count in the book how often they were granted past a wait of this process. */
  #recall(own: Member | undefined): void {
    for (const wait of own?.waits ?? []) {
      const known = this.#waits.get(wait.key);
      if (known === undefined || wait.overtaken <= known.overtaken) continue;
      this.#waits.set(wait.key, { ...known, overtaken: wait.overtaken });
    }
  }

  #obstacle(ask: FolderAsk, others: readonly Member[], page: SharePage, now: number): Obstacle | undefined {
    for (const name of ask.exclusive) {
      for (const { process, names } of others) {
        const held = Object.keys(names).find((one) => areInTheWay(one, name));
        if (held === undefined) continue;
        const reason = `"${held}" is held by ${names[held]} in process ${pidOf(process)}`;
        return { of: [process], reason };
      }
    }
    const capacities = this.#supplies.capacities();
    for (const [kind, would] of this.#supplies.heldWith(ask.amounts, ask.joint)) {
      const { total, held } = capacities.get(kind) as { total: number; held: number };
      const kept = sumOf(others, kind);
      const lack = would > held ? lackOf(kind, would - held, { total, held: held + kept }) : undefined;
      if (lack === undefined || kept === 0) continue;
      const holders = others.filter((other) => (other.kept[kind] ?? 0) > 0).map(({ process }) => process);
      const reason = `${lack.reason}: process ${holders.map(pidOf).join(", ")} has ${amountText(kind, kept)}`;
      return { of: holders, reason, lack: { kind, reason } };
    }
    for (const [kind, rate, amount] of this.#supplies.ratesOf(ask.amounts)) {
      const level = levelOf(page, kind, rate, now);
      this.#supplies.seeLevel(kind, level, now);
      if (amount <= level + rate.burst * 1e-9) continue;
      const lack = soonText(kind, amount, level, rate, now);
      return { of: [], reason: lack.reason, lack };
    }
    const mine = this.#waits.get(ask.key);
    for (const { process, waits } of others) {
      const first = waits.find((wait) => this.#isBefore(wait, process, ask, mine, now));
      if (first === undefined) continue;
      const want = first.wants.find((one) => isWanted(one, ask.wants)) ?? "";
      const reason = `${first.by} in process ${pidOf(process)} waits for "${
        want.replace("\0", "")
      }" before it`;
      return { of: [process], reason };
    }
    return undefined;
  }

  /** R2 and R3 between two processes: with the same figures both come to the same. */
  #isBefore(
    wait: SharedWait,
    process: string,
    ask: FolderAsk,
    mine: SharedWait | undefined,
    now: number,
  ): boolean {
    if (now - wait.askedAt > STALE_MS || !wait.wants.some((one) => isWanted(one, ask.wants))) return false;
    const { mostOvertaken } = this.#options;
    const [theirs, ours] = [wait.overtaken >= mostOvertaken, (mine?.overtaken ?? 0) >= mostOvertaken];
    if (theirs !== ours) return theirs;
    if (!theirs) {
      if (wait.priority !== ask.priority) return wait.priority > ask.priority;
      const [theirUser, theirRun] = wait.shares;
      const [ourUser, ourRun] = ask.shares;
      if (theirUser !== ourUser) return theirUser < ourUser;
      if (theirRun !== ourRun) return theirRun < ourRun;
    }
    if (wait.since !== ask.since) return wait.since < ask.since;
    return process < this.#opened().self;
  }

  #write(ask: FolderAsk, others: readonly Member[], page: SharePage, now: number): void {
    for (const [kind, would] of this.#supplies.heldWith(ask.amounts, ask.joint)) {
      const capacity = this.#supplies.capacities().get(kind);
      if (capacity === undefined) continue;
      capacity.kept = others.length === 0 && !capacity.isMeasured
        ? capacity.total
        : Math.max(would, capacity.isWanted ? 0 : capacity.kept);
      // What was kept may have become too much with what others took meanwhile: then what is held alone counts.
      if (capacity.kept + sumOf(others, kind) > capacity.total) capacity.kept = would;
    }
    for (const [kind, rate, amount] of this.#supplies.ratesOf(ask.amounts)) {
      const level = levelOf(page, kind, rate, now);
      // The amount itself is taken from the process's own count when the claim is granted.
      this.#supplies.seeLevel(kind, level, now);
      page.putLevel(kind, { level: level - amount, at: now, burst: rate.burst });
    }
    if (this.#waits.delete(ask.key)) page.tell();
    for (const other of others) {
      const passed = (wait: SharedWait) =>
        wait.since < ask.since && wait.wants.some((one) => isWanted(one, ask.wants));
      if (!other.waits.some(passed)) continue;
      const waits = other.waits.map((wait) =>
        passed(wait) ? { ...wait, overtaken: wait.overtaken + 1 } : wait
      );
      page.put({ ...other, waits });
    }
    page.put(this.#member(ask.exclusive.map((name) => [name, ask.by])));
  }

  #wait({ key, wants, by, priority, shares, since }: FolderAsk, page: SharePage, now: number): void {
    const known = this.#waits.get(key);
    const overtaken = known?.overtaken ?? 0;
    this.#waits.set(key, { key, wants: [...wants], by, priority, shares, since, askedAt: now, overtaken });
    page.put(this.#member([]));
    // Whoever waits behind it may go before it with other figures.
    if (known !== undefined && String(known.shares) !== String(shares)) page.tell();
  }

  /** What this process has; `more` is what it is being granted. */
  #member(more: readonly (readonly [string, string])[]): Member {
    const kept: Record<string, number> = {};
    const totals: Record<string, number> = {};
    for (const [kind, capacity] of this.#supplies.capacities()) {
      if (capacity.kept > 0) kept[kind] = capacity.kept;
      if (capacity.isMeasured) totals[kind] = capacity.total;
    }
    return {
      process: this.#opened().self,
      kept,
      totals,
      names: Object.fromEntries([...this.#own.names(), ...more]),
      waits: [...this.#waits.values()],
      users: this.#own.users(),
      usersAt: this.#options.clock.now(),
    };
  }

  /** Takes in what the others have and want. */
  #see(others: readonly Member[]): void {
    const wanted = new Set(others.flatMap(({ waits }) => waits.flatMap(({ wants }) => wants)));
    for (const [kind, capacity] of this.#supplies.capacities()) {
      capacity.others = sumOf(others, kind);
      capacity.isWanted = wanted.has(`\0${kind}`);
    }
    const users = new Map<string, Record<string, number>>();
    const now = this.#options.clock.now();
    for (const member of others) {
      const fade = fadeOf(now - member.usersAt);
      for (const [user, amounts] of Object.entries(member.users)) {
        const sum = users.get(user) ?? {};
        for (const kind in amounts) sum[kind] = (sum[kind] ?? 0) + (amounts[kind] as number) * fade;
        users.set(user, sum);
      }
    }
    this.#own.seeUsers(users);
    if (this.#hasSeen) return;
    this.#hasSeen = true;
    // What was measured as free when this process began is beside what the others held by then, as far as they have
    // taken it into use already: so no more than they know there to be.
    for (const [kind, capacity] of this.#supplies.capacities()) {
      if (!capacity.isMeasured) continue;
      const known = Math.max(0, ...others.map(({ totals }) => totals?.[kind] ?? 0));
      const beside = capacity.total + sumOf(others, kind);
      capacity.total = Math.max(capacity.total, Math.min(beside, known));
    }
  }

  /** Writes what is so, letting go of what is only kept. */
  #update(): void {
    this.#isBehind = true;
    try {
      this.#change((page, others) => {
        for (const capacity of this.#supplies.capacities().values()) {
          const isKept = others.length === 0 && capacity.held > 0 && !capacity.isMeasured;
          capacity.kept = isKept ? Math.max(capacity.kept, capacity.held) : capacity.held;
        }
        page.put(this.#member([]));
        page.tell();
      });
      this.#isBehind = false;
    } catch {
      // The next look tries again.
    }
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#isClosed || this.#cancelLook !== undefined) return;
    const inMs = this.#waits.size > 0 ? LOOK_WAITING_MS : LOOK_MS;
    this.#cancelLook = this.#options.clock.schedule(inMs, () => {
      this.#cancelLook = undefined;
      this.#look();
    });
  }

  #look(): void {
    const now = this.#options.clock.now();
    let isChanged = false;
    try {
      const book = this.#opened();
      const version = book.version();
      isChanged = version !== this.#seen;
      this.#seen = version;
      const others = this.#others(book.members());
      this.#see(others);
      if (others.length > 0 && now - this.#sawLivingAt >= SEE_WHO_LIVES_MS) {
        this.#sawLivingAt = now;
        this.#bury(others.filter(({ process }) => !this.#isAlive(process, now)));
      }
      this.#forgetStale(now);
      const capacities = [...this.#supplies.capacities().values()];
      const isIdle = capacities.every(({ held }) => held === 0);
      const keeps = capacities.some(({ kept, held }) => kept > held);
      const tells = capacities.some(({ isMeasured, kept, held }) => isMeasured && kept > held);
      if (this.#isBehind || tells || (keeps && (isIdle || others.length > 0))) this.#update();
    } catch {
      // A folder that cannot be read now may be at the next look.
    }
    if (this.#waits.size > 0 && (isChanged || now - this.#askedAgainAt >= ASK_AGAIN_MS)) {
      this.#askedAgainAt = now;
      this.#own.wake();
    }
    if (this.#waits.size > 0 || this.#holds()) this.#lookSoon();
  }

  #forgetStale(now: number): void {
    for (const [key, { askedAt }] of this.#waits) {
      if (now - askedAt <= STALE_MS) continue;
      this.#waits.delete(key);
      this.#isBehind = true;
    }
  }

  /** True while there is something that another may want back, or that is to be written. */
  #holds(): boolean {
    return this.#isBehind ||
      this.#supplies.capacities().values().some(({ held, kept }) => held > 0 || kept > 0);
  }

  #bury(dead: readonly Member[]): void {
    if (dead.length === 0) return;
    this.#change((page) => {
      for (const { process } of dead) page.remove(process);
      page.put(this.#member([]));
      page.tell();
    });
  }
}

/** What keeps a claim from being granted. */
export interface Obstacle {
  /** The processes that have it; none for a rate, which is everybody's. */
  readonly of: readonly string[];
  readonly reason: string;
  /** Where there is too little of a kind. */
  readonly lack?: Shortage;
}

function isWanted(one: string, wants: ReadonlySet<string>): boolean {
  if (wants.has(one)) return true;
  return one.startsWith("file:") && wants.values().some((want) => areInTheWay(one, want));
}

function sumOf(members: readonly Member[], kind: string): number {
  return members.reduce((sum, { kept }) => sum + (kept[kind] ?? 0), 0);
}

function levelOf(page: SharePage, kind: string, rate: Rate, now: number): number {
  const known = page.level(kind);
  if (known === undefined) return rate.burst;
  const { level, at, burst = rate.burst } = known;
  return levelAt(rate, levelAfter(level, burst, rate.burst), at, now);
}

/** A proof of life begins with its process's number. */
function pidOf(process: string): string {
  return process.split("-")[0] as string;
}
