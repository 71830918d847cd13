/**
 * The decision log: what every learner of the Conductor writes when it decides, and what is joined to it when the
 * outcome is known. Training, replay, off-policy evaluation and `explain` read nothing else.
 *
 * Ring: conductor, pure; `DecisionLogPort` is the door to where it is kept.
 *
 * @module
 */

import type { JsonObject } from "../core/json.ts";
import type { FailureClass } from "../core/policy/failure.ts";
import type { Preference } from "../core/policy/preference.ts";

/** Which of the Conductor's learners decided. */
export type DecisionType = "route" | "dispatch" | "prewarm" | "recover" | "compose";

/** A prediction for one action: the mean of each head, and the spread of what is not known well. */
export interface Heads {
  /** 0 to 1. */
  readonly quality: number;
  /** Standard deviation of the quality's mean under the posterior. */
  readonly qualitySd: number;
  readonly usd: number;
  readonly seconds: number;
  /** Probability of a failure that can be seen. */
  readonly failure: number;
}

/** One decision, as it was taken. Written once, never changed. */
export interface DecisionRecord {
  /** Unique; sorts by time. */
  readonly id: string;
  readonly type: DecisionType;
  /** Unix milliseconds. */
  readonly at: number;
  /** Run, node and attempt, where there are any. */
  readonly run?: string;
  readonly node?: string;
  readonly attempt?: number;
  /** The kind of work: the task's name; slashes make a hierarchy, as in `review/security`. */
  readonly kind: string;
  readonly features: readonly number[];
  readonly preference: Preference;
  /** Actions that were allowed, by name; the arrays below are in this order. */
  readonly actions: readonly string[];
  /** Actions that were masked, each with the reason. */
  readonly masked: readonly { readonly action: string; readonly reason: string }[];
  /** Index into `actions`. */
  readonly action: number;
  /** The probability with which the policy takes each allowed action in this state; they sum to 1. */
  readonly propensities: readonly number[];
  readonly heads: readonly Heads[];
  /** Mean of the reward that the policy expected of each action. */
  readonly scores: readonly number[];
  /** True where chance, not the best mean, chose. */
  readonly explored: boolean;
  /** Which snapshot decided. */
  readonly policy: string;
  /** The learner's own facts: weights of structures, contributions, the stage of a promotion. */
  readonly facts?: JsonObject;
}

/** What came of a decision. Later ones of the same decision (a person's verdict) add to earlier ones. */
export interface OutcomeRecord {
  readonly decision: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** 0 to 1; absent where nothing could measure it. */
  readonly quality?: number;
  /** Who measured it: a validator's name, `arbitration`, `person`, `downstream`. */
  readonly source?: string;
  readonly usd?: number;
  readonly seconds?: number;
  readonly failure?: FailureClass;
  /** What a person said about it. */
  readonly note?: string;
}

/** True for a later word on an answer that had its outcome before: a person's, or what it was worth downstream. */
export function isJudgement({ source }: OutcomeRecord): boolean {
  return source === "person" || source === "downstream";
}

export type LogEntry =
  | { readonly entry: "decision"; readonly decision: DecisionRecord }
  | { readonly entry: "outcome"; readonly outcome: OutcomeRecord }
  | { readonly entry: "policy"; readonly change: PolicyChange };

/** A change of who decides: a promotion, a rollback, the kill switch. */
export interface PolicyChange {
  /** Unix milliseconds. */
  readonly at: number;
  readonly change: "train" | "shadow" | "canary" | "full" | "rollback" | "freeze" | "unfreeze";
  readonly policy: string;
  /** Who or what brought it about, with the figures. */
  readonly reason: string;
}

/** Where decisions are kept: append only. */
export interface DecisionLogPort {
  /** Adds entries in order. Does not wait for the disk; see `flush`. */
  append(entries: readonly LogEntry[]): void;
  /** Resolves when everything appended before is durable. @throws SymphonyError `disk-full` | `io` */
  flush(): Promise<void>;
  /**
   * All entries in order from a position on, each with the position behind it; 0 is the beginning. A torn entry (a crash
   * while writing) is left out.
   */
  read(from?: number): AsyncIterable<PlacedEntry>;
  /** The position behind the last durable entry, whoever wrote it. */
  end(): Promise<number>;
}

export interface PlacedEntry {
  readonly entry: LogEntry;
  /** Where the next entry begins. */
  readonly next: number;
}
