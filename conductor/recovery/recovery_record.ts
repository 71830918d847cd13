/**
 * A recovery decision as the log keeps it, and back: what was allowed, what was believed, what was planned with. It is
 * enough to plan again under another preference, which is how `explain` finds what would have flipped it.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NodeTypeId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { FailureClass } from "../../core/policy/failure.ts";
import type { Preference } from "../../core/policy/preference.ts";
import { preferences } from "../../core/policy/preference.ts";
import type { NodePosition } from "../../core/ports/recovery.ts";
import type { Importance } from "../../core/workflow/definition.ts";
import type { DecisionRecord, Heads } from "../decision.ts";
import { failureKind, failureKinds } from "./failure_kind.ts";
import { worthOf } from "./patience.ts";
import { type LearnedAction, learnedActions } from "./recovery_belief.ts";
import type { RecoveryChances } from "./recovery_belief.ts";
import { costsOf, type ExpectedByAction } from "./recovery_choices.ts";
import { type ActionValue, actionValues, type ByAction } from "./recovery_plan.ts";
import type { RecoveryAccount } from "./recovery_policy.ts";

/** Who decided: what was learned, by samples or by means; or what held before anything was learned. */
export type RecoveryMode = "learned" | "means" | "default";

/** What a record's `facts` hold for a recovery decision. */
export interface RecoveryFacts {
  readonly mode: RecoveryMode;
  /** The failure, and who failed. */
  readonly after: FailureClass;
  readonly instrument: NodeTypeId;
  /** Who is to do it next, where that was decided. */
  readonly next?: NodeTypeId;
  readonly importance: Importance;
  readonly position: NodePosition;
  readonly reason: string;
  /** Outcomes of each action after such failures of this kind of task, in the order of the record's actions. */
  readonly seen: readonly number[];
  readonly attemptsLeft: number;
  readonly untried: number;
  readonly mayAsk: boolean;
  readonly expected: ExpectedByAction;
  readonly qualities: ByAction;
  /** Mean chances; see RecoveryChances. */
  readonly success: readonly number[];
  readonly following: readonly number[];
}

/** The record's facts. Records are written by this program alone, so their shape is taken as it is. */
export function recoveryFacts({ facts }: DecisionRecord): RecoveryFacts {
  return facts as unknown as RecoveryFacts;
}

export function recoveryRecord(
  account: RecoveryAccount,
  { id, at, propensities, mode }: {
    readonly id: string;
    readonly at: number;
    readonly propensities: readonly number[];
    readonly mode: RecoveryMode;
  },
): DecisionRecord {
  const { failed, chosen, values, masked, choices, beliefs } = account;
  const facts: RecoveryFacts = {
    mode,
    after: failed.failure.class,
    instrument: failed.instrument,
    ...(chosen.instrument === undefined ? {} : { next: chosen.instrument }),
    importance: failed.importance,
    position: failed.position,
    reason: chosen.reason,
    seen: values.map(({ action }) => (action === "give-up" ? 0 : beliefs.seen[action])),
    attemptsLeft: choices.attemptsLeft,
    untried: choices.untried.length,
    mayAsk: failed.mayAsk,
    expected: choices.expected,
    qualities: choices.qualities,
    success: rounded(beliefs.chances.success),
    following: rounded(beliefs.chances.next),
  };
  const preference = failed.preference ?? preferences.balanced;
  const actions = values.map(({ action }) => action);
  const action = actions.indexOf(chosen.action as LearnedAction);
  const means = valuesUnder(facts, new Set(masked.map((one) => one.action)), preference);
  const scores = actions.map((name) => means.find((one) => one.action === name)?.value ?? 0);
  return {
    id,
    type: "recover",
    at,
    run: failed.run,
    node: failed.node,
    attempt: failed.attempts,
    kind: failed.kind,
    features: [],
    preference,
    actions,
    masked,
    action,
    propensities,
    heads: actions.map((name) => headsOf(name, account, means)),
    scores,
    explored: (scores[action] ?? 0) < Math.max(...scores),
    policy: mode === "default" ? "default" : "recovery",
    facts: facts as unknown as JsonObject,
  };
}

/** What each action would have been worth under another preference, the best first. */
export function valuesOfRecord(record: DecisionRecord, preference: Preference): readonly ActionValue[] {
  const masked = new Set(record.masked.map(({ action }) => action));
  return valuesUnder(recoveryFacts(record), masked, preference);
}

function valuesUnder(
  facts: RecoveryFacts,
  masked: ReadonlySet<string>,
  preference: Preference,
): readonly ActionValue[] {
  const chances: RecoveryChances = {
    success: Float64Array.from(facts.success),
    next: Float64Array.from(facts.following),
  };
  return actionValues({
    chances,
    costs: costsOf(facts.expected, preference),
    qualities: facts.qualities,
    worth: worthOf(facts.importance, facts.position),
    attemptsLeft: facts.attemptsLeft,
    untried: facts.untried,
    mayAsk: facts.mayAsk,
    masked: new Set(learnedActions.filter((action) => masked.has(action))),
    kind: failureKinds.indexOf(failureKind(facts.after)),
  });
}

function headsOf(
  action: ActionValue["action"],
  { choices, beliefs }: RecoveryAccount,
  means: readonly ActionValue[],
): Heads {
  if (action === "give-up") return { quality: 0, qualitySd: 0, usd: 0, seconds: 0, failure: 1 };
  const success = means.find((one) => one.action === action)?.success ?? 0;
  const quality = choices.qualities[action];
  return {
    quality: success * quality,
    qualitySd: beliefs.spread[action] * quality,
    ...choices.expected[action],
    failure: 1 - success,
  };
}

function rounded(chances: Float64Array): readonly number[] {
  return Array.from(chances, (chance) => Math.round(chance * 1e4) / 1e4);
}
