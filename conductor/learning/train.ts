/**
 * A candidate learned anew from the whole log: each row is first used to compare (the candidate has not seen it), then
 * to learn. So the comparison is of a policy while it learns, never of one that has read the answers.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type ComparedRow, comparedRow, compareRows, type Comparison } from "./comparison.ts";
import type { DecisionRecord } from "../decision.ts";
import type { Dataset } from "./dataset.ts";
import { SimpleConductor } from "../simple_conductor.ts";
import { type JoinedLog, rewardOfRow } from "./log_rows.ts";
import { simpleOutcome } from "./policy_session.ts";
import { RoutePolicy } from "./route_policy.ts";
import { requestOf, routeFacts, routeOutcome } from "./route_record.ts";
import type { RouterOptions } from "../routing/router.ts";

/** Share of the log that a candidate learns before it is compared. */
const BURN_IN = 0.1;

export interface Trained {
  readonly policy: RoutePolicy;
  readonly simple: SimpleConductor;
  /** Decisions that still wait for their outcome. */
  readonly pending: readonly DecisionRecord[];
  /** Undefined where the log is too short to compare anything. */
  readonly comparison: Comparison | undefined;
  /** Outcomes it has learned. */
  readonly learned: number;
}

/** Learns the rows for training and is then compared on those for validation, which it never learns. */
export function trainOn({ train: rows, validation }: Dataset, options: RouterOptions): Trained {
  // Without rows for validation the comparison is of the policy while it learns.
  if (validation.length === 0) return train({ rows, changes: [], end: 0 }, options);
  const trained = train({ rows, changes: [], end: 0 }, options);
  const compared: ComparedRow[] = [];
  for (const row of validation) {
    const { decision } = row;
    const reward = rewardOfRow(row);
    const { standard, mode } = routeFacts(decision);
    trained.policy.meet(requestOf(decision), decision.masked.map(({ action }) => action));
    if (reward === undefined || mode !== "learned") continue;
    const { propensities } = trained.policy.propose(requestOf(decision), standard);
    compared.push(comparedRow(decision, reward, propensities));
  }
  return { ...trained, comparison: compareRows(compared) };
}

/** Learns every routing decision of the log. */
export function train(log: JoinedLog, options: RouterOptions): Trained {
  const policy = new RoutePolicy(options);
  const simple = new SimpleConductor();
  const rows = log.rows.filter(({ decision }) => decision.type === "route");
  const compared: ComparedRow[] = [];
  let learned = 0;
  rows.forEach((row, at) => {
    const { decision, outcome } = row;
    policy.meet(requestOf(decision), decision.masked.map(({ action }) => action));
    if (outcome !== undefined) simple.report(simpleOutcome(decision, outcome));
    const seen = outcome === undefined ? undefined : routeOutcome(outcome);
    if (seen === undefined) return;
    const request = requestOf(decision);
    const { standard, mode } = routeFacts(decision);
    const reward = rewardOfRow(row);
    // Where nothing was drawn, no other choice could have been seen.
    if (reward !== undefined && mode === "learned" && at >= rows.length * BURN_IN) {
      compared.push(comparedRow(decision, reward, policy.propose(request, standard).propensities));
    }
    const propensity = decision.propensities[decision.action] ?? 1;
    policy.learn({ request, action: decision.action, propensity, standard, outcome: seen });
    learned++;
  });
  const pending = rows.filter(({ outcome }) => outcome === undefined).map(({ decision }) => decision).slice(
    -512,
  );
  return { policy, simple, pending, comparison: compareRows(compared), learned };
}
