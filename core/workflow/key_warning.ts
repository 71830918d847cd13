/** Warns of keys that were typed into a workflow file, which is shared, kept and shown; they belong into a grant. @module */

import { isObject, type Json, type JsonObject } from "../json.ts";
import { looksLikeKey } from "../policy/secret_shape.ts";
import type { Reader } from "./reader.ts";
import type { JsonPath } from "./source.ts";

/** Keys that were typed into the file. The message never repeats one. */
export function warnOfKeys(value: JsonObject, path: JsonPath, reader: Reader): void {
  for (const [name, one] of Object.entries(value)) {
    if (typeof one === "string" ? looksLikeKey(one, name) : holdsKey(one, name)) {
      reader.fault([...path, name], "value", {
        severity: "warning",
        code: "key-in-file",
        message: `Found what looks like a key in "${name}"`,
        hint: "Take it out and grant it as a secret: it is then kept outside the file and added by the core",
      });
    }
  }
}

function holdsKey(value: Json, name: string): boolean {
  if (typeof value === "string") return looksLikeKey(value, name);
  if (Array.isArray(value)) return value.some((one) => holdsKey(one as Json, name));
  return isObject(value) && Object.entries(value).some(([field, one]) => holdsKey(one, field));
}
