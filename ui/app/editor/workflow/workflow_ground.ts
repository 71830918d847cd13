/** An offset in a workflow's text: which field of which node it is, in which graph. Reads also what is half written. Pure. @module */

import { parse } from "jsonc-parser";
import { isObject, type Json, type JsonObject, type JsonSchema, own } from "../../../../core/json.ts";
import { isControlUse } from "../../../../core/workflow/fields.ts";
import type { BoardCatalog } from "../../board/model/board_node.ts";
import type { KnownTypes } from "../../board/model/connection_judge.ts";
import { type Graph, readGraph, type Scope } from "../../board/model/graph.ts";
import schema from "../../../../schemas/workflow.schema.json" with { type: "json" };
import { schemasAt } from "./schema_walk.ts";
import type { TextPlace } from "./text_place.ts";

/** What is known besides the text. */
export interface WorkflowKnowledge {
  readonly catalog: BoardCatalog;
  /** Control kinds, as `use` names them, each with what it does. */
  readonly components: readonly {
    readonly use: string;
    readonly title: string;
    readonly description: string;
  }[];
  /** What `workflow` may name: files of workflows and templates, each with its name. */
  readonly workflows: readonly { readonly reference: string; readonly title: string }[];
}

export type Path = readonly (string | number)[];

export interface Ground {
  readonly place: TextPlace;
  readonly known: WorkflowKnowledge;
  readonly root: Json | undefined;
  readonly graph: Graph;
  readonly types: KnownTypes;
  /** The body of a loop that it is in. */
  readonly scope: Scope;
  /** The place below the scope; `nodes`, a name and a field, or another field of the workflow. */
  readonly path: Path;
  /** The node that the place is in, and the place below it. */
  readonly node: string | undefined;
  readonly field: Path;
}

/** Long texts are read for their places only: reading the graph with each key would be felt. UTF-16 units. */
const LONGEST = 600_000;

export function groundOf(text: string, place: TextPlace, known: WorkflowKnowledge): Ground {
  const root = text.length > LONGEST ? undefined : parse(text, [], { allowTrailingComma: true }) as Json;
  const scope: string[] = [];
  let path: Path = place.path;
  while (path.length > 3 && path[0] === "nodes" && path[2] === "body") {
    scope.push(...path.slice(0, 3).map(String));
    path = path.slice(3);
  }
  const graph = readGraph(JSON.stringify(isObject(root) ? root : {}), scope, known.catalog);
  const isInNode = path[0] === "nodes" && path.length > 1;
  const isFan = (node: string) => own(graph.nodes.get(node)?.value, "each") !== undefined;
  return {
    place,
    known,
    root,
    graph,
    types: { outputs: () => undefined, isFan },
    scope,
    path,
    node: isInNode ? String(path[1]) : undefined,
    field: isInNode ? path.slice(2) : [],
  };
}

/** The value at a path of the file. */
export function valueAt({ root }: Ground, path: Path): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, key) => Array.isArray(value) ? value[Number(key)] : own(value, String(key)),
    root,
  );
}

/** What the field holds an expression for; undefined where it is none. */
export function expressionAt(
  { field, path, node, graph }: Ground,
): { readonly wanted: JsonSchema | undefined } | undefined {
  if (node === undefined) {
    return path[0] === "outputs" && path.length === 2 ? { wanted: undefined } : undefined;
  }
  const [first, second, third] = field;
  const use = graph.nodes.get(node)?.use;
  if (first === "in" && field.length === 2) {
    return { wanted: graph.nodes.get(node)?.inputs.find(({ name }) => name === second)?.schema };
  }
  if (first === "when" && field.length === 1) return { wanted: { type: "boolean" } };
  if (first === "each" && field.length === 1) return { wanted: { type: "array" } };
  if (first === "until" && use === "control/loop" && field.length === 1) {
    return { wanted: { type: "boolean" } };
  }
  const isCase = first === "cases" && (typeof second === "number" ? third === "when" : field.length === 2);
  return isCase ? { wanted: { type: "boolean" } } : undefined;
}

/** The schemas of the place: of the file's format, of the ports of what the node uses, and of JSON Schema where one is written. */
export function schemasOf(ground: Ground, path: Path = ground.place.path): readonly JsonObject[] {
  const { node, graph, scope } = ground;
  const below = path.slice(scope.length);
  const [, , part, port] = below;
  if (node !== undefined && (part === "in" || part === "with") && below.length >= 4) {
    const found = graph.nodes.get(node)?.inputs.find(({ name }) => name === port)?.schema;
    return isObject(found)
      ? schemasAt(found, valueAt(ground, path.slice(0, scope.length + 4)), below.slice(4))
      : [];
  }
  const isInput = below[0] === "inputs" && below.length >= 2;
  const isAnswer = node !== undefined && part === "schema";
  if (isInput || isAnswer) {
    const start = scope.length + (isInput ? 2 : 3);
    if (path.length > start || isInput) {
      return schemasAt(metaSchema, valueAt(ground, path.slice(0, start)), path.slice(start));
    }
  }
  return schemasAt(schema as JsonObject, ground.root, path);
}

/** Whether nodes of this `use` are known. */
export function isKnownUse({ known }: Ground, use: string): boolean {
  return isControlUse(use) || known.catalog.nodes.has(use as never) || known.catalog.tasks.has(use as never);
}

/** What Symphony's own forms know of JSON Schema. */
const metaSchema: JsonObject = {
  type: "object",
  properties: {
    type: {
      enum: ["string", "integer", "number", "boolean", "array", "object", "null"],
      description: "What kind of value is taken",
    },
    title: { type: "string", description: "Its name for people" },
    description: { type: "string", description: "What it is for" },
    default: { description: "What is taken where nothing is given; makes it optional" },
    enum: { type: "array", description: "The only values that are taken" },
    const: { description: "The only value that is taken" },
    format: {
      description: "What kind of text it is",
      anyOf: [{ enum: ["date", "date-time", "email", "uri", "secret"] }, { type: "string" }],
    },
    minLength: { type: "integer", description: "Fewest characters" },
    maxLength: { type: "integer", description: "Most characters" },
    pattern: { type: "string", description: "A regular expression that the text has to match" },
    minimum: { type: "number", description: "The smallest number" },
    maximum: { type: "number", description: "The largest number" },
    items: { $ref: "#", type: "object", description: "The schema of each item" },
    minItems: { type: "integer", description: "Fewest items" },
    maxItems: { type: "integer", description: "Most items" },
    properties: {
      type: "object",
      additionalProperties: { $ref: "#" },
      description: "Members by name, each a schema",
    },
    required: { type: "array", items: { type: "string" }, description: "Members that have to be there" },
    additionalProperties: { description: "Whether other members may be there, or their schema" },
    anyOf: { type: "array", items: { $ref: "#" }, description: "Schemas of which one at least has to fit" },
    oneOf: { type: "array", items: { $ref: "#" }, description: "Schemas of which exactly one has to fit" },
  },
};
