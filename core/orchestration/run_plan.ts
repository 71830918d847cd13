/**
 * The plan of a run: made when it starts, and kept where making it again would take long, so that a run which goes on
 * need neither check nor plan its workflow. The kept definition is what the record is of; it holds the node types as they
 * were, so another catalogue makes another definition.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { ArtifactId } from "../ids.ts";
import type { PlanRecordPort } from "../ports/plan_records.ts";
import type { Catalog } from "../workflow/catalog.ts";
import type { WorkflowDefinition } from "../workflow/definition.ts";
import { makePlan } from "../workflow/make_plan.ts";
import type { Plan } from "../workflow/plan.ts";
import { planRecord, restorePlan } from "../workflow/plan_record.ts";
import type { KeptDefinition } from "./run_definition.ts";

/** Fewer nodes are planned in a few milliseconds. */
const LEAST_NODES = 1_000;

/** Checks and plans. @throws SymphonyError `bad-workflow` with the first fault */
export function planOf(definition: WorkflowDefinition, catalog: Catalog): Plan {
  const { plan, problems } = makePlan(definition, catalog);
  if (plan !== undefined) return plan;
  const first = problems.find(({ severity }) => severity === "error");
  throw new SymphonyError(
    "bad-workflow",
    first === undefined ? "Cannot plan workflow" : `${first.path}: ${first.message}`,
  );
}

/** Keeps the plan of a large workflow. Never fails: without the record only time is lost. */
export async function keepPlan(
  plans: PlanRecordPort | undefined,
  definition: ArtifactId,
  plan: Plan,
): Promise<void> {
  if (plans === undefined || plan.nodes.length < LEAST_NODES) return;
  await plans.save(definition, planRecord(plan)).catch(() => {});
}

/** The plan of a kept definition: the record's where there is a fitting one, else made, and kept for the next time. */
export async function keptPlan(
  plans: PlanRecordPort | undefined,
  id: ArtifactId,
  { definition, catalog }: KeptDefinition,
): Promise<Plan> {
  const isLarge = plans !== undefined && definition.nodes.size >= LEAST_NODES;
  const bytes = isLarge ? await plans.load(id).catch(() => undefined) : undefined;
  const restored = bytes === undefined ? undefined : restorePlan(bytes, definition);
  if (restored !== undefined) return restored;
  const plan = planOf(definition, catalog);
  await keepPlan(plans, id, plan);
  return plan;
}
