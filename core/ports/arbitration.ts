/**
 * Who gets what, and whose result wins.
 *
 * @module
 */

import type { NodeId, RunId } from "../ids.ts";

export interface Claimant {
  readonly run: RunId;
  readonly node: NodeId;
  readonly item?: number;
  /** Whose work it is; without it, the one person at this machine. */
  readonly user?: string;
  /** Higher goes first; 0 is ordinary. */
  readonly priority: number;
}

export interface Claim {
  readonly by: Claimant;
  /**
   * Names of exclusive things; all or none are granted. What begins with `file:/` is the full path of a file or folder, and a
   * folder is in the way of what is in it.
   */
  readonly exclusive: readonly string[];
  /**
   * How much of what can be shared, for example `{ "cpu": 1, "memory": 512e6, "tokens:openai": 4000 }`. A kind is held
   * until release, or used up where it has a rate. A kind that nobody set a limit for is not counted.
   */
  readonly amounts?: Readonly<Record<string, number>>;
  /** What it holds together with others, for example the memory of the instance that it is carried out on. */
  readonly joint?: readonly JointAmount[];
}

/**
 * An amount that up to `claims` claims of the same `of` hold together: the first of them takes it, the last one gives it
 * back, and one more than `claims` takes it again. Each counts with its part of it as its run's and its user's share.
 */
export interface JointAmount {
  readonly kind: string;
  /** Of what: claims that say the same hold it together. */
  readonly of: string;
  readonly amount: number;
  readonly claims: number;
}

/** The end of a wait. */
export type Decision =
  | { readonly verdict: "granted"; readonly reason: string; readonly token: number }
  | { readonly verdict: "denied"; readonly reason: string };

export type Verdict =
  | Decision
  | {
    readonly verdict: "deferred";
    readonly reason: string;
    /** Ask again after so many milliseconds at the latest, also when nothing is released; for rates. */
    readonly waitMs?: number;
    /** The kind that there is too little of at this moment; without it somebody holds a name, or goes before. */
    readonly short?: string;
  };

/** A claim that stands in the line until it is decided or leaves. */
export interface Standing {
  readonly verdict: "deferred";
  /** Why it waits at this moment. */
  reason(): string;
  /** Gives up its place; without effect once it was decided. */
  leave(): void;
}

export interface Candidate {
  readonly from: string;
  /** 0 to 1; NaN where nothing measured it. */
  readonly quality: number;
}

/** What a judge said of two candidates, named by their places; a tie has no winner. */
export interface Judgement {
  readonly pair: readonly [number, number];
  readonly winner: number | undefined;
}

/** How the work of one user, or of one run, has fared. */
export interface ShareReading {
  readonly of: string;
  readonly weight: number;
  /** The largest share of any kind that is held now, 0 to 1 (Ghodsi et al., Dominant Resource Fairness, NSDI 2011). */
  readonly dominantShare: number;
  /** Of the kind of which it had most: share × milliseconds, what was used up of a rate included, halved every minute. */
  readonly recentUse: number;
  readonly grants: number;
  readonly waiting: number;
  readonly meanWaitMs: number;
  readonly longestWaitMs: number;
}

export interface FairnessReading {
  readonly users: readonly ShareReading[];
  readonly runs: readonly ShareReading[];
  /** Gini coefficient of weighted recent use among users: 0 all alike, towards 1 one has everything. */
  readonly gini: number;
}

/** One limit and how much of it is taken. */
export interface LimitReading {
  readonly kind: string;
  /** What there is at once: of a rate, what may go out in one burst. */
  readonly total: number;
  readonly free: number;
  /** For a rate. */
  readonly perMinute?: number;
}

/** A claim that waits. */
export interface WaitingReading {
  readonly by: Claimant;
  /** In words: for what, or for whom. */
  readonly reason: string;
  /** Unix milliseconds of the first request. */
  readonly since: number;
}

export interface ArbitrationPort {
  /** True where the kind is limited, so that a claim for it can be deferred. */
  counts(kind: string): boolean;
  limits(): readonly LimitReading[];
  /** Another number once a person has set other limits while the process is at work. */
  limitsVersion(): number;
  /**
   * Decides at once; a deferred claim keeps its place, and may be asked again after any release. Whoever asks goes on asking until
   * it is decided, or withdraws it: until then it holds up those behind it. Deterministic.
   */
  request(claim: Claim): Verdict;
  /**
   * Decides at once, or lets the claim stand in the line: then `decided` hears the end of it as soon as it is its turn, and
   * nobody needs to ask again. It is called once, never within this call, and not after the claim has left.
   */
  stand(claim: Claim, decided: (decision: Decision) => void): Decision | Standing;
  /**
   * Gives back what a granted claim holds; false where the token is unknown. `used` says what was needed of kinds that are
   * used up, where that is known: what was claimed beyond it comes back, and what was used beyond the claim is owed.
   */
  release(token: number, used?: Readonly<Record<string, number>>): boolean;
  /** Resolves when something was released since the call, or one that was asked again was granted before others. */
  released(): Promise<void>;
  /** Gives up a claim that was deferred; false where it does not wait. */
  withdraw(claim: Claim): boolean;
  /**
   * The winner's place in `candidates` and why. With judgements of pairs, who wins most of them (a tie is half a win); else,
   * and among equals, who has the best quality; then the first. @throws RangeError for an empty list
   */
  choose(
    candidates: readonly Candidate[],
    judgements?: readonly Judgement[],
  ): { readonly winner: number; readonly reason: string };
  fairness(): FairnessReading;
  /** What waits, in the order of the first requests. */
  waiting(): readonly WaitingReading[];
}
