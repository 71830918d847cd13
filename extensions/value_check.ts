/**
 * Checks what goes into and comes out of a handler against its schemas, and fills in defaults.
 *
 * @module
 */

import { type Schema, Validator } from "@cfworker/json-schema";
import type { Json, JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";

const validators = new WeakMap<JsonObject, Validator>();

/** What is wrong with `value`, with its place; undefined where it fits. */
export function misfit(schema: JsonObject, value: Json): string | undefined {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = new Validator(schema as Schema, "2020-12", false);
    validators.set(schema, validator);
  }
  const result = validator.validate(value);
  if (result.valid) return undefined;
  // The last error is the deepest one; those before it only say that a parent failed.
  const deepest = result.errors.reduce((best, error) =>
    error.instanceLocation.length >= best.instanceLocation.length ? error : best
  );
  const place = deepest.instanceLocation.replace(/^#\/?/, "").replaceAll("/", ".");
  return `${place === "" ? "" : `${place}: `}${deepest.error.replace(/\.$/, "")}`.slice(0, 500);
}

/** `value` with the defaults of the schema's top-level properties where they are absent. */
export function withDefaults(schema: JsonObject, value: JsonObject): JsonObject {
  const properties = schema["properties"];
  if (!isObject(properties)) return value;
  let filled: Record<string, Json> | undefined;
  for (const [name, property] of Object.entries(properties)) {
    if (Object.hasOwn(value, name) || !isObject(property) || !Object.hasOwn(property, "default")) continue;
    filled ??= { ...value };
    filled[name] = property["default"] as Json;
  }
  return filled ?? value;
}
