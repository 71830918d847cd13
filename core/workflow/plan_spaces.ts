/**
 * Which nodes repeat, and with which. `each` opens an item space or joins one; a node without `each` is lifted into the
 * space of a fan-out node that it reads, where its port takes the element and cannot take the array of all.
 *
 * @module
 */

import type { NodeDefinition } from "./definition.ts";
import type { NodePorts } from "./node_ports.ts";
import type { Graph, NodeReads, Read } from "./node_reads.ts";
import type { Fan } from "./plan.ts";
import { typeOfRead } from "./plan_types.ts";
import { fit, isMismatch } from "./port_type.ts";

/** What one node reads. */
export interface NodeSources {
  readonly deps: readonly {
    readonly index: number;
    readonly port: string;
    readonly read: "in" | "when" | "each" | "cases";
    /** The input port that it feeds. */
    readonly target: string;
  }[];
  readonly bindings: ReadonlyMap<string, Read>;
  readonly each: Read | undefined;
  /** The fan-out node that `each` names as a whole. */
  readonly eachNode: number | undefined;
  readonly when: Read | undefined;
  readonly after: readonly { readonly index: number; readonly port: string }[];
}

export interface Spaces {
  /** The node whose `each` opened the node's space; -1 for a node that runs once. */
  readonly spaceOf: Int32Array;
  readonly fans: Fan[];
}

/** Finds the space of every node, sources first. */
export function findSpaces(
  graph: Graph,
  sources: readonly NodeSources[],
  order: Uint32Array,
  reads: NodeReads,
): Spaces {
  const spaceOf = new Int32Array(graph.nodes.length).fill(-1);
  const fans: Fan[] = graph.nodes.map(() => ({ kind: "single" }));
  const spaces: Spaces = { spaceOf, fans };
  for (const index of order) {
    const { each, eachNode } = sources[index] as NodeSources;
    if (eachNode !== undefined) joinNamed(graph, spaces, { index, eachNode, reads });
    else if (each !== undefined) {
      spaceOf[index] = index;
      fans[index] = { kind: "over", items: each.expression };
    } else lift(graph, sources, spaces, { index, reads });
  }
  return spaces;
}

function joinNamed(
  graph: Graph,
  { spaceOf, fans }: Spaces,
  { index, eachNode, reads }: { index: number; eachNode: number; reads: NodeReads },
): void {
  const space = spaceOf[eachNode] as number;
  if (space >= 0) {
    spaceOf[index] = space;
    fans[index] = { kind: "with", source: eachNode };
    return;
  }
  const name = graph.nodes[eachNode]?.id as string;
  const outputs = [...(graph.ports[eachNode]?.outputs.keys() ?? [])].map((port) => `${name}.${port}`);
  reads.fault(["nodes", graph.nodes[index]?.id as string, "each"], { inString: 0 }, {
    code: "bad-each",
    message: `Found "each": "${name}", but ${name} runs only once`,
    hint: outputs.length > 0
      ? `Name an array: ${outputs.slice(0, 6).join(", ")}`
      : "Name a node that fans out, or an array",
  });
}

/** Puts a node into the space that its bindings ask for. */
function lift(
  graph: Graph,
  sources: readonly NodeSources[],
  spaces: Spaces,
  { index, reads }: { index: number; reads: NodeReads },
): void {
  const node = graph.nodes[index] as NodeDefinition;
  const ports = graph.ports[index] as NodePorts;
  const wanted = new Map<number, { source: number; port: string }>();
  for (const [port, read] of (sources[index] as NodeSources).bindings) {
    const path = read.expression.path;
    const source = path === undefined ? undefined : graph.indexOf.get(path[0] as string);
    const input = ports.inputs.get(port);
    if (source === undefined || input === undefined || (spaces.spaceOf[source] as number) < 0) continue;
    const gathered = typeOfRead({ graph, spaces, sources }, read, -1).schema;
    const single = typeOfRead({ graph, spaces, sources }, read, spaces.spaceOf[source] as number).schema;
    if (!isMismatch(fit(gathered, input.schema)) || isMismatch(fit(single, input.schema))) continue;
    wanted.set(spaces.spaceOf[source] as number, { source, port });
  }
  const [first, second] = [...wanted];
  if (first === undefined) return;
  if (second !== undefined) {
    const [a, b] = [first[1], second[1]].map(({ source }) => graph.nodes[source]?.id);
    reads.fault(["nodes", node.id, "in", second[1].port], "value", {
      code: "mixed-spaces",
      message: `Found items of ${a} and items of ${b} in one node: they are not the same items`,
      hint: `Gather one of them first, or give ${node.id} its own "each"`,
    });
  }
  spaces.spaceOf[index] = first[0];
  spaces.fans[index] = { kind: "with", source: first[1].source };
}
