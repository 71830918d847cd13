/**
 * Types of parts: what stands at `a.b` in values of a schema, what the elements of an array are.
 *
 * @module
 */

import { isObject, type JsonSchema, own } from "../json.ts";

const scalars: ReadonlySet<string> = new Set(["string", "number", "integer", "boolean", "null"]);

/** The schema of `names`, from the one at `first` on, inside `schema`; `missing` is the first that cannot be there. */
export function schemaAt(
  schema: JsonSchema | undefined,
  names: readonly string[],
  first: number,
): { readonly schema: JsonSchema | undefined } | {
  readonly missing: string;
  readonly known: readonly string[];
} {
  let found = schema;
  for (let at = first; at < names.length; at++) {
    const name = names[at] as string;
    if (found === undefined || typeof found === "boolean") return { schema: undefined };
    const properties = own(found, "properties");
    const next = isObject(properties) ? own(properties, name) : undefined;
    if (next !== undefined) {
      found = next as JsonSchema;
      continue;
    }
    const isClosed = isObject(properties) && own(found, "additionalProperties") === false &&
      own(found, "patternProperties") === undefined;
    const isScalar = scalars.has(String(own(found, "type")));
    if (isClosed || isScalar) {
      return { missing: name, known: isObject(properties) ? Object.keys(properties) : [] };
    }
    return { schema: undefined };
  }
  return { schema: found };
}

/** The schema of the elements of an array schema; undefined where nothing is known. */
export function elementOf(schema: JsonSchema | undefined): JsonSchema | undefined {
  const items = isObject(schema) ? own(schema, "items") : undefined;
  return typeof items === "boolean" || isObject(items) ? items : undefined;
}

const arrays = new WeakMap<object, JsonSchema>();
const anyArray: JsonSchema = { type: "array" };

/** The schema of arrays of `element`; the same object for the same element, so that comparisons are remembered. */
export function arrayOf(element: JsonSchema | undefined): JsonSchema {
  if (!isObject(element)) return anyArray;
  const before = arrays.get(element);
  if (before !== undefined) return before;
  const made: JsonSchema = { type: "array", items: element };
  arrays.set(element, made);
  return made;
}

const celSchemas: Readonly<Record<string, JsonSchema>> = {
  bool: { type: "boolean" },
  string: { type: "string" },
  int: { type: "integer" },
  uint: { type: "integer" },
  double: { type: "number" },
  list: anyArray,
  map: { type: "object" },
  "null_type": { type: "null" },
  null: { type: "null" },
};

/** What an expression of a CEL type gives; undefined for `dyn` and types that JSON does not have. */
export function schemaOfCel(type: string): JsonSchema | undefined {
  const base = type.replace(/<.*$/, "");
  return Object.hasOwn(celSchemas, base) ? celSchemas[base] : undefined;
}
