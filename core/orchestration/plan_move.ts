/**
 * Whether and how a run can be moved to another version of its workflow: what it keeps, what is done again and why, or
 * why it cannot be.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { JsonObject } from "../json.ts";
import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Catalog } from "../workflow/catalog.ts";
import { validate } from "../workflow/json_schema.ts";
import type { Plan, PlanNode } from "../workflow/plan.ts";
import { redoneNodes, writes } from "./kept_nodes.ts";
import type { RunState } from "./state.ts";
import { COMPLETED, FAILED, OPEN, PENDING, RUNNING, SKIPPED, stateNames, WAITING } from "./unit_state.ts";

/** What a move does. */
export interface MovePlan {
  /** Nodes that keep what they have. */
  readonly kept: readonly NodeId[];
  /** Nodes that had begun and begin anew, with the reason; those that left the workflow too. */
  readonly redone: readonly { readonly node: NodeId; readonly why: string }[];
  /** Nodes that the run did not have. */
  readonly added: readonly NodeId[];
  /** The run's inputs, with the new version's defaults. */
  readonly inputs: JsonObject;
}

interface Side {
  readonly plan: Plan;
  readonly catalog: Catalog;
}

/** The move of a run whose state is `state` from `before` to `now`; every reason against it where it cannot be. */
export function planMove(
  state: RunState,
  sides: { readonly before: Side; readonly now: Side; readonly inputs: JsonObject },
  options: { readonly mayWriteAgain: boolean },
): Result<MovePlan, readonly string[]> {
  const { before, now, inputs } = sides;
  const reasons: string[] = [];
  if (state.run === "completed") {
    reasons.push("it has completed; runs rerun --changed --workflow makes a new run of it");
  } else if (state.run === "cancelled") reasons.push("it was cancelled, which is for good");
  const { id } = before.plan.definition;
  if (now.plan.definition.id !== id) {
    reasons.push(`it is a run of "${id}", the file holds "${now.plan.definition.id}"`);
  }
  const given = movedInputs(now.plan, inputs, reasons);
  const redone = redoneNodes(
    { ...before, inputs },
    { ...now, inputs: given },
    {
      from: [],
      byCode: true,
      holds: (node) => isUntouched(state, before.plan, node) || holds(state, before.plan, node),
    },
  );
  const kept: NodeId[] = [];
  const again: { node: NodeId; why: string }[] = [];
  for (const node of before.plan.nodes) {
    if (state.states[node.index] === PENDING) continue;
    const next = now.plan.indexOf.get(node.id);
    const why = next === undefined ? "it is not in the new version" : redone[next];
    if (why === undefined) kept.push(node.id);
    else again.push({ node: node.id, why });
    if (why === undefined || next === undefined || options.mayWriteAgain) continue;
    const writesAgain = writes(node, before.catalog) && writes(now.plan.nodes[next] as PlanNode, now.catalog);
    if (state.states[node.index] === COMPLETED && writesAgain) {
      reasons.push(`"${node.id}" has written already and would write again, because ${why}`);
    }
  }
  if (reasons.length > 0) return err(reasons);
  const added = now.plan.nodes.filter((node) => !before.plan.indexOf.has(node.id)).map((node) => node.id);
  return ok({ kept, redone: again, added, inputs: given });
}

function movedInputs(plan: Plan, inputs: JsonObject, reasons: string[]): JsonObject {
  const given: Record<string, JsonObject[string]> = {};
  for (const [name, { schema, default: fallback }] of plan.definition.inputs) {
    const value = Object.hasOwn(inputs, name) ? inputs[name] : fallback;
    if (value === undefined) {
      reasons.push(`the new version needs the input "${name}", which the run was not given`);
      continue;
    }
    given[name] = value;
    const fault = typeof schema === "boolean" ? undefined : validate(schema, value)[0];
    if (fault !== undefined) {
      reasons.push(`the run's input "${name}" does not fit the new version: ${fault.message}`);
    }
  }
  return given;
}

/** True where nothing has happened to the node yet, so that nothing can be lost. */
function isUntouched(state: RunState, before: Plan, node: PlanNode): boolean {
  const index = before.indexOf.get(node.id);
  return index === undefined || stateNames[state.states[index]!] === "pending";
}

/** True where the node has something that a move takes along. */
function holds(state: RunState, before: Plan, node: PlanNode): boolean {
  const index = before.indexOf.get(node.id) as number;
  const code = state.states[index]!;
  if (code === FAILED) return state.tables.isEssential[index] === 0;
  return code === COMPLETED || code === SKIPPED || code === OPEN || code === WAITING ||
    (code === RUNNING && node.body !== undefined);
}
