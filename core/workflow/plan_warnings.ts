/**
 * What is allowed and yet probably not meant; and which nodes stand behind a gate.
 *
 * @module
 */

import type { NodeDefinition } from "./definition.ts";
import type { Adjacency } from "./graph.ts";
import type { Graph, NodeReads } from "./node_reads.ts";
import { edgeKinds } from "./plan.ts";

interface Edges extends Adjacency {
  readonly kinds: Uint8Array;
  readonly edgePorts: Uint16Array;
}

const needs = edgeKinds.indexOf("needs");
const any = edgeKinds.indexOf("any");

/**
 * Marks (1) the nodes that only run after a person said yes: one edge without which they do not run comes from a gate's
 * `approved` or from a node so marked that is no gate itself (after a `no`, an earlier `yes` does not count); a merge is marked when all its edges are. `isGated` marks all of them.
 */
export function markGated(
  { nodes }: Graph,
  { offsets, targets, kinds, edgePorts }: Edges,
  ports: readonly string[],
  order: Uint32Array,
  isGated: boolean,
): Uint8Array {
  const gated = new Uint8Array(nodes.length);
  const open = new Uint8Array(nodes.length); // a merge that something ungated feeds
  for (const node of order) {
    const isMerge = nodes[node]?.kind === "merge";
    if (isGated || (isMerge && open[node] === 0 && gated[node] === 2)) gated[node] = 1;
    else if (gated[node] === 2) gated[node] = 0;
    const isGate = nodes[node]?.kind === "gate";
    for (let edge = offsets[node] as number; edge < (offsets[node + 1] as number); edge++) {
      const target = targets[edge] as number;
      const passes = isGate ? ports[edgePorts[edge] as number] === "approved" : gated[node] === 1;
      if (kinds[edge] === needs && passes) gated[target] = 1;
      else if (kinds[edge] === any && passes && gated[target] === 0) gated[target] = 2;
      else if (kinds[edge] === any && !passes) open[target] = 1;
    }
  }
  return gated;
}

/** Reports writes without a gate, nodes whose results nobody takes, and inputs that nothing reads. */
export function warnings(
  { definition, nodes, ports }: Graph,
  { offsets }: Edges,
  gated: Uint8Array,
  outputSources: readonly number[],
  reads: NodeReads,
): void {
  const taken = new Set(outputSources);
  const hasOutputs = definition.outputs.size > 0 || nodes.some(({ kind }) => kind === "output");
  nodes.forEach((node, index) => {
    const effect = ports[index]?.effect ?? "none";
    if (effect === "write" && gated[index] !== 1) {
      reads.fault(["nodes", node.id], "name", {
        severity: "warning",
        code: "ungated-write",
        message: `${node.id} writes without asking a person first`,
        hint: 'Put a control/gate before it ("after": "gate"), or run with --allow-write',
      });
    }
    const isLeaf = offsets[index] === offsets[index + 1] && !taken.has(index);
    if (hasOutputs && isLeaf && isQuiet(node) && (effect === "none" || effect === "read")) {
      reads.fault(["nodes", node.id], "name", {
        severity: "warning",
        code: "unused-node",
        message: `Nothing takes what ${node.id} gives`,
        hint: "Connect it to a node or an output, or remove it",
      });
    }
  });
  for (const name of definition.inputs.keys()) {
    if (reads.usedInputs.has(name)) continue;
    reads.fault(["inputs", name], "name", {
      severity: "warning",
      code: "unused-input",
      message: `Nothing reads the input "${name}"`,
      hint: `Use inputs.${name} in a node, or remove it`,
    });
  }
}

/** Kinds that do nothing but give a value. */
function isQuiet(node: NodeDefinition): boolean {
  return node.kind === "call" || node.kind === "branch" || node.kind === "merge" || node.kind === "input";
}
