/**
 * A plan as bytes and back. What checking and planning found out is kept: the edges, which nodes repeat and how, and what
 * stands behind a gate. What is plain to see in the definition is read from it, and that only when somebody asks: most
 * nodes of a run that goes on have ended.
 *
 * Invariants:
 * P1. `restorePlan` of `planRecord` of a plan is equal to it, for the same definition.
 * P2. A record of another version of the program, or of another planner, is none. Raise `PLANNER` with every change of
 *     what `makePlan` makes of a definition.
 * P3. Bytes that do not fit the definition give undefined, never a wrong plan: planning again is always possible. Flipped
 *     bits are for whoever keeps the bytes to find.
 *
 * Layout, little-endian: length of the header (u32), the header as JSON, padding to 8, then each graph's arrays one after
 * the other, each padded to 8.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import { VERSION } from "../version.ts";
import { parseExpression } from "./cel.ts";
import type { NodeDefinition, WorkflowDefinition } from "./definition.ts";
import { nodeBindings } from "./node_bindings.ts";
import type { Fan, Plan, PlanBinding, PlanExpression, PlanNode } from "./plan.ts";

const PLANNER = 1;
const SINGLE = 0;
const OVER = 1;
const WITH = 2;

interface Header {
  readonly version: string;
  readonly planner: number;
  readonly graphs: readonly GraphHeader[];
}

interface GraphHeader {
  readonly nodes: number;
  readonly edges: number;
  readonly ports: readonly string[];
  /** Nodes with a body, each with the place of its graph. */
  readonly bodies: readonly (readonly [number, number])[];
}

/** The arrays of a graph: what each holds, and how many there are of it. */
const layout = [
  ["offsets", Uint32Array, ({ nodes }: GraphHeader) => nodes + 1],
  ["targets", Uint32Array, ({ edges }: GraphHeader) => edges],
  ["kinds", Uint8Array, ({ edges }: GraphHeader) => edges],
  ["edgePorts", Uint16Array, ({ edges }: GraphHeader) => edges],
  ["indegree", Uint32Array, ({ nodes }: GraphHeader) => nodes],
  ["levels", Uint32Array, ({ nodes }: GraphHeader) => nodes],
  ["spaces", Int32Array, ({ nodes }: GraphHeader) => nodes],
  ["fans", Uint8Array, ({ nodes }: GraphHeader) => nodes],
  ["fanSources", Int32Array, ({ nodes }: GraphHeader) => nodes],
  ["gated", Uint8Array, ({ nodes }: GraphHeader) => nodes],
] as const;

interface GraphArrays {
  readonly offsets: Uint32Array;
  readonly targets: Uint32Array;
  readonly kinds: Uint8Array;
  readonly edgePorts: Uint16Array;
  readonly indegree: Uint32Array;
  readonly levels: Uint32Array;
  readonly spaces: Int32Array;
  readonly fans: Uint8Array;
  readonly fanSources: Int32Array;
  readonly gated: Uint8Array;
}

/** The plan's record. O(nodes + edges), a few milliseconds for 100,000 nodes. */
export function planRecord(plan: Plan): Uint8Array {
  const places = new Map<Plan, number>();
  const plans: Plan[] = [];
  const placeOf = (of: Plan): number => {
    let place = places.get(of);
    if (place === undefined) {
      places.set(of, place = plans.length);
      plans.push(of);
    }
    return place;
  };
  placeOf(plan);
  const graphs: GraphHeader[] = [];
  // It grows while bodies are met.
  for (const { nodes, targets, ports } of plans) {
    const bodies = nodes.flatMap(({ index, body }) =>
      body === undefined ? [] : [[index, placeOf(body)] as const]
    );
    graphs.push({ nodes: nodes.length, edges: targets.length, ports, bodies });
  }
  const header: Header = { version: VERSION, planner: PLANNER, graphs };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const arrays = plans.flatMap((one) => {
    const all = arraysOf(one);
    return layout.map(([name]) => all[name]);
  });
  const start = padded(4 + head.length);
  const bytes = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + padded(byteLength), start));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  return bytes;
}

/** The plan again, for the definition that it was made of; undefined where the record does not fit (P2, P3). */
export function restorePlan(bytes: Uint8Array, definition: WorkflowDefinition): Plan | undefined {
  try {
    const size = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size))) as Header;
    if (header.version !== VERSION || header.planner !== PLANNER) return undefined;
    // Arrays of numbers must begin at a multiple of their size.
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    let at = padded(4 + size);
    const graphs = header.graphs.map((graph) => {
      const entries = layout.map(([name, Numbers, countOf]) => {
        const numbers = new Numbers(aligned.buffer as ArrayBuffer, aligned.byteOffset + at, countOf(graph));
        at += padded(numbers.byteLength);
        return [name, numbers] as const;
      });
      return { header: graph, arrays: Object.fromEntries(entries) as unknown as GraphArrays };
    });
    return at === bytes.byteLength ? new Restoring(graphs).plan(0, definition) : undefined;
  } catch {
    return undefined;
  }
}

