/**
 * Plans written down directly, without a workflow file: nodes by name, edges as pairs.
 *
 * @module
 */

import { type NodeId, nodeId, nodeTypeId } from "../../../core/ids.ts";
import type { Importance, NodeDefinition, RetryPolicy } from "../../../core/workflow/definition.ts";
import type { Expression } from "../../../core/workflow/expression.ts";
import { type EdgeKind, edgeKinds, type Fan, type Plan, type PlanNode } from "../../../core/workflow/plan.ts";

export interface NodeSketch {
  readonly id: string;
  readonly importance?: Importance;
  readonly retry?: Partial<RetryPolicy>;
  /** `over` opens a space; any other text names the node that this one repeats with. */
  readonly fan?: string;
  readonly concurrency?: number;
}

/** Source, target, kind (`needs` unless given) and port of the source. */
export type EdgeSketch = readonly [from: string, to: string, kind?: EdgeKind, port?: string];

const items: Expression = { text: "items", references: [], path: ["items"], evaluate: () => [] };

/** A plan of these nodes and edges; both in the order given. */
export function buildPlan(nodes: readonly NodeSketch[], edges: readonly EdgeSketch[]): Plan {
  const indexOf = new Map<NodeId, number>(nodes.map(({ id }, i) => [nodeId(id), i]));
  const at = (id: string) => indexOf.get(nodeId(id)) as number;
  const spaces: number[] = [];
  nodes.forEach(({ fan }, i) => {
    spaces.push(fan === undefined ? -1 : fan === "over" ? i : spaces[at(fan)] as number);
  });
  const definitions = nodes.map(definitionOf);
  const ports = ["", ...new Set(edges.map(([, , , port]) => port).filter((port) => port !== undefined))];
  return {
    definition: {
      schema: 1,
      id: "test",
      name: "Test",
      version: "1.0.0",
      description: "",
      inputs: new Map(),
      nodes: new Map(definitions.map((definition) => [definition.id, definition])),
      outputs: new Map(),
    },
    nodes: nodes.map((sketch, index): PlanNode => ({
      index,
      id: nodeId(sketch.id),
      definition: definitions[index] as NodeDefinition,
      bindings: [],
      when: undefined,
      cases: [],
      fan: fanOf(sketch, at),
      space: spaces[index] as number,
      gated: false,
      body: undefined,
    })),
    indexOf,
    ports,
    outputs: [],
    ...compress(
      nodes.length,
      edges.map(([from, to, kind = "needs", port]) => ({
        from: at(from),
        to: at(to),
        kind: edgeKinds.indexOf(kind),
        port: port === undefined ? 0 : ports.indexOf(port),
      })),
    ),
  };
}

function definitionOf({ id, importance = "essential", retry, concurrency }: NodeSketch): NodeDefinition {
  return {
    kind: "call",
    id: nodeId(id),
    use: nodeTypeId("test/work"),
    in: {},
    with: {},
    after: [],
    retry: { max: 0, backoff: "constant", initialMs: 100, capMs: 1000, jitter: 0, ...retry },
    importance,
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}

function fanOf({ fan }: NodeSketch, at: (id: string) => number): Fan {
  if (fan === undefined) return { kind: "single" };
  return fan === "over"
    ? { kind: "over", items: { expression: items, sources: [] } }
    : { kind: "with", source: at(fan) };
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  readonly port: number;
}

/** Compressed adjacency, in-degrees and levels. */
export function compress(
  n: number,
  edges: readonly Edge[],
): Pick<Plan, "offsets" | "targets" | "kinds" | "edgePorts" | "indegree" | "levels"> {
  const sorted = [...edges].sort((a, b) => a.from - b.from);
  const offsets = new Uint32Array(n + 1);
  const indegree = new Uint32Array(n);
  for (const { from, to } of sorted) {
    offsets[from + 1]!++;
    indegree[to]!++;
  }
  for (let i = 0; i < n; i++) offsets[i + 1]! += offsets[i]!;
  const targets = Uint32Array.from(sorted, ({ to }) => to);
  return {
    offsets,
    targets,
    kinds: Uint8Array.from(sorted, ({ kind }) => kind),
    edgePorts: Uint16Array.from(sorted, ({ port }) => port),
    indegree,
    levels: levels(offsets, targets, indegree),
  };
}

function levels(offsets: Uint32Array, targets: Uint32Array, indegree: Uint32Array): Uint32Array {
  const found = new Uint32Array(indegree.length);
  const left = indegree.slice();
  const free = [...left.keys()].filter((node) => left[node] === 0);
  for (let node = free.pop(); node !== undefined; node = free.pop()) {
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const target = targets[edge]!;
      found[target] = Math.max(found[target]!, found[node]! + 1);
      if (--left[target]! === 0) free.push(target);
    }
  }
  return found;
}
