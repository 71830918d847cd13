/**
 * Everything that can be said about a workflow file without running anything: structure, names, types, bounds.
 *
 * @module
 */

import type { Catalog } from "./catalog.ts";
import type { WorkflowDefinition } from "./definition.ts";
import { makePlan } from "./make_plan.ts";
import { parseWorkflow, type ResolveWorkflow } from "./parse.ts";
import type { Plan } from "./plan.ts";
import type { Problem } from "./problem.ts";

/** More problems than this help nobody; a last one says how many there are. */
const MAX_PROBLEMS = 1000;

export interface CheckedWorkflow {
  /** Both only without errors. */
  readonly definition?: WorkflowDefinition;
  readonly plan?: Plan;
  /** Errors and warnings, sorted by file and place. */
  readonly problems: readonly Problem[];
}

/** Reads and checks a workflow file. Never throws. */
export function checkWorkflow(
  text: string | Uint8Array,
  file: string,
  catalog: Catalog,
  resolve?: ResolveWorkflow,
): CheckedWorkflow {
  const parsed = parseWorkflow(text, file, resolve === undefined ? {} : { resolve });
  const planned = parsed.draft === undefined ? undefined : makePlan(parsed.draft, catalog, parsed.positions);
  const problems = sorted([...parsed.problems, ...(planned?.problems ?? [])], file);
  const isSound = problems.every(({ severity }) => severity !== "error");
  if (!isSound || parsed.definition === undefined || planned?.plan === undefined) return { problems };
  return { definition: parsed.definition, plan: planned.plan, problems };
}

function sorted(problems: readonly Problem[], file: string): readonly Problem[] {
  const unique = [...new Map(problems.map((problem) => [keyOf(problem), problem])).values()];
  unique.sort((a, b) =>
    Number(a.file !== file) - Number(b.file !== file) || compare(a.file, b.file) || a.line - b.line ||
    a.column - b.column || compare(a.code, b.code)
  );
  if (unique.length <= MAX_PROBLEMS) return unique;
  const errorsFirst = [...unique.filter(({ severity }) => severity === "error"), ...unique];
  const kept = [...new Set(errorsFirst)].slice(0, MAX_PROBLEMS);
  const message = `Found ${unique.length - MAX_PROBLEMS} further problems that are not shown`;
  const hint = "Mend these first";
  return [...kept, { ...(kept.at(-1) as Problem), code: "more-problems", message, hint }];
}

function keyOf({ file, line, column, code, message }: Problem): string {
  return `${file}\0${line}\0${column}\0${code}\0${message}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
