/**
 * The types that flow along a plan's connections, and from them which nodes repeat item by item. Nodes are visited in
 * topological order, so that what a node reads has its type and its item space already.
 *
 * Lifting: a node without `each` that takes a plain path out of a fan-out node gets the array of all its items. Where
 * that array cannot fit the port but one element can, the node runs item by item in the same space instead.
 *
 * @module
 */

import { isObject, type JsonSchema } from "../json.ts";
import type { NodeDefinition } from "./definition.ts";
import type { Graph, NodeReads, Read } from "./node_reads.ts";
import type { NodePorts } from "./node_ports.ts";
import type { Fan } from "./plan.ts";
import { describe, type Fit, fit, isMismatch } from "./port_type.ts";
import { arrayOf, elementOf, schemaAt, schemaOfCel } from "./schema_path.ts";
import { didYouMean } from "./suggest.ts";

/** What was parsed of one input port. */
export interface BoundRead {
  readonly port: string;
  /** Undefined for a constant, and for what has been reported. */
  readonly read: Read | undefined;
}

/** What was parsed of one node. */
export interface NodeParts {
  readonly bindings: readonly BoundRead[];
  readonly when: Read | undefined;
  readonly each: Read | undefined;
  /** The fan-out node that `each` names; -1 where it is an expression or absent. */
  readonly eachNode: number;
  readonly cases: readonly Read[];
}

/** What the port `port` of a node reads; undefined where nothing is bound to it. */
export function boundTo({ bindings }: NodeParts, port: string): Read | undefined {
  return bindings.find((bound) => bound.port === port)?.read;
}

const single: Fan = { kind: "single" };
const indexSchema: JsonSchema = { type: "integer", minimum: 0 };
const boolean: JsonSchema = { type: "boolean" };

export class PlanTypes {
  readonly #graph: Graph;
  readonly #parts: readonly NodeParts[];
  readonly #reads: NodeReads;
  readonly fans: Fan[];
  readonly spaces: Int32Array;
  readonly #itemTypes: (JsonSchema | undefined)[] = [];
  /** Bindings of another space than their node's, which were reported. */
  readonly #mixed = new Set<Read>();
  readonly #fits = new WeakMap<object, WeakMap<object, Fit>>();

  constructor(graph: Graph, parts: readonly NodeParts[], reads: NodeReads) {
    this.#graph = graph;
    this.#parts = parts;
    this.#reads = reads;
    this.fans = graph.nodes.map(() => single);
    this.spaces = new Int32Array(graph.nodes.length).fill(-1);
  }

