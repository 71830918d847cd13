/**
 * The best action after a failure by backward induction over the attempts that are left: a finite-horizon Markov decision
 * process whose state is the kind of the last failure, the attempts and the untried instruments that are left. Its
 * chances come from a posterior sample (posterior sampling for reinforcement learning: Strens 2000; Osband, Russo and Van
 * Roy 2013), so that what is not known well is tried in proportion to how likely it is to be best.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { failureKinds } from "./failure_kind.ts";
import type { Worth } from "./patience.ts";
import { type LearnedAction, learnedActions } from "./recovery_belief.ts";
import type { RecoveryChances } from "./recovery_belief.ts";

const KINDS = failureKinds.length;
const ACTIONS = learnedActions.length;
/** Untried instruments beyond this many are as many. */
export const MOST_UNTRIED = 3;
/** Attempts beyond this many are not planned for. */
export const MOST_PLANNED = 8;

/** A number for each action. */
export type ByAction = Readonly<Record<LearnedAction, number>>;

export interface ActionValue {
  readonly action: LearnedAction | "give-up";
  readonly value: number;
  /** Chance that the next attempt succeeds; 0 for giving up. */
  readonly success: number;
}

export interface PlanInput {
  readonly chances: RecoveryChances;
  /** What each action costs, in worth; and the quality of what it leads to, 0 to 1, where it succeeds. */
  readonly costs: ByAction;
  readonly qualities: ByAction;
  readonly worth: Worth;
  readonly attemptsLeft: number;
  readonly untried: number;
  readonly mayAsk: boolean;
  /** Actions that are not allowed now (they may be later). */
  readonly masked: ReadonlySet<LearnedAction>;
  /** Index of the last failure's kind. */
  readonly kind: number;
}

/** The values of all allowed actions, the best first. Giving up is always allowed. O(attempts × instruments × 8 × 8 × 5). */
export function actionValues(input: PlanInput): readonly ActionValue[] {
  const { worth, masked, kind } = input;
  const attempts = Math.min(input.attemptsLeft, MOST_PLANNED);
  const untried = Math.min(input.untried, MOST_UNTRIED);
  // values[left instruments][kind] with one attempt less each round.
  let later = Array.from({ length: untried + 1 }, () => new Float64Array(KINDS).fill(worth.failure));
  for (let left = 1; left < attempts; left++) {
    later = later.map((_, others) => {
      const values = new Float64Array(KINDS);
      for (let from = 0; from < KINDS; from++) {
        let best = worth.failure;
        for (let action = 0; action < ACTIONS; action++) {
          const value = actionValue(input, { from, action, others, later });
          if (value !== undefined && value > best) best = value;
        }
        values[from] = best;
      }
      return values;
    });
  }
  const found: ActionValue[] = [{ action: "give-up", value: worth.failure, success: 0 }];
  for (let action = 0; action < ACTIONS; action++) {
    const name = learnedActions[action] as LearnedAction;
    if (masked.has(name) || (attempts === 0 && name !== "ask")) continue;
    const value = actionValue(input, { from: kind, action, others: untried, later });
    if (value === undefined) continue;
    found.push({ action: name, value, success: input.chances.success[kind * ACTIONS + action] as number });
  }
  return found.sort((a, b) => b.value - a.value);
}

/** Undefined where the action is impossible: no other instrument, nobody to ask. */
function actionValue(
  { chances, costs, qualities, worth, mayAsk }: PlanInput,
  { from, action, others, later }: {
    readonly from: number;
    readonly action: number;
    readonly others: number;
    readonly later: readonly Float64Array[];
  },
): number | undefined {
  const name = learnedActions[action] as LearnedAction;
  const success = chances.success[from * ACTIONS + action] as number;
  const good = worth.success * qualities[name];
  if (name === "ask") {
    return mayAsk ? success * good + (1 - success) * worth.failure - worth.asking : undefined;
  }
  const goesElsewhere = name === "fall-back" || name === "escalate";
  if (goesElsewhere && others === 0) return undefined;
  const behind = later[goesElsewhere ? others - 1 : others] as Float64Array;
  let failed = 0;
  for (let to = 0; to < KINDS; to++) {
    failed += (chances.next[from * KINDS + to] as number) * (behind[to] as number);
  }
  return success * good + (1 - success) * failed - costs[name];
}
