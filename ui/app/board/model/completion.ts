/**
 * What can stand at the cursor of an expression: inputs, nodes that may come before, their ports, fields inside by type, and
 * the functions of CEL. Pure.
 *
 * @module
 */

import { isObject, type JsonSchema, own } from "../../../../core/json.ts";
import { describe, fit, isMismatch } from "../../../../core/workflow/port_type.ts";
import { arrayOf, elementOf, schemaAt } from "../../../../core/workflow/schema_path.ts";
import { INPUTS, OUTPUTS } from "./board_node.ts";
import { type KnownTypes, reach } from "./connection_judge.ts";
import type { Graph } from "./graph.ts";

export interface Completion {
  readonly label: string;
  /** Its type, in words. */
  readonly detail: string;
  /** What takes the place of the word at the cursor. */
  readonly insert: string;
  /** Where the cursor then stands, units before its end: within the brackets of a call. Default 0. */
  readonly back?: number;
  /** Fits what the field takes. */
  readonly fits: boolean;
}

export interface Completions {
  /** Where the word at the cursor begins. */
  readonly from: number;
  readonly options: readonly Completion[];
}

export interface CompletionContext {
  readonly graph: Graph;
  readonly types: KnownTypes;
  /** The node whose field it is. */
  readonly node: string;
  /** What the field takes; undefined for anything. */
  readonly wanted: JsonSchema | undefined;
}

const functions: readonly (readonly [string, string])[] = [
  ["size", "integer: length of text, list or map"],
  ["has", "boolean: whether a field is there"],
  ["string", "text of a value"],
  ["int", "whole number of a value"],
  ["double", "number of a value"],
  ["matches", "boolean: regular expression"],
];
const methods: readonly (readonly [string, string])[] = [
  ["all(x, )", "boolean: true for all"],
  ["exists(x, )", "boolean: true for one"],
  ["filter(x, )", "list: those for which it is true"],
  ["map(x, )", "list: of what it gives"],
];

/** Completions for the text before the cursor. */
export function completionsAt(text: string, cursor: number, context: CompletionContext): Completions {
  const before = text.slice(0, cursor);
  const word = /[A-Za-z_][\w.]*$|\.$/.exec(before)?.[0] ?? "";
  const from = cursor - word.length;
  const parts = word.split(".");
  const prefix = parts.pop() ?? "";
  const wanted = from === 0 ? context.wanted : undefined;
  const options = parts.length === 0 ? roots(context, wanted) : fields(parts, context, wanted);
  const matching = options.filter(({ label }) =>
    label.toLowerCase().startsWith(prefix.toLowerCase()) && label !== prefix
  );
  const others = prefix === ""
    ? []
    : options.filter(({ label }) =>
      !label.toLowerCase().startsWith(prefix.toLowerCase()) &&
      label.toLowerCase().includes(prefix.toLowerCase())
    );
  const sorted = [...matching, ...others].sort((a, b) => Number(b.fits) - Number(a.fits));
  return { from: cursor - prefix.length, options: sorted.slice(0, 60) };
}

function roots(
  { graph, types, node }: CompletionContext,
  wanted: JsonSchema | undefined,
): readonly Completion[] {
  const after = node === "" ? new Set<string>() : reach(graph, node, false);
  const options: Completion[] = [];
  if (graph.nodes.has(INPUTS)) {
    options.push({ label: "inputs", detail: "the workflow's inputs", insert: "inputs.", fits: false });
  }
  for (const { id, outputs, title } of graph.nodes.values()) {
    if (id === node || id === INPUTS || id === OUTPUTS || after.has(id)) continue;
    const ports = portsOf(id, graph, types);
    options.push({
      label: id,
      detail: title === id ? `${outputs.length} outputs` : title,
      insert: `${id}.`,
      fits: false,
    });
    for (const [port, given] of ports) {
      const schema = asRead(id, given, types, node);
      options.push({
        label: `${id}.${port}`,
        detail: describe(schema),
        insert: `${id}.${port}`,
        fits: isFit(schema, wanted),
      });
    }
  }
  for (const port of graph.nodes.get(INPUTS)?.outputs ?? []) {
    options.push({
      label: `inputs.${port.name}`,
      detail: describe(port.schema),
      insert: `inputs.${port.name}`,
      fits: isFit(port.schema, wanted),
    });
  }
  if (types.isFan(node)) {
    const schema = itemType(node, graph, types);
    options.push({ label: "item", detail: describe(schema), insert: "item", fits: isFit(schema, wanted) });
    options.push({
      label: "index",
      detail: "integer",
      insert: "index",
      fits: isFit({ type: "integer" }, wanted),
    });
  }
  for (const [name, detail] of functions) {
    options.push({ label: `${name}()`, detail, insert: `${name}()`, back: 1, fits: false });
  }
  return options;
}

