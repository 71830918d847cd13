/**
 * Problems of `symphony check` where they belong: on a node, a port or field of it, the edges into the port, or the workflow.
 * Pure.
 *
 * @module
 */

import type { Problem } from "../../../core/workflow/problem.ts";
import { INPUTS, OUTPUTS } from "./model/board_node.ts";
import type { Scope } from "./model/graph.ts";

export interface PlacedProblem extends Problem {
  /** The node; undefined where it is the workflow's. */
  readonly node: string | undefined;
  /** Below the node: `in.source`, `when`. */
  readonly field: string;
}

/** The problems with their places on the board. Those of bodies inside a node are the node's. */
export function placedProblems(
  problems: readonly Problem[],
  file: string,
  scope: Scope,
): readonly PlacedProblem[] {
  const prefix = scope.length === 0 ? [] : scope;
  return problems.map((problem) => {
    const path = problem.path === "" ? [] : problem.path.split(".");
    const isInside = problem.file === file && prefix.every((step, index) => path[index] === step);
    if (!isInside) return { ...problem, node: undefined, field: problem.path };
    const [root, name, ...rest] = path.slice(prefix.length);
    if (root === "nodes" && name !== undefined) {
      const field = rest.join(".") || missingPort(problem);
      return { ...problem, hint: boardHint(problem), node: name, field };
    }
    if (root === "outputs") return { ...problem, node: OUTPUTS, field: name ?? "" };
    if (root === "inputs") return { ...problem, node: INPUTS, field: name ?? "" };
    return { ...problem, node: undefined, field: path.join(".") };
  });
}

/** What to do, where the board has another way than the file. */
function boardHint({ code, hint }: Problem): string {
  return code === "missing-input" ? "Connect an output to it, or give it a value" : hint;
}

/** What is missing stands nowhere in the file; on the board it has a place. */
function missingPort({ code, message }: Problem): string {
  const port = code === "missing-input" ? /port "(\w+)"/.exec(message)?.[1] : undefined;
  return port === undefined ? "" : `in.${port}`;
}

/** The worst of a node's problems, by node. */
export function worstByNode(problems: readonly PlacedProblem[]): Map<string, "error" | "warning"> {
  const worst = new Map<string, "error" | "warning">();
  for (const { node, severity } of problems) {
    if (node !== undefined && worst.get(node) !== "error") worst.set(node, severity);
  }
  return worst;
}

/** Problems of a field and of what is below it. */
export function problemsAt(
  problems: readonly PlacedProblem[],
  node: string,
  field: string,
): readonly PlacedProblem[] {
  return problems.filter((one) =>
    one.node === node && (one.field === field || one.field.startsWith(`${field}.`))
  );
}
