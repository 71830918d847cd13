/**
 * From a definition to a plan: names become integers, references become edges, fan-outs get their spaces. On the way
 * everything that is wrong with the meaning of a workflow is found, all of it at once. What edges mean is in plan.ts.
 *
 * @module
 */

import type { JsonSchema } from "../json.ts";
import type { Catalog } from "./catalog.ts";
import type { NodeDefinition, WorkflowDefinition } from "./definition.ts";
import { findCycle, indegrees, levels, topologicalOrder } from "./graph.ts";
import { type NodePorts, portsOf } from "./node_ports.ts";
import { type Graph, type LocalNames, NodeReads, type Read } from "./node_reads.ts";
import type { Plan, PlanBinding, PlanNode } from "./plan.ts";
import { checkNode, warnOfGraph } from "./plan_checks.ts";
import { PlanEdges } from "./plan_edges.ts";
import { findSpaces, type NodeSources } from "./plan_spaces.ts";
import { typeOfRead } from "./plan_types.ts";
import type { Problem } from "./problem.ts";
import { type JsonPath, Positions, Source } from "./source.ts";
import { didYouMean } from "./suggest.ts";

export interface MadePlan {
  /** Only where there is no error. */
  readonly plan?: Plan;
  readonly problems: readonly Problem[];
  /** The types of the outputs, for the workflow around a body. */
  readonly outputTypes: ReadonlyMap<string, JsonSchema>;
}

const noNames: LocalNames = new Map();

/** Plans a definition against what is installed. Never throws for what a file can hold. */
export function makePlan(definition: WorkflowDefinition, catalog: Catalog, positions?: Positions): MadePlan {
  const places = positions ?? new Positions(new Source(definition.id, ""), undefined);
  const problems: Problem[] = [];
  const nodes = [...definition.nodes.values()];
  const indexOf = new Map<string, number>(nodes.map(({ id }, index) => [id, index]));
  const bodies = nodes.map((node) =>
    node.kind === "loop" || node.kind === "workflow"
      ? makePlan(node.body, catalog, places.body(node.id))
      : undefined
  );
  for (const body of bodies) if (body !== undefined) problems.push(...body.problems);
  const ports = nodes.map((node, i) =>
    portsOf(node, definition, catalog, bodies[i]?.outputTypes ?? new Map())
  );
  const graph: Graph = { definition, nodes, indexOf, ports };
  const reads = new NodeReads(graph, places, problems);
  if (nodes.length === 0) {
    reads.fault(["nodes"], "name", {
      code: "no-nodes",
      message: "Found no nodes",
      hint: "A workflow has at least one node",
    });
  }
  const sources = nodes.map((node) => readNode(node, graph, reads, catalog));
  const outputs = readOutputs(definition, reads);
  const order = orderOf(graph, sources, reads);
  const outputTypes = new Map<string, JsonSchema>();
  if (order === undefined) return { problems, outputTypes };

  const spaces = findSpaces(graph, sources, order, reads);
  const edges = new PlanEdges();
  nodes.forEach((_, index) => addEdges(graph, sources, index, edges));
  const compressed = edges.compress(nodes.length);
  const gated = gatedNodes(graph, sources, order);
  nodes.forEach((_, index) => checkNode({ graph, sources, spaces, reads, catalog, gated }, index));
  for (const { name, read } of outputs) {
    outputTypes.set(name, typeOfRead({ graph, spaces, sources }, read, -1).schema ?? true);
  }
  for (const node of nodes) {
    if (node.kind === "output") {
      outputTypes.set(node.name, ports[indexOf.get(node.id) as number]?.inputs.get("value")?.schema ?? true);
    }
  }
  warnOfGraph({ graph, sources, spaces, reads, catalog, gated }, compressed, outputs.map(({ read }) => read));
  if (problems.some(({ severity }) => severity === "error")) return { problems, outputTypes };

  const planned = nodes.map((node, index): PlanNode => ({
    index,
    id: node.id,
    definition: node,
    bindings: bindingsOf(node, sources[index] as NodeSources),
    when: sources[index]?.when?.expression,
    fan: spaces.fans[index] ?? { kind: "single" },
    space: spaces.spaceOf[index] as number,
    gated: gated[index] === 1,
    body: bodies[index]?.plan,
  }));
  const plan: Plan = {
    definition,
    nodes: planned,
    indexOf: indexOf as ReadonlyMap<string, number> as Plan["indexOf"],
    offsets: compressed.offsets,
    targets: compressed.targets,
    kinds: compressed.kinds,
    edgePorts: compressed.edgePorts,
    ports: edges.ports,
    indegree: indegrees(compressed),
    levels: levels(compressed, order),
    outputs: outputs.map(({ name, read }) => ({
      name,
      expression: read.expression,
      sources: read.expression.references.map(({ root }) => indexOf.get(root)).filter((index) =>
        index !== undefined
      ),
    })),
  };
  return { plan, problems, outputTypes };
}

