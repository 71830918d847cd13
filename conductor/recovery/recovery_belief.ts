/**
 * What is believed of actions after failures: for each kind of task, kind of failure and action, the chance that the next
 * attempt succeeds (a Beta), and what it fails with where it does not. A task's own counts are added to what all tasks
 * together have shown, worth six observations; those begin from priors worth four, taken from measurements:
 * repeating a failed agentic task on the same system succeeds in 4 to 17 % of cases, the strongest system in 26 to 54 %;
 * answers that do not decode are mended by another instrument in 60 to 80 %.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import type { SeededRandom } from "../random.ts";
import { type FailureKind, failureKinds } from "./failure_kind.ts";

/** The actions that lead to another attempt, and asking a person. */
export const learnedActions = ["retry", "correct", "fall-back", "escalate", "ask"] as const;
export type LearnedAction = (typeof learnedActions)[number];

const KINDS = failureKinds.length;
const ACTIONS = learnedActions.length;
const CELLS = KINDS * ACTIONS;

/** Prior success of retry, correct, fall-back, escalate, ask. */
const PRIOR: Readonly<Record<FailureKind, readonly [number, number, number, number, number]>> = {
  transient: [0.7, 0.7, 0.9, 0.9, 0.8],
  limited: [0.6, 0.6, 0.9, 0.9, 0.8],
  timeout: [0.5, 0.5, 0.7, 0.65, 0.7],
  crash: [0.5, 0.45, 0.85, 0.85, 0.7],
  format: [0.35, 0.5, 0.6, 0.8, 0.6],
  quality: [0.1, 0.25, 0.3, 0.4, 0.6],
  refused: [0.02, 0.1, 0.6, 0.65, 0.8],
  hopeless: [0.01, 0.02, 0.02, 0.02, 0.5],
};
const PRIOR_WORTH = 4;
/** Observations that the counts of all tasks together are worth. */
export const POOLED_WORTH = 6;
/** A next failure is of the same kind as the last with this prior weight, of each other kind with a small one. */
const SAME_AGAIN = 2;
const OTHER_KIND = 0.15;

/** Success chances by failure kind and action, sampled or mean; and what failures follow failures. */
export interface RecoveryChances {
  /** `success[kind * 5 + action]`. */
  readonly success: Float64Array;
  /** `next[from * 8 + to]`, each row summing to 1: of failures, what they are with. */
  readonly next: Float64Array;
}

/** Counts of one kind of task, or of all. */
export class RecoveryCounts {
  readonly successes = new Float64Array(CELLS);
  readonly failures = new Float64Array(CELLS);
  readonly next = new Float64Array(KINDS * KINDS);

  note(from: FailureKind, action: LearnedAction, to: FailureKind | undefined): void {
    const kind = failureKinds.indexOf(from);
    const cell = kind * ACTIONS + learnedActions.indexOf(action);
    if (to === undefined) {
      this.successes[cell] = (this.successes[cell] as number) + 1;
      return;
    }
    this.failures[cell] = (this.failures[cell] as number) + 1;
    const at = kind * KINDS + failureKinds.indexOf(to);
    this.next[at] = (this.next[at] as number) + 1;
  }

  /** Outcomes of an action after such failures. */
  seen(from: FailureKind, action: LearnedAction): number {
    const cell = failureKinds.indexOf(from) * ACTIONS + learnedActions.indexOf(action);
    return (this.successes[cell] as number) + (this.failures[cell] as number);
  }

  write(numbers: NumberWriter): void {
    numbers.array(this.successes).array(this.failures).array(this.next);
  }

  /** @throws SymphonyError `corrupt` */
  read(numbers: NumberReader): void {
    this.successes.set(numbers.array(CELLS));
    this.failures.set(numbers.array(CELLS));
    this.next.set(numbers.array(KINDS * KINDS));
  }
}

/** Chances for a kind of task: its own counts on top of all counts on top of the priors. Means without `random`. */
export function chancesOf(own: RecoveryCounts, all: RecoveryCounts, random?: SeededRandom): RecoveryChances {
  const success = new Float64Array(CELLS);
  failureKinds.forEach((kind, row) => {
    for (let action = 0; action < ACTIONS; action++) {
      const cell = row * ACTIONS + action;
      const prior = PRIOR[kind][action] as number;
      const pooledWins = PRIOR_WORTH * prior + (all.successes[cell] as number);
      const pooled = pooledWins /
        (PRIOR_WORTH + (all.successes[cell] as number) + (all.failures[cell] as number));
      const wins = POOLED_WORTH * pooled + (own.successes[cell] as number);
      const losses = POOLED_WORTH * (1 - pooled) + (own.failures[cell] as number);
      success[cell] = random === undefined ? wins / (wins + losses) : random.beta(wins, losses);
    }
  });
  const next = new Float64Array(KINDS * KINDS);
  for (let from = 0; from < KINDS; from++) {
    let sum = 0;
    for (let to = 0; to < KINDS; to++) {
      const at = from * KINDS + to;
      const weight = (from === to ? SAME_AGAIN : OTHER_KIND) + (all.next[at] as number) +
        (own.next[at] as number);
      next[at] = weight;
      sum += weight;
    }
    for (let to = 0; to < KINDS; to++) next[from * KINDS + to] = (next[from * KINDS + to] as number) / sum;
  }
  return { success, next };
}
