/**
 * What is checked of a node once it is known what is connected to it: ports, required inputs, types, constants; and
 * warnings about the graph.
 *
 * @module
 */

import type { Json } from "../json.ts";
import type { Catalog } from "./catalog.ts";
import type { NodeDefinition } from "./definition.ts";
import { type Adjacency } from "./graph.ts";
import { validate } from "./json_schema.ts";
import type { NodePorts } from "./node_ports.ts";
import type { NodeReads, Read } from "./node_reads.ts";
import type { NodeSources } from "./plan_spaces.ts";
import { type TypeContext, typeOfRead } from "./plan_types.ts";
import { describe, fit, isMismatch } from "./port_type.ts";
import { didYouMean } from "./suggest.ts";

export interface CheckContext extends TypeContext {
  readonly reads: NodeReads;
  readonly catalog: Catalog;
  readonly gated: Uint8Array;
}

/** Reports everything that is wrong with one node's connections. */
export function checkNode(context: CheckContext, index: number): void {
  const node = context.graph.nodes[index] as NodeDefinition;
  const ports = context.graph.ports[index] as NodePorts;
  const { bindings, each, eachNode, when } = context.sources[index] as NodeSources;
  const space = context.spaces.spaceOf[index] as number;
  for (const port of Object.keys(node.in)) {
    if (!checkPort(context, node, ports, "in", port)) continue;
    const read = bindings.get(port);
    if (read !== undefined) checkBinding(context, { node, port, read, space });
    else if (typeof node.in[port] !== "string") checkConstant(context, node, ports, "in", port);
  }
  for (const port of Object.keys(node.with)) {
    if (!checkPort(context, node, ports, "with", port)) continue;
    if (Object.hasOwn(node.in, port)) {
      context.reads.fault(["nodes", node.id, "with", port], "name", {
        code: "port-twice",
        message: `Found "${port}" in "in" and in "with"`,
        hint: 'Give a port once: an expression in "in" or a constant in "with"',
      });
    }
    checkConstant(context, node, ports, "with", port);
  }
  for (const [port, { isRequired, schema }] of ports.inputs) {
    if (!isRequired || Object.hasOwn(node.in, port) || Object.hasOwn(node.with, port)) continue;
    context.reads.fault(["nodes", node.id], "name", {
      code: "missing-input",
      message: `Node "${node.id}" lacks its input "${port}" (${describe(schema)})`,
      hint: `Add "${port}" to "in" (an expression) or to "with" (a constant)`,
    });
  }
  if (when !== undefined) {
    checkType(context, { node, read: when, space, place: ["when"], wanted: { type: "boolean" } });
  }
  if (each !== undefined && eachNode === undefined) {
    checkType(context, { node, read: each, space: -1, place: ["each"], wanted: { type: "array" } });
  }
}

function checkPort(
  context: CheckContext,
  node: NodeDefinition,
  ports: NodePorts,
  where: "in" | "with",
  port: string,
): boolean {
  if (ports.isOpen || ports.inputs.has(port)) return true;
  const what = node.kind === "call" ? node.use : `control/${node.kind}`;
  context.reads.fault(["nodes", node.id, where, port], "name", {
    code: "unknown-port",
    message: `Found "${port}" in "${where}", but ${what} takes no "${port}"`,
    hint: didYouMean(port, ports.inputs.keys(), `inputs of ${what}`),
  });
  return false;
}

function checkConstant(
  context: CheckContext,
  node: NodeDefinition,
  ports: NodePorts,
  where: "in" | "with",
  port: string,
): void {
  const schema = ports.inputs.get(port)?.schema;
  const value = node[where][port] as Json;
  if (schema === undefined) return;
  for (const { path, message } of validate(schema, value).slice(0, 5)) {
    context.reads.fault(["nodes", node.id, where, port], "value", {
      code: "bad-constant",
      message: `Value of "${port}"${path === "" ? "" : ` at ${path}`} does not fit: ${message}`,
      hint: `Expected ${describe(schema)}`,
    });
  }
}

function checkBinding(
  context: CheckContext,
  at: { node: NodeDefinition; port: string; read: Read; space: number },
): void {
  const schema = context.graph.ports[context.graph.indexOf.get(at.node.id) as number]?.inputs.get(at.port)
    ?.schema;
  checkType(context, { ...at, place: ["in", at.port], wanted: schema ?? true });
}

function checkType(context: CheckContext, at: {
  node: NodeDefinition;
  read: Read;
  space: number;
  place: readonly string[];
  wanted: Parameters<typeof fit>[1];
}): void {
  const { read, space } = at;
  const path = ["nodes", at.node.id, ...at.place];
  const { schema, missing } = typeOfRead(context, read, space);
  if (missing !== undefined) {
    const offset = Math.max(0, read.expression.text.lastIndexOf(missing.name));
    context.reads.fault(path, { inString: offset }, {
      code: "unknown-field",
      message: `Found "${read.expression.text}", but there is no "${missing.name}" in it`,
      hint: didYouMean(missing.name, missing.known, "names there"),
    });
    return;
  }
  const found = fit(schema, at.wanted);
  if (!isMismatch(found)) return;
  context.reads.fault(path, "value", {
    code: "type-mismatch",
    message: `"${read.expression.text}" gives ${describe(schema)}, expected ${describe(at.wanted)}`,
    hint: found.reason === ""
      ? "Connect a port of that type, or convert the value"
      : `${found.reason}: connect a port of that type, or convert the value`,
  });
}

/** Warnings: inputs nobody reads, nodes nobody uses, writes without a gate. */
export function warnOfGraph(context: CheckContext, graph: Adjacency, outputs: readonly Read[]): void {
  const { definition, nodes, ports } = context.graph;
  const read = new Set(outputs.flatMap(({ expression }) => expression.references.map(({ root }) => root)));
  for (const [index, node] of nodes.entries()) {
    const effect = (ports[index] as NodePorts).effect;
    const isUsed = (graph.offsets[index + 1] as number) > (graph.offsets[index] as number) ||
      read.has(node.id);
    if (
      !isUsed && node.kind === "call" && (effect === "none" || effect === "read") &&
      definition.outputs.size > 0
    ) {
      context.reads.fault(["nodes", node.id], "name", {
        code: "unused-node",
        severity: "warning",
        message: `Nothing uses what "${node.id}" gives`,
        hint: 'Connect it, name it in "outputs", or take it away',
      });
    }
    if (effect === "write" && context.gated[index] !== 1) {
      context.reads.fault(["nodes", node.id], "name", {
        code: "ungated-write",
        severity: "warning",
        message: `Node "${node.id}" writes without a gate before it`,
        hint: "Put a control/gate before it, or start the run with --allow-write",
      });
    }
  }
  for (const node of nodes) if (node.kind === "input") context.reads.usedInputs.add(node.name);
  for (const name of definition.inputs.keys()) {
    if (context.reads.usedInputs.has(name)) continue;
    context.reads.fault(["inputs", name], "name", {
      code: "unused-input",
      severity: "warning",
      message: `Nothing reads the input "${name}"`,
      hint: `Use inputs.${name}, or take it away`,
    });
  }
}
