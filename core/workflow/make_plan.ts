/**
 * A definition to a plan: names become numbers, connections become typed edges, and everything that can be said against
 * the workflow without running it is said, all at once. Bodies of loops and sub-workflows have plans of their own.
 *
 * @module
 */

import type { JsonSchema } from "../json.ts";
import type { Catalog } from "./catalog.ts";
import type { BranchNode, NodeDefinition, WorkflowDefinition } from "./definition.ts";
import { carriedDefinition } from "./disabled.ts";
import { MAX_NODES } from "./fields.ts";
import { findCycle, indegrees, levels, topologicalOrder } from "./graph.ts";
import { checkConstants, checkUse, NodeChecks } from "./node_checks.ts";
import { type Graph, type LocalNames, NodeReads, type Read } from "./node_reads.ts";
import { nodeBindings } from "./node_bindings.ts";
import { type NodePorts, portsOf } from "./node_ports.ts";
import { type EdgeKind, type Plan, type PlanNode } from "./plan.ts";
import { PlanEdges } from "./plan_edges.ts";
import { type BoundRead, boundTo, type NodeParts, PlanTypes } from "./plan_types.ts";
import { markGated, warnings } from "./plan_warnings.ts";
import type { Problem } from "./problem.ts";
import { type JsonPath, Positions, Source } from "./source.ts";

export interface MadePlan {
  /** Only without errors. */
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
}

/**
 * Checks a definition against the catalogue and plans it; places are unknown without `positions`. The plan's definition is what is
 * carried out: disabled nodes are passes there. Never throws.
 */
export function makePlan(definition: WorkflowDefinition, catalog: Catalog, positions?: Positions): MadePlan {
  const problems: Problem[] = [];
  const bodies: Bodies = new Map();
  const places = positions ?? new Positions(new Source("", ""), undefined);
  const carried = carriedDefinition(definition, catalog, places, problems);
  const { plan } = new GraphPlanner(carried, catalog, places, problems, bodies, false).run();
  const isSound = problems.every(({ severity }) => severity !== "error");
  return isSound && plan !== undefined ? { plan, problems } : { problems };
}

interface PlannedGraph {
  readonly plan: Plan | undefined;
  readonly outputTypes: ReadonlyMap<string, JsonSchema>;
}

/** A sub-workflow that is used many times is planned once, and once more for places behind a gate. */
type Bodies = Map<WorkflowDefinition, PlannedBody>;

interface PlannedBody {
  readonly free: PlannedGraph;
  gated?: PlannedGraph;
  /** Writes without a gate, to be told as soon as the body is used outside a gate. */
  writes: readonly Problem[];
}

type BodyNode = Extract<NodeDefinition, { kind: "loop" | "workflow" }>;

const noNames: LocalNames = new Map();
const itemNames: LocalNames = new Map([["item", undefined], ["index", undefined]]);
const noReads: readonly Read[] = [];

class GraphPlanner {
  readonly #catalog: Catalog;
  readonly #positions: Positions;
  readonly #problems: Problem[];
  readonly #bodies: Bodies;
  readonly #isGated: boolean;
  readonly #graph: Graph & { readonly ports: NodePorts[] };
  readonly #reads: NodeReads;
  readonly #checks: NodeChecks;
  readonly #edges: PlanEdges;
  readonly #parts: NodeParts[] = [];
  readonly #bodyOutputs = (of: BodyNode) => this.#body(of).free.outputTypes;
  readonly #outputs: { name: string; read: Read }[] = [];

  constructor(
    definition: WorkflowDefinition,
    catalog: Catalog,
    positions: Positions,
    problems: Problem[],
    bodies: Bodies,
    isGated: boolean,
  ) {
    const nodes = [...definition.nodes.values()];
    const indexOf = new Map<string, number>();
    for (const { id } of nodes) indexOf.set(id, indexOf.size);
    this.#graph = { definition, nodes, indexOf, ports: [] };
    this.#edges = new PlanEdges(nodes.length);
    this.#catalog = catalog;
    this.#positions = positions;
    this.#problems = problems;
    this.#bodies = bodies;
    this.#isGated = isGated;
    this.#reads = new NodeReads(this.#graph, positions, problems);
    this.#checks = new NodeChecks(this.#graph, this.#reads);
  }

