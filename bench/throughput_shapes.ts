/**
 * The shapes that are measured: 10,000 nodes in layers, in a row, and fanned out.
 *
 * @module
 */

import { nodeId, nodeTypeId } from "../core/ids.ts";
import type { NodeId } from "../core/ids.ts";
import type { CallNode, NodeDefinition, WorkflowDefinition } from "../core/workflow/definition.ts";

function passNode(id: string, sources: readonly string[]): CallNode {
  return {
    kind: "call",
    id: nodeId(id),
    use: nodeTypeId("bench/pass"),
    in: Object.fromEntries(sources.map((source, i) => [["a", "b", "c"][i] as string, `${source}.value`])),
    with: {},
    after: [],
    retry: { max: 0, backoff: "constant", initialMs: 0, capMs: 0, jitter: 0 },
    importance: "essential",
  };
}

function workflow(id: string, nodes: readonly NodeDefinition[]): WorkflowDefinition {
  return {
    schema: 1,
    id,
    name: id,
    version: "1.0.0",
    description: "",
    inputs: new Map(),
    nodes: new Map(nodes.map((node) => [node.id as NodeId, node])),
    outputs: new Map(),
  };
}

/** 100 layers of 100 nodes, three parents each. */
export function layered(width = 100, depth = 100): WorkflowDefinition {
  const nodes: NodeDefinition[] = [];
  for (let layer = 0; layer < depth; layer++) {
    for (let i = 0; i < width; i++) {
      const parents = layer === 0 ? [] : [0, 1, 2].map((step) => `n${layer - 1}_${(i + step * 7) % width}`);
      nodes.push(passNode(`n${layer}_${i}`, parents));
    }
  }
  return workflow("layered", nodes);
}

/** One after the other. */
export function chain(length = 10_000): WorkflowDefinition {
  return workflow("chain", Array.from({ length }, (_, i) => passNode(`n${i}`, i === 0 ? [] : [`n${i - 1}`])));
}

/** One node, many after it, one after all of those (by order only: a node has three inputs). */
export function fanOut(middle = 9_998): WorkflowDefinition {
  const nodes: NodeDefinition[] = [passNode("first", [])];
  for (let i = 0; i < middle; i++) nodes.push(passNode(`m${i}`, ["first"]));
  nodes.push({ ...passNode("last", []), after: nodes.slice(1).map(({ id }) => id) });
  return workflow("fan-out", nodes);
}
