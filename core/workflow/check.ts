/**
 * Everything that can be said against a workflow file without running anything, in the order of the file.
 *
 * @module
 */

import type { Catalog } from "./catalog.ts";
import type { WorkflowDefinition } from "./definition.ts";
import { makePlan } from "./make_plan.ts";
import { parseWorkflow, type ResolveWorkflow } from "./parse.ts";
import type { Plan } from "./plan.ts";
import type { Problem } from "./problem.ts";

export interface CheckedWorkflow {
  /** Where there is no error. */
  readonly definition?: WorkflowDefinition;
  readonly plan?: Plan;
  /** Sorted by file and place. */
  readonly problems: readonly Problem[];
}

/** Checks the text of a workflow file. Never throws for what a file can hold. */
export function checkWorkflow(
  text: string | Uint8Array,
  file: string,
  catalog: Catalog,
  resolve?: ResolveWorkflow,
): CheckedWorkflow {
  const parsed = parseWorkflow(text, file, resolve === undefined ? {} : { resolve });
  const problems = [...parsed.problems];
  let plan: Plan | undefined;
  if (parsed.draft !== undefined) {
    const made = makePlan(parsed.draft, catalog, parsed.positions);
    problems.push(...made.problems);
    plan = made.plan;
  }
  problems.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  const isSound = problems.every(({ severity }) => severity !== "error");
  if (!isSound || parsed.definition === undefined || plan === undefined) return { problems };
  return { definition: parsed.definition, plan, problems };
}