  run(): PlannedGraph {
    const { nodes, ports, definition } = this.#graph;
    if (!this.#checkSize()) return { plan: undefined, outputTypes: new Map() };
    for (const node of nodes) {
      checkUse(node, this.#catalog, this.#reads);
      const types = node.kind === "loop" || node.kind === "workflow"
        ? this.#body(node).free.outputTypes
        : noTypes;
      ports.push(portsOf(node, definition, this.#catalog, types));
    }
    nodes.forEach((node, index) => this.#readNode(node, index));
    this.#readOutputs();
    const graph = this.#edges.compress();
    const order = topologicalOrder(graph);
    if (order === undefined) {
      this.#reportCycle(findCycle(graph) as number[]);
      return { plan: undefined, outputTypes: new Map() };
    }
    const types = new PlanTypes(this.#graph, this.#parts, this.#reads);
    for (const index of order) types.visit(index);
    const outputTypes = new Map<string, JsonSchema>();
    for (const { name, read } of this.#outputs) outputTypes.set(name, types.typeOf(-1, read) ?? true);
    for (const [index, node] of nodes.entries()) {
      if (node.kind !== "output") continue;
      const value = boundTo(this.#parts[index] as NodeParts, "value");
      outputTypes.set(node.name, value === undefined ? true : types.typeOf(index, value) ?? true);
    }
    const gated = markGated(this.#graph, graph, this.#edges.ports, order, this.#isGated);
    warnings(this.#graph, graph, gated, this.#outputs.flatMap(({ read }) => read.sources), this.#reads);
    const planned = nodes.map((node, index) => this.#planNode(node, index, types, gated[index] === 1));
    const plan: Plan = {
      definition,
      nodes: planned,
      indexOf: this.#graph.indexOf as Plan["indexOf"],
      ...graph,
      ports: this.#edges.ports,
      indegree: indegrees(graph),
      levels: levels(graph, order),
      outputs: this.#outputs.map(({ name, read: { expression, sources } }) => ({
        name,
        expression,
        sources,
      })),
    };
    return { plan, outputTypes };
  }

  #checkSize(): boolean {
    const { nodes, definition } = this.#graph;
    const { unreadable } = this.#positions;
    if (nodes.length === 0 && unreadable.size === 0) {
      const message = `Found no nodes in ${definition.name === "" ? "the workflow" : `"${definition.name}"`}`;
      const hint = 'Add one, for example "scan": { "use": "files/scan" }';
      this.#reads.fault(["nodes"], "name", { code: "no-nodes", message, hint });
    }
    if (nodes.length <= MAX_NODES) return true;
    const message = `Found ${nodes.length.toLocaleString("en")} nodes`;
    const hint = `A workflow has at most ${MAX_NODES.toLocaleString("en")} nodes`;
    this.#reads.fault(["nodes"], "name", { code: "too-many-nodes", message, hint });
    return false;
  }

  #body(node: BodyNode): PlannedBody {
    const known = this.#bodies.get(node.body);
    if (known !== undefined) return known;
    const found: Problem[] = [];
    const free = this.#planBody(node, found, false);
    const isWrite = ({ code }: Problem) => code === "ungated-write";
    this.#problems.push(...found.filter((problem) => !isWrite(problem)));
    const body: PlannedBody = { free, writes: found.filter(isWrite) };
    this.#bodies.set(node.body, body);
    return body;
  }

  #planBody(node: BodyNode, problems: Problem[], isGated: boolean): PlannedGraph {
    const positions = this.#positions.body(node.id);
    return new GraphPlanner(node.body, this.#catalog, positions, problems, this.#bodies, isGated).run();
  }

  /** The plan of a body where it stands: what is wrong with it was said when it was first met. */
  #bodyPlan(node: BodyNode, isGated: boolean): Plan | undefined {
    const body = this.#body(node);
    if (isGated) return (body.gated ??= this.#planBody(node, [], true)).plan;
    this.#problems.push(...body.writes);
    body.writes = [];
    return body.free.plan;
  }

  #readNode(node: NodeDefinition, index: number): void {
    const { id } = node;
    const ports = this.#graph.ports[index] as NodePorts;
    const inFan = node.each === undefined ? noNames : itemNames;
    const bindings = Object.keys(node.in).map((port): BoundRead => {
      const value = node.in[port];
      if (typeof value !== "string") return { port, read: undefined };
      const isRequired = node.kind === "branch" || (ports.inputs.get(port)?.isRequired ?? false);
      const kind = node.kind === "merge" ? "any" : isRequired ? "needs" : "wants";
      return { port, read: this.#read(value, ["nodes", id, "in", port], inFan, index, kind) };
    });
    const when = node.when === undefined
      ? undefined
      : this.#read(node.when, ["nodes", id, "when"], inFan, index, "needs");
    const eachNode = this.#eachNode(node, index);
    const each = node.each === undefined || eachNode >= 0
      ? undefined
      : this.#read(node.each, ["nodes", id, "each"], noNames, index, "needs");
    const cases = node.kind === "branch" ? this.#cases(node, index, inFan) : noReads;
    this.#parts.push({ bindings, when, each, eachNode, cases });
    this.#after(node, index);
    checkConstants(node, ports, this.#reads);
    this.#checks.check(node, this.#bodyOutputs);
  }

  /** Reads an expression of node `index`, which so depends on every node in it. */
  #read(
    text: string,
    path: JsonPath,
    local: LocalNames,
    index: number,
    kind: EdgeKind,
  ): Read | undefined {
    const read = this.#reads.read(text, path, local);
    if (read === undefined) return undefined;
    for (let i = 0; i < read.sources.length; i++) {
      const source = read.sources[i] as number;
      if (source < 0) continue;
      this.#edges.add(source, index, kind, this.#edgePort(source, read.expression.references[i]?.port));
    }
    return read.isSound ? read : undefined;
  }

  #cases(node: BranchNode, index: number, inFan: LocalNames): readonly Read[] {
    const local: LocalNames = new Map([...inFan, ["value", undefined]]);
    const isList = this.#positions.has(["nodes", node.id, "cases", 0]);
    const cases: Read[] = [];
    node.cases.forEach(({ port, when }, place) => {
      const path = isList ? ["nodes", node.id, "cases", place, "when"] : ["nodes", node.id, "cases", port];
      const read = this.#read(when, path, local, index, "needs");
      if (read !== undefined) cases.push(read);
    });
    return cases;
  }

  /** Only the ports of branches and gates can be dead while their node lives. */
  #edgePort(source: number, port: string | undefined): string {
    const { kind } = this.#graph.nodes[source] as NodeDefinition;
    return (kind === "branch" || kind === "gate") && port !== undefined ? port : "";
  }

  #eachNode(node: NodeDefinition, index: number): number {
    const source = node.each === undefined ? undefined : this.#graph.indexOf.get(node.each.trim());
    if (source === undefined) return -1;
    this.#edges.add(source, index, "needs", "");
    return source;
  }

  #after(node: NodeDefinition, index: number): void {
    if (node.after.length === 0) return;
    const isList = this.#positions.has(["nodes", node.id, "after", 0]);
    node.after.forEach((text, place) => {
      const path = isList ? ["nodes", node.id, "after", place] : ["nodes", node.id, "after"];
      const source = this.#reads.after(text, path);
      if (source === undefined) return;
      const { kind } = this.#graph.nodes[source.index] as NodeDefinition;
      const port = source.port ?? (kind === "gate" ? "approved" : undefined);
      const hasChoice = kind === "gate" || kind === "branch";
      this.#edges.add(
        source.index,
        index,
        port === undefined ? "order" : "needs",
        hasChoice ? port ?? "" : "",
      );
    });
  }

  #readOutputs(): void {
    const { definition } = this.#graph;
    for (const [name, text] of definition.outputs) {
      const read = this.#reads.read(text, ["outputs", name], noNames);
      if (read?.isSound) this.#outputs.push({ name, read });
    }
  }

