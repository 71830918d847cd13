/**
 * A plan: a definition whose names are resolved to small integers. Nodes are 0 … n-1 in the file's order; edges are
 * compressed adjacency, so that walking a node's successors touches one run of an array. `makePlan` (make_plan.ts)
 * makes it; it is immutable.
 *
 * An edge means: the target waits for the source to settle. What a *dead* source (skipped, failed, or the other port of
 * a branch) does to the target is the edge's kind:
 * - `needs`: the target is skipped (a required input, a port of a branch or gate in `after`, `when`, `each`);
 * - `wants`: the target runs without that input (an optional input);
 * - `order`: nothing (plain `after`).
 * A merge has only `any` edges: it is skipped when all of them are dead.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { Expression } from "./expression.ts";
import type { Json } from "../json.ts";
import type { NodeDefinition, WorkflowDefinition } from "./definition.ts";

export const edgeKinds = ["needs", "wants", "order", "any"] as const;
export type EdgeKind = (typeof edgeKinds)[number];

/** An expression with its names looked up. */
export interface PlanExpression {
  readonly expression: Expression;
  /** For each of the expression's references the node that it names; -1 where it names something else. */
  readonly sources: readonly number[];
}

export type PlanBinding =
  | { readonly kind: "constant"; readonly port: string; readonly value: Json }
  | PlanExpression & { readonly kind: "expression"; readonly port: string };

/**
 * How a node repeats: not at all, over the elements of an array, or item by item with another fan-out node (`source`),
 * so that item i sees item i of every node in the same space.
 */
export type Fan =
  | { readonly kind: "single" }
  | { readonly kind: "over"; readonly items: PlanExpression }
  | { readonly kind: "with"; readonly source: number };

export interface PlanNode {
  readonly index: number;
  readonly id: NodeId;
  readonly definition: NodeDefinition;
  readonly bindings: readonly PlanBinding[];
  readonly when: PlanExpression | undefined;
  /** For a branch: the conditions of its cases, in order. */
  readonly cases: readonly PlanExpression[];
  readonly fan: Fan;
  /** The node whose `each` opened this node's item space; itself for `over`, -1 for a single node. */
  readonly space: number;
  /** True where `write` effects are allowed because a gate stands before it on every path. */
  readonly gated: boolean;
  /** For loop and workflow nodes: the plan of the body. */
  readonly body: Plan | undefined;
}

export interface Plan {
  readonly definition: WorkflowDefinition;
  readonly nodes: readonly PlanNode[];
  readonly indexOf: ReadonlyMap<NodeId, number>;
  /** Successors of node i: `targets[offsets[i] … offsets[i+1]-1]`, with the edge's kind and port beside. */
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
  /** Place in `edgeKinds`. */
  readonly kinds: Uint8Array;
  /** The source's port that the edge depends on, as an index into `ports`; 0 means the node as a whole. */
  readonly edgePorts: Uint16Array;
  readonly ports: readonly string[];
  readonly indegree: Uint32Array;
  /** Longest path from any source, in edges. */
  readonly levels: Uint32Array;
  readonly outputs: readonly (PlanExpression & { readonly name: string })[];
}
