/** What differs between two versions of a workflow: nodes, their fields, connections, the workflow's own fields. Pure. @module */

import type { Json } from "../../../../core/json.ts";
import { isObject } from "../../../../core/json.ts";
import { INPUTS, OUTPUTS } from "./board_node.ts";
import type { BoardEdge, Graph } from "./graph.ts";
import { sameJson } from "./jsonc_edit.ts";

export type ChangeKind = "added" | "removed" | "changed";

export interface FieldChange {
  /** `in.source`, `retry.max`. */
  readonly path: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

export interface NodeChange {
  readonly id: string;
  readonly title: string;
  readonly kind: ChangeKind;
  readonly fields: readonly FieldChange[];
}

export interface GraphDiff {
  readonly nodes: readonly NodeChange[];
  readonly head: readonly FieldChange[];
  readonly addedEdges: readonly BoardEdge[];
  readonly removedEdges: readonly BoardEdge[];
}

/** From `before` to `after`. Where only a place on the board differs, a node has not changed. */
export function diffGraphs(before: Graph, after: Graph): GraphDiff {
  const nodes: NodeChange[] = [];
  for (const node of after.nodes.values()) {
    if (node.id === INPUTS || node.id === OUTPUTS) continue;
    const old = before.nodes.get(node.id);
    if (old === undefined) nodes.push({ id: node.id, title: node.title, kind: "added", fields: [] });
    else if (old.text !== node.text) {
      const fields = fieldChanges(old.value, node.value, "").filter(({ path }) =>
        !/^position(\.|$)/.test(path)
      );
      if (fields.length > 0) nodes.push({ id: node.id, title: node.title, kind: "changed", fields });
    }
  }
  for (const node of before.nodes.values()) {
    if (node.id === INPUTS || node.id === OUTPUTS || after.nodes.has(node.id)) continue;
    nodes.push({ id: node.id, title: node.title, kind: "removed", fields: [] });
  }
  const had = new Set(before.edges.map(({ id }) => id));
  const has = new Set(after.edges.map(({ id }) => id));
  return {
    nodes,
    head: fieldChanges(before.head, after.head, "").filter(({ path }) => !/^board(\.|$)/.test(path)),
    addedEdges: after.edges.filter(({ id }) => !had.has(id)),
    removedEdges: before.edges.filter(({ id }) => !has.has(id)),
  };
}

/** The deepest paths at which two values differ. */
export function fieldChanges(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
): readonly FieldChange[] {
  if (sameJson(before, after)) return [];
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) =>
    fieldChanges(before[name], after[name], path === "" ? name : `${path}.${name}`)
  );
}