  #reportCycle(cycle: readonly number[]): void {
    const first = cycle.indexOf(cycle.reduce((least, index) => Math.min(least, index)));
    const ids = [...cycle.slice(first), ...cycle.slice(0, first)].map((index) =>
      this.#graph.nodes[index]?.id
    );
    const path = [...ids, ids[0]];
    const shown = path.length > 12 ? [...path.slice(0, 6), "…", ...path.slice(-5)] : path;
    this.#reads.fault(["nodes", String(ids[0])], "name", {
      code: "cycle",
      message: `Found a cycle: ${shown.join(" → ")}`,
      hint: "Remove one of these connections, or repeat work with a control/loop node",
    });
  }

  #planNode(node: NodeDefinition, index: number, types: PlanTypes, gated: boolean): PlanNode {
    const parts = this.#parts[index] as NodeParts;
    return {
      index,
      id: node.id,
      definition: node,
      bindings: nodeBindings(node, (_, nth) => parts.bindings[nth]?.read),
      when: parts.when,
      cases: parts.cases,
      fan: types.fans[index] ?? { kind: "single" },
      space: types.spaces[index] ?? -1,
      gated,
      body: node.kind === "loop" || node.kind === "workflow" ? this.#bodyPlan(node, gated) : undefined,
    };
  }
}

const noTypes: ReadonlyMap<string, JsonSchema> = new Map();
