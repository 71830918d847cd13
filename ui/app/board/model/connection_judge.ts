/**
 * Whether a connection may be made, told while it is dragged: by the rules of `symphony check` (types that exclude each other,
 * cycles), with its words. Made once for a drag; each port then costs one comparison.
 *
 * @module
 */

import { isObject, type JsonSchema, own } from "../../../../core/json.ts";
import { describe, type Fit, fit, isMismatch } from "../../../../core/workflow/port_type.ts";
import { arrayOf } from "../../../../core/workflow/schema_path.ts";
import { INPUTS, OUTPUTS } from "./board_node.ts";
import type { Graph } from "./graph.ts";

/** One end of a connection; an empty port is the node as a whole. */
export interface End {
  readonly node: string;
  readonly port: string;
}

export type Verdict =
  | { readonly fits: "yes" | "maybe"; readonly reason: string }
  | { readonly fits: "no"; readonly reason: string };

/** What the checker found out about nodes: types that follow from connections, and who runs once per item. */
export interface KnownTypes {
  outputs(node: string): ReadonlyMap<string, JsonSchema> | undefined;
  isFan(node: string): boolean;
}

const yes: Verdict = { fits: "yes", reason: "" };

export class ConnectionJudge {
  readonly #graph: Graph;
  readonly #types: KnownTypes;
  readonly #fixed: End;
  readonly #isFromSource: boolean;
  /** Nodes that must not be at the other end. */
  readonly #circular: ReadonlySet<string>;

  /** `fixed` is the end that is held: a source where `isFromSource`, else a target. */
  constructor(graph: Graph, types: KnownTypes, fixed: End, isFromSource: boolean) {
    this.#graph = graph;
    this.#types = types;
    this.#fixed = fixed;
    this.#isFromSource = isFromSource;
    this.#circular = reach(graph, fixed.node, isFromSource);
  }

  /** Judges the connection to `other`. */
  judge(other: End): Verdict {
    const [source, target] = this.#isFromSource ? [this.#fixed, other] : [other, this.#fixed];
    if (source.node === target.node) return no("A node cannot read its own output");
    if (source.node === OUTPUTS) return no("The workflow's outputs give nothing to other nodes");
    if (target.node === INPUTS) return no("The workflow's inputs take nothing from nodes");
    if (this.#circular.has(other.node)) {
      return no(
        `This would be a cycle: ${target.node} already comes before ${source.node}. Repeat work with a loop`,
      );
    }
    if (target.port === "" || source.port === "") return yes;
    return this.#judgeTypes(source, target);
  }

  #judgeTypes(source: End, target: End): Verdict {
    const node = this.#graph.nodes.get(target.node);
    const port = node?.inputs.find(({ name }) => name === target.port);
    if (node === undefined) return no(`There is no node ${target.node}`);
    if (port === undefined) {
      return node.isOpen ? yes : no(`${target.node} has no port "${target.port}"`);
    }
    const given = this.outputType(source);
    const fan = this.#types.isFan(source.node) && source.node !== INPUTS;
    const found = fan
      ? better(fit(arrayOf(given), port.schema), fit(given, port.schema))
      : fit(given, port.schema);
    if (!isMismatch(found)) return { fits: found.fit === "yes" ? "yes" : "maybe", reason: found.reason };
    const type = fan ? `array of ${describe(given)}` : describe(given);
    const said = `${describe(port.schema)}, found ${type}`;
    const more = found.reason === "" || found.reason === `expected ${said}` ? [] : [sentence(found.reason)];
    const cast = castOf(given, port.schema);
    if (cast !== undefined) more.push(`As an expression it fits: ${cast}(${source.node}.${source.port})`);
    return no([`Port "${target.port}" of ${label(target.node)} takes ${said}`, ...more].join(". "));
  }

  /** Whether what the held source gives could go into a port of this type. */
  fitsInto(schema: JsonSchema): Fit["fit"] {
    const given = this.outputType(this.#fixed);
    const found = fit(given, schema);
    const each = this.#types.isFan(this.#fixed.node) ? fit(arrayOf(given), schema) : found;
    return isMismatch(found) && isMismatch(each) ? "no" : better(found, each).fit;
  }

  /** Whether what comes out of a port of this type could go into the held target. */
  fitsFrom(schema: JsonSchema): Fit["fit"] {
    const node = this.#graph.nodes.get(this.#fixed.node);
    const found = fit(schema, node?.inputs.find(({ name }) => name === this.#fixed.port)?.schema);
    return isMismatch(found) ? "no" : found.fit;
  }

  /** What comes out of a port, as far as it is known. */
  outputType(source: End): JsonSchema | undefined {
    const known = this.#types.outputs(source.node)?.get(source.port);
    if (known !== undefined && known !== true) return known;
    const node = this.#graph.nodes.get(source.node);
    const schema = node?.outputs.find(({ name }) => name === source.port)?.schema;
    if (!isObject(schema) || source.node !== INPUTS) return schema;
    // An input's default says nothing about what may be given.
    return own(schema, "type") === undefined && own(schema, "anyOf") === undefined ? undefined : schema;
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The function of expressions that makes the one of the other; undefined where none does so safely. */
function castOf(given: JsonSchema | undefined, wanted: JsonSchema): string | undefined {
  const [from, to] = [typeOf(given), typeOf(wanted)];
  if (to === "string" && (from === "integer" || from === "number" || from === "boolean")) return "string";
  return to === "integer" && from === "number" ? "int" : undefined;
}

function typeOf(schema: JsonSchema | undefined): unknown {
  return isObject(schema) ? own(schema, "type") : undefined;
}

function no(reason: string): Verdict {
  return { fits: "no", reason };
}

function label(node: string): string {
  return node === OUTPUTS ? "the outputs" : node;
}

function better(a: Fit, b: Fit): Fit {
  return isMismatch(a) ? b : a;
}

/** Every node before `start` (or after it, where not `isBackwards`), by any kind of edge; itself not. */
export function reach(graph: Graph, start: string, isBackwards: boolean): ReadonlySet<string> {
  const next = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    const [key, value] = isBackwards ? [to, from] : [from, to];
    const list = next.get(key);
    if (list === undefined) next.set(key, [value]);
    else list.push(value);
  }
  const found = new Set<string>();
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const other of next.get(node) ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}
