/** The nodes of a run as rows: those of the graph first, in its order, then what bodies and loops have added. @module */

import type { GraphNode, WorkflowGraph } from "../../../api/workflows.ts";
import { keyOf, type NodeState, type RunModel } from "./run_model.ts";

export interface NodeRow {
  readonly key: string;
  readonly node: string;
  readonly scope: string | undefined;
  readonly title: string;
  readonly graphNode: GraphNode | undefined;
}

/** The graph that a scope belongs to: `improve#2` is a round of the body of `improve`. */
export function graphOfScope(graph: WorkflowGraph, scope: string | undefined): WorkflowGraph | undefined {
  if (scope === undefined || scope === "") return graph;
  let at: WorkflowGraph | undefined = graph;
  for (const part of scope.split("/")) {
    const name = /^[^[#]+/.exec(part)?.[0] ?? part;
    at = at?.nodes.find(({ id }) => id === name)?.body;
  }
  return at;
}

/** All rows. A run without a readable definition still has those that its log names. */
export function rowsOf(graph: WorkflowGraph | undefined, model: RunModel): NodeRow[] {
  const rows: NodeRow[] = [];
  const seen = new Set<string>();
  for (const node of graph?.nodes ?? []) {
    const key = keyOf(node.id, undefined);
    seen.add(key);
    rows.push({ key, node: node.id, scope: undefined, title: node.title, graphNode: node });
  }
  const others = graph === undefined ? [...model.account.nodes.keys()] : model.bodyNodes;
  const bodies = new Map<string, WorkflowGraph | undefined>();
  for (const key of others) {
    const account = model.node(key);
    if (account === undefined || seen.has(key)) continue;
    const { node, scope } = account;
    let body = scope === undefined ? graph : bodies.get(scope);
    if (scope !== undefined && graph !== undefined && !bodies.has(scope)) {
      body = graphOfScope(graph, scope);
      bodies.set(scope, body);
    }
    const graphNode = body?.nodes.find(({ id }) => id === node);
    rows.push({ key, node, scope, title: graphNode?.title ?? node, graphNode });
  }
  return rows;
}

export const nodeFilters = [
  { id: "all", title: "All nodes" },
  { id: "active", title: "Under way" },
  { id: "failed", title: "Failed" },
  { id: "pending", title: "Not begun" },
  { id: "done", title: "Ended" },
] as const;
export type NodeFilter = (typeof nodeFilters)[number]["id"];

export function fitsFilter(state: NodeState, filter: NodeFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "active":
      return state === "running" || state === "retrying" || state === "waiting" ||
        state === "waiting-for-input" || state === "held";
    case "failed":
      return state === "failed";
    case "pending":
      return state === "pending" || state === "queued";
    case "done":
      return state === "completed" || state === "skipped";
  }
}

/** The scope in a node's key; undefined at the top. */
export function scopeOf(key: string | undefined): string | undefined {
  const slash = key?.lastIndexOf("/") ?? -1;
  return key === undefined || slash <= 0 ? undefined : key.slice(0, slash);
}
