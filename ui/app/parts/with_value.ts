/** Changing a value inside an object by its path. @module */

import { isObject, type Json, type JsonObject } from "../../../core/json.ts";

/** The object with the value at a path set; undefined removes. */
export function withValue(
  before: JsonObject,
  path: readonly (string | number)[],
  value: Json | undefined,
): JsonObject {
  const [first, ...rest] = path;
  const name = String(first);
  const { [name]: current, ...others } = before;
  const inner = rest.length === 0
    ? value
    : Array.isArray(current)
    ? (current as readonly Json[]).map((item, index) =>
      index === rest[0]
        ? rest.length === 1 ? value ?? null : withValue(isObject(item) ? item : {}, rest.slice(1), value)
        : item
    )
    : withValue(isObject(current) ? current : {}, rest, value);
  return inner === undefined ? others : { ...before, [name]: inner };
}
