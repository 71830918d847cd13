/**
 * Which control fits a schema. Pure.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, type JsonSchema, own } from "../../../core/json.ts";
import { describe } from "../../../core/workflow/port_type.ts";

export type ControlKind =
  | "enum"
  | "boolean"
  | "number"
  | "text"
  | "list"
  | "object"
  | "alternatives"
  | "json";

/** The schema behind a reference inside `root`; booleans as objects. */
export function resolveSchema(schema: JsonSchema, root: JsonSchema): JsonObject {
  let at: Json = schema;
  for (let hops = 0; hops < 16 && isObject(at); hops++) {
    const reference = own(at, "$ref");
    if (typeof reference !== "string" || !reference.startsWith("#/")) return at;
    let found: Json | undefined = root;
    for (const step of reference.slice(2).split("/")) {
      found = own(found, step.replaceAll("~1", "/").replaceAll("~0", "~"));
    }
    const { $ref: _reference, ...beside } = at;
    at = isObject(found) ? { ...found, ...beside } : {};
  }
  return isObject(at) ? at : {};
}

export function alternativesOf(schema: JsonObject): readonly JsonSchema[] {
  const found = own(schema, "anyOf") ?? own(schema, "oneOf");
  return Array.isArray(found) ? found as readonly JsonSchema[] : [];
}

/** The control for `schema`; `value` settles it where the schema leaves it open. */
export function kindOf(schema: JsonObject, value: Json | undefined): ControlKind {
  if (Array.isArray(own(schema, "enum")) || own(schema, "const") !== undefined) return "enum";
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0 && alternatives.every(isObject)) {
    return alternatives.length > 1 ? "alternatives" : kindOf(alternatives[0] as JsonObject, value);
  }
  const declared = own(schema, "type");
  const types = (Array.isArray(declared) ? declared : [declared]).filter((type) => type !== "null");
  if (types.length !== 1) return "json";
  switch (types[0]) {
    case "boolean":
      return "boolean";
    case "integer":
    case "number":
      return value === undefined || typeof value === "number" ? "number" : "json";
    case "string":
      return value === undefined || value === null || typeof value === "string" ? "text" : "json";
    case "array":
      return value === undefined || Array.isArray(value) ? "list" : "json";
    case "object":
      return isObject(own(schema, "properties")) && (value === undefined || isObject(value))
        ? "object"
        : "json";
    default:
      return "json";
  }
}

/** What a new value of the schema begins as. */
export function startValue(schema: JsonObject): Json {
  const fallback = own(schema, "default");
  if (fallback !== undefined) return fallback;
  const values = own(schema, "enum");
  if (Array.isArray(values)) return values[0] as Json;
  const constant = own(schema, "const");
  if (constant !== undefined) return constant;
  switch (kindOf(schema, undefined)) {
    case "boolean":
      return false;
    case "number":
      return typeof own(schema, "minimum") === "number" ? own(schema, "minimum") as number : 0;
    case "list":
      return [];
    case "object":
      return {};
    case "text":
      return "";
    default:
      return null;
  }
}

/** A name as people write it: `maxFiles` → `Max files`; the schema's own title where there is one. */
export function titleOf(name: string, schema: JsonSchema): string {
  const title = own(isObject(schema) ? schema : {}, "title");
  if (typeof title === "string" && title !== "") return title;
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").replaceAll(/[_-]+/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The type in a word or two, for the corner of the field. */
export function typeText(schema: JsonObject): string {
  const values = own(schema, "enum");
  if (Array.isArray(values)) return "choice";
  const format = own(schema, "format");
  const text = describe(schema);
  const short = text.length > 26 ? `${text.slice(0, 25)}…` : text;
  return typeof format === "string" && text === "string" ? format : short;
}
