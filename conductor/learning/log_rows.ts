/**
 * The log as decisions with what came of them, in the order of the decisions.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { isJudgement } from "../decision.ts";
import type { DecisionLogPort, DecisionRecord, OutcomeRecord, PolicyChange } from "../decision.ts";
import { rewardOf } from "./route_policy.ts";
import { requestOf, routeOutcome } from "./route_record.ts";

export interface JoinedDecision {
  readonly decision: DecisionRecord;
  /** Undefined while the call is under way, or where its process died. */
  readonly outcome: OutcomeRecord | undefined;
  /** What was known before anybody judged it, where somebody did. */
  readonly measured?: OutcomeRecord;
}

export interface JoinedLog {
  readonly rows: readonly JoinedDecision[];
  readonly changes: readonly PolicyChange[];
  /** Position behind the last entry. */
  readonly end: number;
}

/** Reads the whole log. Of several outcomes of one decision a person's quality counts, else the last. */
export async function joinLog(log: DecisionLogPort): Promise<JoinedLog> {
  const decisions: DecisionRecord[] = [];
  const outcomes = new Map<string, OutcomeRecord>();
  const measured = new Map<string, OutcomeRecord>();
  const changes: PolicyChange[] = [];
  let end = 0;
  for await (const { entry, next } of log.read()) {
    end = next;
    if (entry.entry === "decision") decisions.push(entry.decision);
    else if (entry.entry === "policy") changes.push(entry.change);
    else {
      const { outcome } = entry;
      const before = outcomes.get(outcome.decision);
      if (before !== undefined && isJudgement(outcome) && !isJudgement(before)) {
        measured.set(outcome.decision, before);
      }
      outcomes.set(outcome.decision, before === undefined ? outcome : merged(before, outcome));
    }
  }
  const rows = decisions.map((decision) => {
    const before = measured.get(decision.id);
    return {
      decision,
      outcome: outcomes.get(decision.id),
      ...(before === undefined ? {} : { measured: before }),
    };
  });
  return { rows, changes, end };
}

function merged(before: OutcomeRecord, later: OutcomeRecord): OutcomeRecord {
  if (before.source === "person" && later.source !== "person") {
    const { quality, source } = before;
    return { ...before, ...later, source, ...(quality === undefined ? {} : { quality }) };
  }
  return { ...before, ...later };
}

/** The reward of a routing decision; undefined where its quality is unknown or says nothing of the instrument. */
export function rewardOfRow({ decision, outcome }: JoinedDecision): number | undefined {
  if (decision.type !== "route") return undefined;
  const seen = outcome === undefined ? undefined : routeOutcome(outcome);
  if (seen === undefined || seen.failure === "transient") return undefined;
  const head = decision.heads[decision.action];
  return rewardOf(requestOf(decision), seen, head?.usd ?? 0, head?.seconds ?? 0);
}
