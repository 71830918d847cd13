/**
 * Everything that can be said about a workflow file without running anything: structure, names, types, bounds.
 *
 * @module
 */

import type { Catalog } from "./catalog.ts";
import type { NodeId } from "../ids.ts";
import type { WorkflowDefinition } from "./definition.ts";
import { makePlan } from "./make_plan.ts";
import { parseWorkflow, type ResolveWorkflow } from "./parse.ts";
import { type PartNote, partOf } from "./part_of.ts";
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

export interface CheckedPart extends CheckedWorkflow {
  /** What is left out, where all the nodes it should go to are there. */
  readonly note?: PartNote;
  /** Those that are not. */
  readonly unknown: readonly string[];
  /** The names of all nodes. */
  readonly known: readonly string[];
}

/**
 * Reads and checks what the nodes `to` need of a workflow file: what is wrong with the rest of it does not matter. A file that
 * cannot be read as a whole has no part either. Never throws.
 */
export function checkPart(
  text: string | Uint8Array,
  file: string,
  catalog: Catalog,
  to: readonly string[],
  resolve?: ResolveWorkflow,
): CheckedPart {
  const options = resolve === undefined ? {} : { resolve };
  const whole = parseWorkflow(text, file, options);
  if (whole.draft === undefined) return { problems: sorted(whole.problems, file), unknown: [], known: [] };
  const known = [...whole.draft.nodes.keys(), ...whole.positions.unreadable];
  const unknown = to.filter((id) => !known.includes(id as NodeId));
  const { note, named } = partOf(whole.draft, to as readonly NodeId[]);
  const lost = known.filter((id) => !named.has(id)) as NodeId[];
  // Read once more without them, so that nothing is said of them, nor of the files of their bodies.
  const { draft = whole.draft, positions, problems: found } = parseWorkflow(text, file, {
    ...options,
    leaveOut: new Set(lost),
  });
  const { definition } = partOf(draft, to as readonly NodeId[]);
  const concerns = ({ path, file: where }: Problem) => {
    const [kind, name] = path.split(".");
    return where !== file || kind !== "outputs" || name === undefined || definition.outputs.has(name);
  };
  const planned = makePlan(definition, catalog, positions);
  const problems = sorted([...found, ...planned.problems].filter(concerns), file);
  const isSound = problems.every(({ severity }) => severity !== "error");
  const part = isSound && unknown.length === 0 && planned.plan !== undefined
    ? { definition, plan: planned.plan, note: { ...note, nodes: lost } }
    : {};
  return { ...part, problems, unknown, known };
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
