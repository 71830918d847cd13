/**
 * Takes every routing decision of the log again, from nothing, and compares: equal probabilities and equal choices mean
 * that the log is whole and that the policy is what it says it is.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type DecisionLogPort, type DecisionRecord, isJudgement } from "../decision.ts";
import { decisionsOf, type Judged, judgedIds } from "./judged.ts";
import { CANARY_SHARE, firstState } from "./policy_state.ts";
import { optionsFor, roundOf } from "./policy_session.ts";
import { RoutePolicy } from "./route_policy.ts";
import { requestOf, routeFacts, routeOutcome } from "./route_record.ts";

export interface Replay {
  readonly decisions: number;
  readonly equal: number;
  /** Behind a change of policy nothing can be compared: a promoted policy began elsewhere. */
  readonly notCompared: number;
  /** The first decision that came out otherwise. */
  readonly firstDifference?: {
    readonly decision: string;
    readonly logged: string;
    readonly replayed: string;
  };
}

export async function replayLog(log: DecisionLogPort): Promise<Replay> {
  const policy = new RoutePolicy(optionsFor(firstState.incumbent));
  const pending = new Map<string, DecisionRecord>();
  let [decisions, equal, notCompared] = [0, 0, 0];
  let firstDifference: Replay["firstDifference"];
  let isComparable = true;
  const judged: Judged = new Map();
  await decisionsOf(log, await judgedIds(log), judged);
  for await (const { entry } of log.read()) {
    if (entry.entry === "policy") {
      if (entry.change.change === "full" || entry.change.change === "rollback") isComparable = false;
      continue;
    }
    if (entry.entry === "decision") {
      if (entry.decision.type !== "route") continue;
      pending.set(entry.decision.id, entry.decision);
      policy.meet(requestOf(entry.decision), entry.decision.masked.map(({ action }) => action));
      decisions++;
      if (!isComparable || entry.decision.policy !== firstState.incumbent) {
        notCompared++;
        continue;
      }
      const replayed = decideAgain(policy, entry.decision);
      const logged = entry.decision.actions[entry.decision.action] ?? "";
      if (replayed === logged) equal++;
      else firstDifference ??= { decision: entry.decision.id, logged, replayed };
      continue;
    }
    const decision = pending.get(entry.outcome.decision);
    pending.delete(entry.outcome.decision);
    if (decision === undefined && isJudgement(entry.outcome)) {
      const of = judged.get(entry.outcome.decision);
      if (of?.type === "route") policy.judge(roundOf(of, entry.outcome));
      continue;
    }
    const seen = routeOutcome(entry.outcome);
    if (decision === undefined || seen === undefined) continue;
    policy.learn({
      request: requestOf(decision),
      action: decision.action,
      propensity: decision.propensities[decision.action] ?? 1,
      standard: routeFacts(decision).standard,
      outcome: seen,
    });
  }
  return { decisions, equal, notCompared, ...(firstDifference === undefined ? {} : { firstDifference }) };
}

/** The choice that comes out; with a note where the probabilities differ although the choice does not. */
function decideAgain(policy: RoutePolicy, decision: DecisionRecord): string {
  const { standard, mode, isCanary, shadow } = routeFacts(decision);
  const own = policy.propose(requestOf(decision), standard);
  const propensities = isCanary === true && shadow !== undefined
    ? own.propensities.map((value, at) =>
      (1 - CANARY_SHARE) * value + CANARY_SHARE * (shadow.propensities[at] ?? 0)
    )
    : own.propensities;
  const action = mode === "learned" ? policy.draw(propensities) : own.action;
  const name = decision.actions[action] ?? "";
  if (mode === "means" || decision.propensities.every((value, at) => value === propensities[at])) return name;
  return `${name}, with other probabilities`;
}
