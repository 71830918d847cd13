/** A JSON value with one place of it changed. Pure. @module */

import type { Json, JsonObject } from "../../../../core/json.ts";

/** The value with one place changed; undefined removes it. */
export function changedAt(
  at: Json | undefined,
  path: readonly (string | number)[],
  value: Json | undefined,
): Json | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (typeof first === "number") {
    const list = Array.isArray(at) ? [...at as Json[]] : [];
    const next = changedAt(list[first], rest, value);
    if (next === undefined) list.splice(first, 1);
    else list[first] = next;
    return list;
  }
  const object: Record<string, Json> = {
    ...(typeof at === "object" && !Array.isArray(at) ? at as JsonObject : {}),
  };
  const next = changedAt(object[first], rest, value);
  if (next === undefined) delete object[first];
  else object[first] = next;
  return object;
}
