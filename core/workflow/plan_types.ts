/**
 * The type of what an expression gives, as a node in some item space sees it.
 *
 * @module
 */

import type { JsonSchema } from "../json.ts";
import type { NodePorts } from "./node_ports.ts";
import type { Graph, Read } from "./node_reads.ts";
import type { NodeSources, Spaces } from "./plan_spaces.ts";
import { arrayOf, elementOf, schemaAt, schemaOfCel } from "./schema_path.ts";

export interface TypeContext {
  readonly graph: Graph;
  readonly spaces: Spaces;
  readonly sources: readonly NodeSources[];
}

export interface ReadType {
  readonly schema: JsonSchema | undefined;
  /** A name in the path that cannot be there, and what could. */
  readonly missing?: { readonly name: string; readonly known: readonly string[] };
}

/** The type of `read` in item space `space` (-1: outside all); unknown where nothing can be said. */
export function typeOfRead(context: TypeContext, read: Read, space: number): ReadType {
  const { graph, spaces, sources } = context;
  const { path } = read.expression;
  if (path === undefined) return { schema: schemaOfCel(read.type) };
  const [root, ...rest] = path as [string, ...string[]];
  if (root === "inputs") {
    if (rest.length === 0) return { schema: { type: "object" } };
    return within(graph.definition.inputs.get(rest[0] as string)?.schema, rest.slice(1));
  }
  if (root === "index") return { schema: { type: "integer" } };
  if (root === "item") return space < 0 ? { schema: undefined } : within(itemType(context, space), rest);
  const index = graph.indexOf.get(root);
  if (index === undefined || rest.length === 0) return { schema: undefined };
  const { outputs } = graph.ports[index] as NodePorts;
  const port = passedThrough(context, index, rest[0] as string) ?? outputs.get(rest[0] as string);
  const own = spaces.spaceOf[index] as number;
  if (own < 0 || own === space) return within(port, rest.slice(1));
  // Outside its space a fan-out's port is the array of all; nothing can be named inside an array.
  if (rest.length > 1) return { schema: undefined, missing: { name: rest[1] as string, known: [] } };
  return { schema: arrayOf(port) };

  /** A branch gives on each port what it was given. */
  function passedThrough({ graph: of }: TypeContext, node: number, name: string): JsonSchema | undefined {
    const kind = of.nodes[node]?.kind;
    if (kind !== "branch" || !(of.ports[node] as NodePorts).outputs.has(name)) return undefined;
    const value = sources[node]?.bindings.get("value");
    return value === undefined
      ? undefined
      : typeOfRead(context, value, spaces.spaceOf[node] as number).schema;
  }
}

/** The type of the elements that the opener of a space runs over. */
function itemType(context: TypeContext, space: number): JsonSchema | undefined {
  const each = context.sources[space]?.each;
  return each === undefined ? undefined : elementOf(typeOfRead(context, each, -1).schema);
}

function within(schema: JsonSchema | undefined, names: readonly string[]): ReadType {
  const found = schemaAt(schema, names);
  if ("missing" in found) return { schema: undefined, missing: { name: found.missing, known: found.known } };
  return { schema: found.schema };
}
