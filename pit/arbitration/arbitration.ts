/**
 * Who gets exclusive things, in one process. Deterministic: the same calls in the same order give the same verdicts.
 *
 * Invariants:
 * R1. A claim gets all its names or none, so claims cannot hold one another up in a circle.
 * R2. A deferred claim keeps its place: higher priority first, then order of the first request. A later claim that
 *     wants one of its names is deferred behind it, so nobody starves.
 * R3. A waiting claim may have been given up without a word. One that could be granted but lets others ask
 *     MOST_PASSES times without asking again itself loses its place, so the dead block nobody for ever.
 * R4. Every verdict says why, naming the holder or the one ahead.
 *
 * @module
 */

import type { ArbitrationPort, Candidate, Claim, Claimant, Verdict } from "../../core/ports/arbitration.ts";

/** Most claims that may wait; one more is denied. */
export const MOST_DEFERRED = 10_000;
/** Most names in one claim; one with more is denied. */
export const MOST_NAMES = 1_000;

/** How often a claim that could be granted holds others up before it counts as given up. */
export const MOST_PASSES = 16;

interface Deferred {
  readonly claim: Claim;
  readonly names: ReadonlySet<string>;
  passes: number;
}

interface Held {
  readonly by: Claimant;
  readonly names: ReadonlySet<string>;
}

/** ArbitrationPort of one process. */
export class Arbitration implements ArbitrationPort {
  readonly #held = new Map<number, Held>();
  readonly #holderOf = new Map<string, Held>();
  /** In order of first request. */
  readonly #deferred = new Map<string, Deferred>();
  #nextToken = 1;
  /** Deferred verdicts that no release will follow up: their callers are to ask again at once (R3). */
  #nudges = 0;
  #released: PromiseWithResolvers<void> = Promise.withResolvers();

  request(claim: Claim): Verdict {
    const key = claimKey(claim);
    const names = new Set(claim.exclusive);
    if (names.size > MOST_NAMES) {
      return {
        verdict: "denied",
        reason: `It names ${names.size} things; at most ${MOST_NAMES} can be asked for`,
      };
    }
    const obstacle = this.#heldObstacle(names) ?? this.#queueObstacle(key, claim, names);
    if (obstacle !== undefined) return this.#defer(key, claim, names, obstacle);
    this.#deferred.delete(key);
    const token = this.#nextToken++;
    const held: Held = { by: claim.by, names };
    this.#held.set(token, held);
    for (const name of names) this.#holderOf.set(name, held);
    const what = names.size === 0
      ? "It asks for nothing exclusive"
      : "Nobody holds or waits for what it asks";
    return { verdict: "granted", reason: what, token };
  }

  release(token: number): boolean {
    const held = this.#held.get(token);
    if (held === undefined) return false;
    this.#held.delete(token);
    for (const name of held.names) this.#holderOf.delete(name);
    const { resolve } = this.#released;
    this.#released = Promise.withResolvers();
    resolve();
    return true;
  }

  released(): Promise<void> {
    if (this.#nudges > 0) {
      this.#nudges--;
      return Promise.resolve();
    }
    return this.#released.promise;
  }

  choose(candidates: readonly Candidate[]): { readonly winner: number; readonly reason: string } {
    const [first, ...others] = candidates;
    if (first === undefined) throw new RangeError("Cannot choose: there are no candidates");
    let winner = 0;
    let best = quality(first);
    let ties = 1;
    for (const [at, candidate] of others.entries()) {
      const here = quality(candidate);
      if (here === best) ties++;
      if (here <= best) continue;
      winner = at + 1;
      best = here;
      ties = 1;
    }
    const from = (candidates[winner] as Candidate).from;
    if (candidates.length === 1) return { winner, reason: `"${from}" is the only candidate` };
    const tie = ties === 1 ? "the highest" : `the first of ${ties} with the highest`;
    return { winner, reason: `"${from}" has ${tie} quality, ${best}, of ${candidates.length} candidates` };
  }

  #heldObstacle(names: ReadonlySet<string>): string | undefined {
    for (const name of names) {
      const held = this.#holderOf.get(name);
      if (held !== undefined) return `"${name}" is held by ${claimantText(held.by)}`;
    }
    return undefined;
  }

  /** The first waiting claim that goes before this one and wants one of its names (R2). */
  #queueObstacle(key: string, claim: Claim, names: ReadonlySet<string>): string | undefined {
    let isBehind = false;
    for (const [otherKey, other] of this.#deferred) {
      if (otherKey === key) {
        isBehind = true;
        continue;
      }
      const { priority } = other.claim.by;
      // Those that follow it in the queue go first only with a higher priority.
      const goesFirst = isBehind ? priority > claim.by.priority : priority >= claim.by.priority;
      if (!goesFirst) continue;
      const name = names.values().find((one) => other.names.has(one));
      if (name === undefined || this.#isGivenUp(otherKey, other)) continue;
      return `${claimantText(other.claim.by)} waits for "${name}" before it`;
    }
    return undefined;
  }

  /** Counts that `other` holds somebody up, and forgets it where it has done so too often for no reason (R3). */
  #isGivenUp(key: string, other: Deferred): boolean {
    if (this.#heldObstacle(other.names) !== undefined) return false;
    if (++other.passes > MOST_PASSES) return this.#deferred.delete(key);
    this.#nudges++;
    return false;
  }

  #defer(key: string, claim: Claim, names: ReadonlySet<string>, reason: string): Verdict {
    if (!this.#deferred.has(key) && this.#deferred.size >= MOST_DEFERRED) this.#forgetIdle();
    if (!this.#deferred.has(key) && this.#deferred.size >= MOST_DEFERRED) {
      return { verdict: "denied", reason: `${MOST_DEFERRED} claims are waiting already` };
    }
    // Setting a key that exists keeps its place.
    this.#deferred.set(key, { claim, names, passes: 0 });
    return { verdict: "deferred", reason };
  }

  /** Forgets the claims that nothing keeps from being granted, yet nobody asks for. */
  #forgetIdle(): void {
    for (const [key, other] of this.#deferred) {
      if (this.#heldObstacle(other.names) === undefined) this.#deferred.delete(key);
    }
  }
}

function claimKey(claim: Claim): string {
  return JSON.stringify([claim.by.run, claim.by.node, claim.by.item ?? -1, [...claim.exclusive].sort()]);
}

function claimantText(by: Claimant): string {
  const item = by.item === undefined ? "" : `[${by.item}]`;
  return `node "${by.node}${item}" of run "${by.run}"`;
}

/** A quality that is not a number counts as none. */
function quality(candidate: Candidate): number {
  return Number.isFinite(candidate.quality) ? candidate.quality : -1;
}
