/**
 * What a JSON Schema says of one place of a value: the keys that may stand there, the values, and what they are for. Where a
 * schema has alternatives, all that the value does not exclude. Pure.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, own } from "../../../../core/json.ts";

/** Schemas that refer to each other are followed so far. */
const MOST_STEPS = 30;

/** The schemas that apply at `path` of `value`, whose schema is `root`; empty where nothing is said. */
export function schemasAt(
  root: JsonObject,
  value: Json | undefined,
  path: readonly (string | number)[],
): readonly JsonObject[] {
  let here = expanded(root, root, value);
  let at = value;
  for (const key of path) {
    at = Array.isArray(at) ? at[Number(key)] : own(at, String(key));
    here = here.flatMap((schema) => below(schema, key)).flatMap((schema) => expanded(root, schema, at));
  }
  return here;
}

/** The schema of a key or an item. */
function below(schema: JsonObject, key: string | number): readonly JsonObject[] {
  if (typeof key === "number") {
    const items = own(schema, "items");
    return isObject(items) ? [items] : [];
  }
  const named = own(own(schema, "properties"), key);
  if (isObject(named)) return [named];
  const others = own(schema, "additionalProperties");
  return named === undefined && isObject(others) ? [others] : [];
}

/** The schema and all that it is made of, as far as the value does not exclude it. */
function expanded(
  root: JsonObject,
  schema: JsonObject,
  value: Json | undefined,
  steps = 0,
): readonly JsonObject[] {
  if (steps > MOST_STEPS) return [];
  const reference = own(schema, "$ref");
  if (typeof reference === "string") {
    const target = reference.split("/").slice(1).reduce<Json | undefined>(own, root);
    // What stands beside a reference is about this place, and so told first.
    const beside = Object.keys(schema).length > 1 ? [{ ...schema, $ref: null }] : [];
    return isObject(target) ? [...beside, ...expanded(root, target, value, steps + 1)] : beside;
  }
  const parts: JsonObject[] = [];
  for (const word of ["anyOf", "oneOf", "allOf"]) {
    const list = own(schema, word);
    if (Array.isArray(list)) {
      parts.push(...list.filter(isObject).filter((part) => word === "allOf" || mayBe(root, part, value)));
    }
  }
  const condition = own(schema, "if");
  if (isObject(condition)) {
    const branch = own(schema, isMet(condition, value) ? "then" : "else");
    if (isObject(branch)) parts.push(branch);
  }
  return [schema, ...parts.flatMap((part) => expanded(root, part, value, steps + 1))];
}

function mayBe(root: JsonObject, schema: JsonObject, value: Json | undefined): boolean {
  // What is being written may become anything.
  if (value === undefined || !isObject(value) && !Array.isArray(value)) return true;
  const reference = own(schema, "$ref");
  const meant = typeof reference === "string"
    ? reference.split("/").slice(1).reduce<Json | undefined>(own, root)
    : schema;
  const type = own(meant, "type");
  if (type === undefined) return own(meant, "enum") === undefined;
  return [type].flat().includes(Array.isArray(value) ? "array" : "object");
}

/** Of conditions, as far as those of Symphony's schemas go: constants of members that have to be there. */
function isMet(condition: JsonObject, value: Json | undefined): boolean {
  const needed = own(condition, "required");
  if (Array.isArray(needed) && needed.some((key) => own(value, String(key)) === undefined)) return false;
  const members = own(condition, "properties");
  if (!isObject(members)) return true;
  return Object.entries(members).every(([key, schema]) => {
    const found = own(value, key);
    const only = own(schema, "const");
    const list = own(schema, "enum");
    return found === undefined || (only === undefined || only === found) &&
        (!Array.isArray(list) || list.includes(found));
  });
}

/** The keys that may stand in an object, each with its schemas, in the order of the schema. */
export function keysOf(schemas: readonly JsonObject[]): ReadonlyMap<string, readonly JsonObject[]> {
  const keys = new Map<string, JsonObject[]>();
  for (const schema of schemas) {
    const members = own(schema, "properties");
    if (!isObject(members)) continue;
    for (const [key, one] of Object.entries(members)) {
      if (isObject(one)) keys.set(key, [...keys.get(key) ?? [], one]);
    }
  }
  return keys;
}

/** Keys that have to be there. */
export function requiredOf(schemas: readonly JsonObject[]): ReadonlySet<string> {
  return new Set(schemas.flatMap((schema) => {
    const list = own(schema, "required");
    return Array.isArray(list) ? list.map(String) : [];
  }));
}

/** Values that the schemas name, each with what is said of it. */
export function valuesOf(schemas: readonly JsonObject[]): ReadonlyMap<Json, string> {
  const values = new Map<Json, string>();
  const add = (value: Json, about: string) => values.has(value) || values.set(value, about);
  for (const schema of schemas) {
    const about = typeof schema["description"] === "string" ? schema["description"] : "";
    const only = own(schema, "const");
    if (only !== undefined) add(only, about);
    const list = own(schema, "enum");
    if (Array.isArray(list)) { for (const value of list) add(value as Json, about); }
    const fallback = own(schema, "default");
    if (fallback !== undefined && !isObject(fallback) && !Array.isArray(fallback)) add(fallback, "Default");
    if (own(schema, "type") === "boolean") { for (const value of [true, false]) add(value, about); }
  }
  return values;
}

/** What the schemas say that the place is for, the nearest first, without saying it twice. */
export function wordsOf(schemas: readonly JsonObject[]): readonly string[] {
  const words = schemas.map((schema) => schema["description"]).filter((one) => typeof one === "string");
  return [...new Set(words)];
}

/** What a new value begins as. */
export function beginningOf(schemas: readonly JsonObject[]): "{  }" | "[]" | '""' | "" {
  for (const schema of schemas) {
    if (own(schema, "enum") !== undefined || own(schema, "const") !== undefined) {
      const [first] = [own(schema, "const"), own(schema, "enum")].flat();
      return typeof first === "string" || isObject(first) ? '""' : "";
    }
    const [type] = [own(schema, "type")].flat();
    if (type === "object") return "{  }";
    if (type === "array") return "[]";
    if (type === "string") return '""';
    if (type !== undefined) return "";
  }
  return "";
}