function fields(
  parts: readonly string[],
  context: CompletionContext,
  wanted: JsonSchema | undefined,
): readonly Completion[] {
  const { graph, types, node } = context;
  const [root = "", ...rest] = parts;
  const list = (entries: Iterable<readonly [string, JsonSchema]>) =>
    [...entries].map(([name, schema]) => ({
      label: name,
      detail: describe(schema),
      insert: name,
      fits: isFit(schema, wanted),
    }));
  if (rest.length === 0 && root === "inputs") return list(portsOf(INPUTS, graph, types));
  if (rest.length === 0 && graph.nodes.has(root)) {
    return list(
      portsOf(root, graph, types).map(([port, schema]) => [port, asRead(root, schema, types, node)] as const),
    );
  }
  const schema = typeOf(root, rest, graph, types, node);
  const methodsOf = methods.map(([label, detail]) => ({
    label,
    detail,
    insert: label,
    back: 1,
    fits: false,
  }));
  if (!isObject(schema)) return methodsOf;
  const properties = own(schema, "properties");
  return isObject(properties) ? list(Object.entries(properties) as [string, JsonSchema][]) : methodsOf;
}

function typeOf(
  root: string,
  path: readonly string[],
  graph: Graph,
  types: KnownTypes,
  node: string,
): JsonSchema | undefined {
  if (root === "item") return at(itemType(node, graph, types), path, 0);
  const [port = "", ...rest] = path;
  const ports = new Map(portsOf(root === "inputs" ? INPUTS : root, graph, types));
  return at(ports.get(port), rest, 0);
}

function at(schema: JsonSchema | undefined, path: readonly string[], first: number): JsonSchema | undefined {
  const found = schemaAt(schema, path, first);
  return "missing" in found ? undefined : found.schema;
}

/** The type of `item` where `each` is a plain path. */
function itemType(node: string, graph: Graph, types: KnownTypes): JsonSchema | undefined {
  const read = graph.nodes.get(node)?.reads.find(({ kind, isPlain }) => kind === "each" && isPlain);
  if (read === undefined) return undefined;
  if (read.from === undefined) return itemType(read.root, graph, types);
  return elementOf(typeOf(read.root, read.text.split(".").slice(1), graph, types, node));
}

function portsOf(id: string, graph: Graph, types: KnownTypes): readonly (readonly [string, JsonSchema])[] {
  const known = types.outputs(id);
  return (graph.nodes.get(id)?.outputs ?? []).map(({ name, schema }) => {
    const found = known?.get(name);
    return [name, found === undefined || found === true ? schema : found] as const;
  });
}

/** What a node that runs once per item gives is read as a list by one that does not, and as either by one that does as well. */
function asRead(id: string, schema: JsonSchema, types: KnownTypes, reader: string): JsonSchema {
  return id !== INPUTS && types.isFan(id) && !types.isFan(reader) ? arrayOf(schema) : schema;
}

function isFit(schema: JsonSchema | undefined, wanted: JsonSchema | undefined): boolean {
  return wanted !== undefined && wanted !== true && schema !== undefined && schema !== true &&
    !isMismatch(fit(schema, wanted));
}