function arraysOf(plan: Plan): GraphArrays {
  const { nodes, offsets, targets, kinds, edgePorts, indegree, levels } = plan;
  const spaces = new Int32Array(nodes.length);
  const fans = new Uint8Array(nodes.length);
  const fanSources = new Int32Array(nodes.length).fill(-1);
  const gated = new Uint8Array(nodes.length);
  for (const node of nodes) {
    const { index, fan } = node;
    spaces[index] = node.space;
    gated[index] = node.gated ? 1 : 0;
    fans[index] = fan.kind === "single" ? SINGLE : fan.kind === "over" ? OVER : WITH;
    if (fan.kind === "with") fanSources[index] = fan.source;
  }
  return { offsets, targets, kinds, edgePorts, indegree, levels, spaces, fans, fanSources, gated };
}

class Restoring {
  readonly #graphs: readonly { readonly header: GraphHeader; readonly arrays: GraphArrays }[];

  constructor(graphs: readonly { readonly header: GraphHeader; readonly arrays: GraphArrays }[]) {
    this.#graphs = graphs;
  }

  /** @throws RangeError where the record is of another definition */
  plan(place: number, definition: WorkflowDefinition): Plan {
    const graph = this.#graphs[place];
    if (graph === undefined || graph.header.nodes !== definition.nodes.size) {
      throw new RangeError("The record is of another workflow");
    }
    const { header: { ports, bodies }, arrays } = graph;
    const { offsets, targets, kinds, edgePorts, indegree, levels } = arrays;
    const indexOf = new Map<NodeId, number>();
    for (const id of definition.nodes.keys()) indexOf.set(id, indexOf.size);
    const names = new Names(indexOf);
    const bodyOf = new Map(bodies);
    const nodes: PlanNode[] = [];
    for (const node of definition.nodes.values()) {
      const index = nodes.length;
      const body = bodyOf.get(index);
      const hasBody = node.kind === "loop" || node.kind === "workflow";
      if (hasBody !== (body !== undefined)) throw new RangeError("The record is of another workflow");
      nodes.push(
        new RestoredNode(node, index, {
          arrays,
          names,
          body: hasBody ? this.plan(body as number, node.body) : undefined,
        }),
      );
    }
    const outputs = [...definition.outputs].map(([name, text]) => ({ name, ...names.read(text) }));
    return {
      definition,
      nodes,
      indexOf,
      offsets,
      targets,
      kinds,
      edgePorts,
      ports,
      indegree,
      levels,
      outputs,
    };
  }
}

/** Reads expressions of one graph, equal ones once. */
class Names {
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #read = new Map<string, PlanExpression>();

  constructor(indexOf: ReadonlyMap<string, number>) {
    this.#indexOf = indexOf;
  }

  /** @throws RangeError for what is no expression, which a workflow that was planned does not hold */
  read(text: string): PlanExpression {
    let found = this.#read.get(text);
    if (found === undefined) {
      const parsed = parseExpression(text);
      if ("problem" in parsed) throw new RangeError(`Cannot read "${text}": ${parsed.problem.message}`);
      const { expression } = parsed;
      const sources = expression.references.map(({ root }) => this.#indexOf.get(root) ?? -1);
      this.#read.set(text, found = { expression, sources });
    }
    return found;
  }
}

const single: Fan = { kind: "single" };
const noCases: readonly PlanExpression[] = [];

/** A node whose expressions are read when somebody asks for them. */
class RestoredNode implements PlanNode {
  readonly index: number;
  readonly id: NodeId;
  readonly definition: NodeDefinition;
  readonly fan: Fan;
  readonly space: number;
  readonly gated: boolean;
  readonly body: Plan | undefined;
  readonly #names: Names;
  #bindings: readonly PlanBinding[] | undefined;
  #cases: readonly PlanExpression[] | undefined;

  constructor(
    definition: NodeDefinition,
    index: number,
    { arrays, names, body }: {
      readonly arrays: GraphArrays;
      readonly names: Names;
      readonly body: Plan | undefined;
    },
  ) {
    const { fans, fanSources, spaces, gated } = arrays;
    this.index = index;
    this.id = definition.id;
    this.definition = definition;
    this.#names = names;
    this.fan = fans[index] === SINGLE
      ? single
      : fans[index] === WITH
      ? { kind: "with", source: fanSources[index] as number }
      : { kind: "over", items: names.read(definition.each as string) };
    this.space = spaces[index] as number;
    this.gated = gated[index] === 1;
    this.body = body;
  }

  get bindings(): readonly PlanBinding[] {
    return this.#bindings ??= nodeBindings(this.definition, (text) => this.#names.read(text));
  }

  get when(): PlanExpression | undefined {
    const { when } = this.definition;
    return when === undefined ? undefined : this.#names.read(when);
  }

  get cases(): readonly PlanExpression[] {
    const { definition } = this;
    if (definition.kind !== "branch") return noCases;
    return this.#cases ??= definition.cases.map(({ when }) => this.#names.read(when));
  }
}

function padded(size: number): number {
  return (size + 7) & ~7;
}
