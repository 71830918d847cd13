/** What a run of the board carries out, by the graph as it is shown: all, or as much as some nodes need. Pure. @module */

import { reach } from "../model/connection_judge.ts";
import { INPUTS, OUTPUTS } from "../model/board_node.ts";
import type { Graph } from "../model/graph.ts";
import type { PlacedProblem } from "../problems.ts";
import type { RunMode } from "./board_run.ts";

/** Names of the nodes, `INPUTS` among them where one of them reads an input; undefined where it is all. */
export function carriedOut(graph: Graph, mode: RunMode): ReadonlySet<string> | undefined {
  if (typeof mode !== "object" || !("toNodes" in mode)) return undefined;
  return new Set(mode.toNodes.flatMap((id) => [id, ...reach(graph, id, true)]));
}

/** The errors that stand in the way of it: those of the rest do not matter. */
export function errorsIn(
  problems: readonly PlacedProblem[],
  nodes: ReadonlySet<string> | undefined,
): readonly PlacedProblem[] {
  return problems.filter(({ severity, node }) =>
    severity === "error" && (nodes === undefined || node === undefined || nodes.has(node))
  );
}

/** Those of what is chosen that a run can go to. */
export function runnable(graph: Graph, ids: Iterable<string>): readonly string[] {
  return [...ids].filter((id) => id !== INPUTS && id !== OUTPUTS && graph.nodes.has(id));
}