/** Parses all that a node says and looks its names up. */
function readNode(node: NodeDefinition, graph: Graph, reads: NodeReads, catalog: Catalog): NodeSources {
  const base: JsonPath = ["nodes", node.id];
  if (node.kind === "call" && !catalog.nodes.has(node.use) && !catalog.tasks.has(node.use)) {
    const known = [...catalog.nodes.keys(), ...catalog.tasks.keys()];
    const message = `Found "${node.use}", which no installed extension provides`;
    reads.fault([...base, "use"], "value", {
      code: "unknown-type",
      message,
      hint: didYouMean(node.use, known, "node types"),
    });
  }
  const deps: { index: number; port: string; read: "in" | "when" | "each" | "cases"; target: string }[] = [];
  const eachNode = node.each === undefined ? undefined : graph.indexOf.get(node.each);
  const local: LocalNames = node.each === undefined
    ? noNames
    : new Map<string, JsonSchema | undefined>([["item", undefined], ["index", { type: "integer" }]]);
  const read = (
    text: string,
    path: JsonPath,
    kind: (typeof deps)[number]["read"],
    target: string,
    names: LocalNames,
  ) =>
    reads.read(
      text,
      path,
      names,
      (index, reference) => deps.push({ index, port: reference.port ?? "", read: kind, target }),
    );
  const bindings = new Map<string, Read>();
  for (const [port, value] of Object.entries(node.in)) {
    if (typeof value !== "string") continue;
    const found = read(value, [...base, "in", port], "in", port, local);
    if (found !== undefined) bindings.set(port, found);
  }
  const each = node.each === undefined ? undefined : read(node.each, [...base, "each"], "each", "", noNames);
  const when = node.when === undefined ? undefined : read(node.when, [...base, "when"], "when", "", local);
  if (node.kind === "branch") {
    const names: LocalNames = new Map([...local, ["value", undefined]]);
    for (const { port, when: text } of node.cases) read(text, [...base, "cases", port], "cases", port, names);
  }
  const after = node.after.map((text, place) => readAfter(node, text, place, graph, reads)).filter((found) =>
    found !== undefined
  );
  return { deps, bindings, each, eachNode, when, after };
}

function readAfter(node: NodeDefinition, text: string, place: number, graph: Graph, reads: NodeReads) {
  const path: JsonPath = ["nodes", node.id, "after", place];
  const [name, port, ...rest] = text.split(".") as [string, string?, ...string[]];
  const index = graph.indexOf.get(name);
  if (index === undefined || rest.length > 0) {
    if (!reads.isUnreadable(name)) {
      const hint = didYouMean(name, graph.indexOf.keys(), "nodes");
      reads.fault(path, { inString: 0 }, {
        code: "unknown-node",
        message: `Found "${text}" in "after", which is no node`,
        hint,
      });
    }
    return undefined;
  }
  const source = graph.nodes[index] as NodeDefinition;
  if (port !== undefined) {
    return reads.checkPort(index, port, path, { inString: name.length + 1 }) ? { index, port } : undefined;
  }
  if (source.kind === "gate") return { index, port: "approved" };
  if (source.kind === "branch") {
    const ports = source.cases.map((one) => `"${name}.${one.port}"`).join(" or ");
    const message = `Found "${name}" in "after", which is a branch: it goes to one of its ports`;
    reads.fault(path, { inString: 0 }, { code: "branch-port", message, hint: `Write ${ports}` });
    return undefined;
  }
  return { index, port: "" };
}

