/**
 * The names that each object of a workflow file may hold. The parser refuses all others; a test keeps
 * `schemas/workflow.schema.json` in step.
 *
 * @module
 */

/** Of the file itself. */
export const workflowFields = [
  "$schema",
  "schema",
  "id",
  "name",
  "version",
  "description",
  "inputs",
  "nodes",
  "outputs",
  "timeout",
  "concurrency",
  "preference",
  "budget",
  "board",
] as const;

/** Of a loop's body. */
export const bodyFields = ["inputs", "nodes", "outputs"] as const;

/** Of every node. */
export const nodeFields = [
  "use",
  "in",
  "with",
  "after",
  "when",
  "each",
  "concurrency",
  "retry",
  "timeout",
  "importance",
  "quality",
  "memo",
  "exclusive",
  "disabled",
  "title",
  "description",
  "position",
] as const;

/** What the control kinds hold besides `nodeFields`. */
export const controlFields = {
  "control/branch": ["cases"],
  "control/merge": [],
  "control/gate": ["question", "schema"],
  "control/wait": ["for", "until", "signal"],
  "control/loop": ["body", "until", "max"],
  "control/workflow": ["workflow"],
  "control/input": ["name"],
  "control/output": ["name"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ControlUse = keyof typeof controlFields;

/** True where `use` is one of the control kinds. */
export function isControlUse(use: string): use is ControlUse {
  return Object.hasOwn(controlFields, use);
}

export const retryFields = ["max", "backoff", "initial", "cap", "jitter"] as const;
export const qualityFields = ["min", "checks", "explore", "candidates", "judge"] as const;
export const checkFields = ["check", "use", "port", "with"] as const;
export const preferenceFields = ["perUsd", "perSecond", "perFailure"] as const;
export const budgetFields = ["usd", "tokens", "time"] as const;
export const positionFields = ["x", "y"] as const;
export const boardFields = ["notes", "groups", "inputs", "outputs"] as const;
export const noteFields = ["text", "x", "y", "width", "height", "colour"] as const;
export const groupFields = ["title", "nodes", "colour", "folded"] as const;
export const caseFields = ["port", "when"] as const;

/** Names that expressions already use for something else, and so no node may bear. */
export const reservedNames: ReadonlySet<string> = new Set([
  "inputs",
  "item",
  "index",
  "value",
  "outputs",
  "iteration",
  "cel",
  "as",
  "break",
  "const",
  "continue",
  "else",
  "false",
  "for",
  "function",
  "if",
  "import",
  "in",
  "let",
  "loop",
  "namespace",
  "null",
  "package",
  "prototype",
  "return",
  "true",
  "var",
  "void",
  "while",
]);

/** Most nodes of a workflow, those of its bodies included. */
export const MAX_NODES = 100_000;
/** Most sub-workflows and loops inside each other. */
export const MAX_BODY_DEPTH = 8;