  /** Settles the fan of a node, checks what it reads and notes what it gives. Call in topological order. */
  visit(index: number): void {
    const parts = this.#parts[index] as NodeParts;
    this.#settleFan(index, parts);
    for (const { port, read } of parts.bindings) {
      if (read !== undefined && !this.#mixed.has(read)) this.#checkBinding(index, port, read);
    }
    if (parts.when !== undefined) this.#checkCondition(index, parts.when, undefined);
    const node = this.#graph.nodes[index] as NodeDefinition;
    const { outputs } = this.#graph.ports[index] as NodePorts;
    if (node.kind === "branch") {
      const value = boundTo(parts, "value");
      const passed = value === undefined ? undefined : this.typeOf(index, value);
      for (const read of parts.cases) this.#checkCondition(index, read, passed);
      for (const { port } of node.cases) outputs.set(port, passed ?? true);
    } else if (node.kind === "merge") {
      const types = parts.bindings.flatMap(({ read }) =>
        read === undefined ? [] : [this.typeOf(index, read) ?? true]
      );
      const isKnown = types.length > 0 && types.every(isObject);
      outputs.set("value", !isKnown ? true : types.length === 1 ? types[0] as JsonSchema : { anyOf: types });
    }
  }

  /** What an expression gives where node `index` reads it; -1 for the workflow's outputs. */
  typeOf(index: number, read: Read, passed?: JsonSchema): JsonSchema | undefined {
    const { path } = read.expression;
    if (path === undefined) return schemaOfCel(read.type);
    const found = this.#pathType(index, path, read.sources[0] as number, passed);
    if (!("missing" in found)) return found.schema;
    const depth = path.indexOf(found.missing, 1);
    const offset = path.slice(0, depth).join(".").length + 1;
    this.#reads.fault(read.path, { inString: offset }, {
      code: "unknown-port",
      message: `Found ${path.join(".")}, but ${
        path.slice(0, depth).join(".")
      } has no field "${found.missing}"`,
      hint: this.#isGathered(index, read.sources[0] as number)
        ? `It holds the values of all items; give the node "each": "${path[0]}" to run once for each of them`
        : didYouMean(found.missing, found.known, "fields"),
    });
    return undefined;
  }

  #pathType(
    index: number,
    path: readonly string[],
    source: number,
    passed: JsonSchema | undefined,
  ): ReturnType<typeof schemaAt> {
    const [root, name] = path;
    const { definition, ports } = this.#graph;
    if (source < 0) {
      if (root === "item") return schemaAt(this.#itemTypes[this.spaces[index] ?? -1], path, 1);
      if (root === "index") return schemaAt(indexSchema, path, 1);
      if (root === "value") return schemaAt(passed, path, 1);
      if (root !== "inputs" || name === undefined) return { schema: undefined };
      return schemaAt(definition.inputs.get(name)?.schema, path, 2);
    }
    if (name === undefined) return { schema: undefined };
    const element = ports[source]?.outputs.get(name);
    if (!this.#isGathered(index, source)) return schemaAt(element, path, 2);
    return path.length === 2 ? { schema: arrayOf(element) } : { missing: path[2] as string, known: [] };
  }

  /** True where the node reads the fan-out node `source` from outside its space, and so gets all items. */
  #isGathered(index: number, source: number): boolean {
    if (source < 0 || this.fans[source] === single) return false;
    return index < 0 || this.spaces[index] === -1 || this.spaces[index] !== this.spaces[source];
  }

  #settleFan(index: number, parts: NodeParts): void {
    const { eachNode, each } = parts;
    const node = this.#graph.nodes[index] as NodeDefinition;
    if (eachNode >= 0) return this.#joinNamed(index, eachNode);
    if (each !== undefined) {
      const type = this.typeOf(index, each);
      if (isMismatch(this.#fit(type, arrayOf(undefined)))) {
        const message = `Found ${describe(type)} as what ${node.id} runs over`;
        this.#reads.fault(each.path, "value", { code: "bad-each", message, hint: "Expected an array" });
      }
      this.#itemTypes[index] = elementOf(type);
      this.fans[index] = { kind: "over", items: each };
      this.spaces[index] = index;
    } else this.#lift(index, parts);
  }

  #joinNamed(index: number, source: number): void {
    const { id } = this.#graph.nodes[source] as NodeDefinition;
    if (this.fans[source] === single) {
      const hint = `Name a node with "each", or an array such as ${id}.${this.#firstPort(source)}`;
      const message = `Found "${id}" as what to run over, but ${id} runs once`;
      this.#reads.fault(this.#path(index, "each"), "value", { code: "bad-each", message, hint });
      return;
    }
    this.#join(index, source);
  }

  #join(index: number, source: number): void {
    this.fans[index] = { kind: "with", source };
    this.spaces[index] = this.spaces[source] as number;
  }

  #firstPort(index: number): string {
    return this.#graph.ports[index]?.outputs.keys().next().value ?? "PORT";
  }

  #lift(index: number, parts: NodeParts): void {
    let first = -1;
    for (const { port, read } of parts.bindings) {
      const source = read === undefined ? -1 : this.#liftSource(index, port, read);
      if (read === undefined || source < 0) continue;
      if (first < 0) first = source;
      else if (this.spaces[source] !== this.spaces[first]) {
        this.#mixed.add(read);
        const [a, b] = [first, source].map((place) => this.#graph.nodes[place]?.id);
        this.#reads.fault(read.path, "value", {
          code: "mixed-fan-outs",
          message: `Found items of "${a}" and of "${b}", which do not run over the same array`,
          hint: `Let ${b} run item by item with ${a} ("each": "${a}"), or take one of them as a whole array`,
        });
      }
    }
    if (first >= 0) this.#join(index, first);
  }

  /** The fan-out node that a binding reads item by item; -1 where it reads none, or the whole. */
  #liftSource(index: number, port: string, { expression: { path }, sources }: Read): number {
    if (path === undefined || path.length < 2) return -1;
    const source = sources[0] as number;
    if (source < 0 || this.fans[source] === single) return -1;
    const target = this.#graph.ports[index]?.inputs.get(port)?.schema;
    if (target === undefined || target === true) return -1;
    const found = schemaAt(this.#graph.ports[source]?.outputs.get(path[1] as string), path, 2);
    if ("missing" in found) return -1;
    const isWhole = path.length === 2 && !isMismatch(this.#fit(arrayOf(found.schema), target));
    return isWhole || isMismatch(this.#fit(found.schema, target)) ? -1 : source;
  }

  #checkBinding(index: number, port: string, read: Read): void {
    const target = this.#graph.ports[index]?.inputs.get(port)?.schema;
    const type = this.typeOf(index, read);
    const found = this.#fit(type, target);
    if (!isMismatch(found)) return;
    const { id } = this.#graph.nodes[index] as NodeDefinition;
    const { path, text } = read.expression;
    const isGathered = path !== undefined && this.#isGathered(index, read.sources[0] as number);
    const from = path === undefined ? "" : ` from ${text}`;
    this.#reads.fault(read.path, "value", {
      code: "type-mismatch",
      message: `Port "${port}" of ${id} takes ${describe(target)}, found ${describe(type)}${from}`,
      hint: isGathered
        ? `${path[0]} runs once per item: give ${id} "each": "${path[0]}" to take its results one by one`
        : `${found.reason.charAt(0).toUpperCase()}${found.reason.slice(1)}`,
    });
  }

  #checkCondition(index: number, read: Read, passed: JsonSchema | undefined): void {
    const type = this.typeOf(index, read, passed);
    if (!isMismatch(this.#fit(type, boolean))) return;
    const message = `Found a condition that gives ${describe(type)}: "${read.expression.text}"`;
    const hint = "Expected true or false: compare with ==, >, in, or use size(…) > 0";
    this.#reads.fault(read.path, "value", { code: "type-mismatch", message, hint });
  }

  /** Thousands of connections share their schemas, so each pair is compared once. */
  #fit(from: JsonSchema | undefined, to: JsonSchema | undefined): Fit {
    if (!isObject(from) || !isObject(to)) return fit(from, to);
    let known = this.#fits.get(from);
    if (known === undefined) this.#fits.set(from, known = new WeakMap());
    let found = known.get(to);
    if (found === undefined) known.set(to, found = fit(from, to));
    return found;
  }

  #path(index: number, field: string): readonly string[] {
    return ["nodes", (this.#graph.nodes[index] as NodeDefinition).id, field];
  }
}
