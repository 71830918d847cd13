/**
 * Asks the Conductor what to do after a failed attempt of a routed node, within the limits of the run: the node's retry
 * policy, the run's budget and deadline.
 *
 * @module
 */

import type { NodeFailure } from "../policy/failure.ts";
import type { Recovery } from "../policy/recovery.ts";
import type { InstrumentOption } from "../ports/conductor.ts";
import type { AttemptResult, FailedAttempt, NodePosition } from "../ports/recovery.ts";
import type { CallNode, WorkflowDefinition } from "../workflow/definition.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import type { Assignment } from "./run_assignment.ts";
import type { RunScope, Unit } from "./run_scope.ts";
import type { Driver } from "./run_services.ts";
import { retryDelay } from "./retry.ts";
import { spentOf } from "./reading.ts";

/** What is left of the run's money and time. */
export interface RunLimits {
  readonly budgetUsd?: number;
  readonly budgetTokens?: number;
  readonly deadlineSeconds?: number;
}

/** What to do after `failure`; undefined where the plain retry holds. */
export function recover(
  driver: Driver,
  scope: RunScope,
  unit: Unit,
  { assigned, definition, failure, limits, root }: {
    readonly assigned: Assignment;
    readonly definition: CallNode;
    readonly failure: NodeFailure;
    readonly limits: RunLimits;
    readonly root: WorkflowDefinition;
  },
): Recovery | undefined {
  const { recovery } = driver.services;
  if (recovery === undefined || assigned.task === undefined || failure.class === "cancelled") {
    return undefined;
  }
  const node = scope.plan.nodes[unit.node] as PlanNode;
  const spent = spentOf(scope.state, unit.node, unit.item);
  const { tried } = scope.attempts.of(node.id, unit.item);
  const delayMs = retryDelay(definition.retry, failure, spent, () => 0) ?? 0;
  const failed: FailedAttempt = {
    run: driver.setup.run,
    node: node.id,
    kind: definition.use,
    importance: definition.importance,
    position: positionOf(scope.plan, unit.node),
    instrument: assigned.type.type,
    failure,
    options: assigned.options,
    tried: [...tried, assigned.type.type],
    attempts: spent + 1,
    attemptsLeft: Math.max(0, definition.retry.max - spent),
    delaySeconds: delayMs / 1000,
    mayAsk: driver.services.mayAsk ?? false,
    ...(root.preference === undefined ? {} : { preference: root.preference }),
    ...limits,
  };
  const chosen = recovery.recover(failed);
  // A retry that would begin after the deadline is none.
  const deadline = limits.deadlineSeconds;
  if (deadline !== undefined && deadline <= 0 && chosen.action !== "ask") {
    return { action: "give-up", reason: "the run's time is over" };
  }
  return chosen;
}

/** Tells how an attempt ended. */
export function attempted(
  driver: Driver,
  scope: RunScope,
  unit: Unit,
  result: Omit<AttemptResult, "after">,
): void {
  const { recovery } = driver.services;
  if (recovery === undefined || result.failure === "cancelled") return;
  const before = scope.attempts.of((scope.plan.nodes[unit.node] as PlanNode).id, unit.item);
  const after = before.recovery === undefined || before.failure === undefined
    ? {}
    : { after: { recovery: before.recovery, failure: before.failure.class } };
  recovery.attempted({ ...result, ...after });
}

/** The instruments that may be asked for the next attempt, by what was chosen after the last. */
export function narrowed(
  options: readonly InstrumentOption[],
  recovery: Recovery | undefined,
): readonly InstrumentOption[] {
  if (recovery?.instrument === undefined || recovery.action === "fall-back") return options;
  const named = options.filter(({ instrument }) => instrument === recovery.instrument);
  return named.length > 0 ? named : options;
}

function positionOf({ indegree, offsets }: Plan, node: number): NodePosition {
  if (indegree[node] === 0) return "first";
  return offsets[node] === offsets[node + 1] ? "final" : "middle";
}
