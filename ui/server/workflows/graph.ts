/**
 * A workflow as the board draws it: nodes with the types of their ports, and edges from what the nodes read. Made from the
 * definition, so that a file with problems can be drawn as far as it can be read.
 *
 * @module
 */

import type { JsonSchema } from "../../../core/json.ts";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { parseExpression } from "../../../core/workflow/cel.ts";
import type { NodeDefinition, WorkflowDefinition } from "../../../core/workflow/definition.ts";
import { type NodePorts, portsOf } from "../../../core/workflow/node_ports.ts";
import type { Plan } from "../../../core/workflow/plan.ts";
import type { GraphEdge, GraphNode, WorkflowGraph } from "../../api/workflows.ts";

const MAX_DEPTH = 8;

/** The graph of a definition; `plan` where there is one, for what only it knows. */
export function graphOf(
  definition: WorkflowDefinition,
  catalog: Catalog,
  plan?: Plan,
  depth = 0,
): WorkflowGraph {
  const ports = new Map(
    [...definition.nodes].map(([id, node]) => [id as string, nodePorts(node, definition, catalog)]),
  );
  const edges: GraphEdge[] = [];
  for (const node of definition.nodes.values()) {
    addEdges(edges, node, ports.get(node.id) as NodePorts, definition);
  }
  const read = portsRead(edges);
  const levels = levelsOf([...definition.nodes.keys()], edges);
  const nodes = [...definition.nodes.values()].map((node): GraphNode => {
    const planned = plan?.nodes[plan.indexOf.get(node.id) ?? -1];
    return {
      id: node.id,
      kind: node.kind,
      ...node.kind === "call" || node.kind === "pass" && node.use !== undefined ? { use: node.use } : {},
      title: node.title ?? node.id,
      ...portLists(ports.get(node.id) as NodePorts, read.get(node.id) ?? [], node),
      fan: planned?.fan.kind ??
        (node.each === undefined ? "single" : isNode(definition, node.each) ? "with" : "over"),
      level: levels.get(node.id) ?? 0,
      importance: node.importance,
      ...bodyOf(node, catalog, planned?.body, depth),
    };
  });
  return {
    id: definition.id,
    name: definition.name,
    description: definition.description,
    version: definition.version,
    inputs: [...definition.inputs].map(([name, input]) => ({
      name,
      schema: input.schema,
      ...input.default === undefined ? {} : { default: input.default },
    })),
    outputs: [...definition.outputs].map(([name, expression]) => ({ name, expression })),
    nodes,
    edges,
    isComplete: plan !== undefined,
  };
}

function bodyOf(node: NodeDefinition, catalog: Catalog, plan: Plan | undefined, depth: number) {
  if ((node.kind !== "loop" && node.kind !== "workflow") || depth >= MAX_DEPTH) return {};
  return { body: graphOf(node.body, catalog, plan, depth + 1) };
}

function nodePorts(node: NodeDefinition, definition: WorkflowDefinition, catalog: Catalog): NodePorts {
  const outputs = node.kind === "loop" || node.kind === "workflow"
    ? new Map([...node.body.outputs.keys()].map((name): [string, JsonSchema] => [name, true]))
    : new Map<string, JsonSchema>();
  return portsOf(node, definition, catalog, outputs);
}

/** Of each node the output ports that others read. */
function portsRead(edges: readonly GraphEdge[]): ReadonlyMap<string, readonly string[]> {
  const read = new Map<string, string[]>();
  for (const { from, fromPort } of edges) {
    if (fromPort === undefined) continue;
    const list = read.get(from);
    if (list === undefined) read.set(from, [fromPort]);
    else if (!list.includes(fromPort)) list.push(fromPort);
  }
  return read;
}

function portLists(ports: NodePorts, read: readonly string[], node: NodeDefinition) {
  const inputs = [...ports.inputs].map(([name, { schema, isRequired }]) => ({ name, schema, isRequired }));
  const known = new Set(ports.inputs.keys());
  for (const name of [...Object.keys(node.in), ...Object.keys(node.with)]) {
    if (known.has(name)) continue;
    known.add(name);
    inputs.push({ name, schema: true, isRequired: false });
  }
  const outputs = [...ports.outputs].map(([name, schema]) => ({ name, schema, isRequired: false }));
  // Of a node whose type is unknown, the ports that others read.
  for (const name of read) {
    if (!ports.outputs.has(name)) outputs.push({ name, schema: true, isRequired: false });
  }
  return { inputs, outputs };
}

function addEdges(
  edges: GraphEdge[],
  node: NodeDefinition,
  ports: NodePorts,
  definition: WorkflowDefinition,
): void {
  const read = (text: string, kind: GraphEdge["kind"], toPort?: string) => {
    const parsed = parseExpression(text);
    if (!("expression" in parsed)) return;
    for (const { root, port } of parsed.expression.references) {
      add(root, port, kind, toPort);
    }
  };
  const seen = new Set<string>();
  const add = (from: string, fromPort: string | undefined, kind: GraphEdge["kind"], toPort?: string) => {
    if (from === node.id || !isNode(definition, from)) return;
    const edge = {
      from,
      ...fromPort === undefined ? {} : { fromPort },
      to: node.id,
      ...toPort === undefined ? {} : { toPort },
      kind,
    };
    const key = `${from}\0${fromPort ?? ""}\0${toPort ?? ""}`;
    if (!seen.has(key)) edges.push(edge);
    seen.add(key);
  };
  for (const [port, value] of Object.entries(node.in)) {
    if (typeof value !== "string") continue;
    const isNeeded = ports.inputs.get(port)?.isRequired === true;
    read(value, node.kind === "merge" ? "any" : isNeeded ? "needs" : "wants", port);
  }
  if (node.when !== undefined) read(node.when, "needs");
  if (node.each !== undefined) read(node.each, "needs");
  if (node.kind === "branch") { for (const { when } of node.cases) read(when, "needs"); }
  for (const name of node.after) {
    const [from = "", port] = name.split(".");
    add(from, port, port === undefined ? "order" : "needs");
  }
}

function isNode({ nodes }: WorkflowDefinition, name: string): boolean {
  return (nodes as ReadonlyMap<string, unknown>).has(name);
}

/** Longest path from any source; nodes on a cycle stay where the walk leaves them. */
function levelsOf(ids: readonly string[], edges: readonly GraphEdge[]): ReadonlyMap<string, number> {
  const waiting = new Map(ids.map((id) => [id, 0]));
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) {
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
    const list = targets.get(from);
    if (list === undefined) targets.set(from, [to]);
    else list.push(to);
  }
  const levels = new Map(ids.map((id) => [id, 0]));
  const ready = ids.filter((id) => waiting.get(id) === 0);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at] as string;
    for (const to of targets.get(id) ?? []) {
      levels.set(to, Math.max(levels.get(to) ?? 0, (levels.get(id) ?? 0) + 1));
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return levels;
}