function readOutputs(definition: WorkflowDefinition, reads: NodeReads): { name: string; read: Read }[] {
  const found: { name: string; read: Read }[] = [];
  for (const [name, text] of definition.outputs) {
    const read = reads.read(text, ["outputs", name], noNames, () => {});
    if (read !== undefined) found.push({ name, read });
  }
  return found;
}

/** The nodes in an order in which sources come first; undefined where there is a cycle, which is reported. */
function orderOf(graph: Graph, sources: readonly NodeSources[], reads: NodeReads): Uint32Array | undefined {
  const edges = new PlanEdges();
  sources.forEach(({ deps, after }, target) => {
    for (const { index } of [...deps, ...after]) edges.add(index, target, "order", "");
  });
  const adjacency = edges.compress(graph.nodes.length);
  const order = topologicalOrder(adjacency);
  if (order !== undefined) return order;
  const cycle = findCycle(adjacency) ?? [];
  const path = [...cycle, cycle[0] as number].map((index) => graph.nodes[index]?.id).join(" → ");
  const first = graph.nodes[cycle[0] as number]?.id as string;
  const message = `Found a cycle: ${path}`;
  const hint = "Take one of these references away; to repeat work, put it into the body of a control/loop";
  reads.fault(["nodes", first], "name", { code: "cycle", message, hint });
  return undefined;
}

function addEdges(graph: Graph, sources: readonly NodeSources[], target: number, edges: PlanEdges): void {
  const { deps, after } = sources[target] as NodeSources;
  const node = graph.nodes[target] as NodeDefinition;
  const ports = graph.ports[target] as NodePorts;
  for (const { index, port, read, target: into } of deps) {
    const isNeeded = read !== "in" || node.kind === "branch" || ports.inputs.get(into)?.isRequired === true;
    const kind = node.kind === "merge" && read === "in" ? "any" : isNeeded ? "needs" : "wants";
    edges.add(index, target, kind, port);
  }
  for (const { index, port } of after) edges.add(index, target, port === "" ? "order" : "needs", port);
}

/** Nodes that run only after a person approved: behind `approved` of a gate, through needed edges. */
function gatedNodes(graph: Graph, sources: readonly NodeSources[], order: Uint32Array): Uint8Array {
  const gated = new Uint8Array(graph.nodes.length);
  for (const index of order) {
    const { deps, after } = sources[index] as NodeSources;
    const node = graph.nodes[index] as NodeDefinition;
    if (node.kind === "merge") continue;
    const isNeeded = (dep: (typeof deps)[number]) =>
      dep.read !== "in" || node.kind === "branch" ||
      graph.ports[index]?.inputs.get(dep.target)?.isRequired === true;
    for (
      const { index: from, port } of [...after.filter((one) => one.port !== ""), ...deps.filter(isNeeded)]
    ) {
      const isGate = graph.nodes[from]?.kind === "gate";
      if (isGate ? port === "approved" : gated[from] === 1) gated[index] = 1;
    }
  }
  return gated;
}

function bindingsOf(node: NodeDefinition, { bindings }: NodeSources): PlanBinding[] {
  const all: PlanBinding[] = [];
  for (const [port, value] of Object.entries(node.with)) all.push({ kind: "constant", port, value });
  for (const [port, value] of Object.entries(node.in)) {
    const read = bindings.get(port);
    if (read !== undefined) all.push({ kind: "expression", port, expression: read.expression });
    else all.push({ kind: "constant", port, value });
  }
  return all;
}
