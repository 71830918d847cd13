/**
 * Checks what comes in against the schemas made from the contract. Loaded with the first request of the API.
 *
 * @module
 */

import { SymphonyError } from "../../../core/errors.ts";
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";
import { validate } from "../../../core/workflow/json_schema.ts";
import type { RequestFault } from "../../api/problem.ts";
import schemas from "../../api/schemas.json" with { type: "json" };
import { Refusal } from "./problems.ts";

const definitions = schemas as unknown as JsonObject;
const routes = own(own(definitions["Api"], "properties"), "properties") ??
  own(definitions["Api"], "properties");
const known = new Map<string, JsonObject | undefined>();

/** The schema of a route's `body` or `query` with all that it refers to; undefined where the route takes none. */
export function schemaOf(route: string, part: "body" | "query"): JsonObject | undefined {
  const key = `${part} ${route}`;
  if (!known.has(key)) {
    const schema = own(own(own(routes, route), "properties"), part);
    known.set(key, isObject(schema) ? standalone(schema) : undefined);
  }
  return known.get(key);
}

/** @throws Refusal 400 naming every place */
export function checkBody(route: string, value: Json | undefined): void {
  const schema = schemaOf(route, "body");
  if (schema === undefined) return;
  if (value === undefined) {
    throw bad([{ place: "body", found: "nothing", right: "a JSON body" }]);
  }
  const faults = validate(schema, value).map(({ path, message }) => faultAt("body", path, message));
  if (faults.length > 0) throw bad(faults);
}

/** The query's values as their schema has them: numbers and booleans of text. @throws Refusal 400 */
export function checkQuery(route: string, given: URLSearchParams): JsonObject {
  const schema = schemaOf(route, "query") ?? { type: "object", properties: {}, additionalProperties: false };
  const properties = resolved(schema, schema)["properties"];
  const query: Record<string, Json> = {};
  for (const [name, text] of given) query[name] = coerced(own(properties, name), text);
  const faults = validate(schema, query).map(({ path, message }) => faultAt("query", path, message));
  if (faults.length > 0) throw bad(faults);
  return query;
}

/** @throws SymphonyError `bad-input` for an unknown call, Refusal 400 for parameters that do not fit */
export function checkCall(name: string, params: Json): void {
  const key = `call ${name}`;
  if (!known.has(key)) {
    const parts = firstOf(own(own(own(definitions["TextCalls"], "properties"), name), "items"));
    known.set(key, isObject(parts) ? standalone(parts) : undefined);
  }
  const schema = known.get(key);
  if (schema === undefined) {
    throw new SymphonyError("bad-input", `Cannot ${name.slice(0, 60)}: there is no such call`);
  }
  const faults = validate(schema, params).map(({ path, message }) => faultAt("params", path, message));
  if (faults.length > 0) throw bad(faults);
}

function firstOf(list: Json | undefined): Json | undefined {
  return Array.isArray(list) ? (list as readonly Json[])[0] : undefined;
}

function coerced(schema: Json | undefined, text: string): Json {
  const type = own(schema, "type");
  if (type === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function bad(faults: readonly RequestFault[]): Refusal {
  const [first] = faults;
  const more = faults.length > 1 ? `, and ${faults.length - 1} more` : "";
  const detail =
    `Cannot read the request: ${first?.place}: found ${first?.found}, expected ${first?.right}${more}`;
  return new Refusal(400, "bad-input", detail, { faults });
}

/** What a schema says against the value at `path` of `part`, as a fault of the request. */
export function faultAt(part: string, path: string, message: string): RequestFault {
  const place = path === "" ? part : `${part}.${path}`;
  const expected = /^Expected (.*), found (.*)$/s.exec(message);
  if (expected !== null) return { place, found: expected[2] as string, right: expected[1] as string };
  const missing = /^Missing "(.*)"$/.exec(message);
  if (missing !== null) return { place: `${place}.${missing[1]}`, found: "nothing", right: "a value" };
  const unknown = /^Found "(.*)", which is not a known property$/.exec(message);
  if (unknown !== null) {
    return { place: `${place}.${unknown[1]}`, found: "an unknown name", right: "no such name" };
  }
  return { place, found: message.replace(/^Found /, ""), right: "a value that fits the schema" };
}

/** A schema with the definitions that it reaches, and no others. */
function standalone(schema: JsonObject): JsonObject {
  const reached = new Map<string, Json>();
  const pending: Json[] = [schema];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (Array.isArray(next)) pending.push(...next as readonly Json[]);
    else if (isObject(next)) {
      const name = nameIn(next["$ref"]);
      const target = name === undefined ? undefined : definitions[name];
      if (name !== undefined && target !== undefined && !reached.has(name)) {
        reached.set(name, target);
        pending.push(target);
      }
      pending.push(...Object.values(next));
    }
  }
  return reached.size === 0 ? schema : { ...schema, definitions: Object.fromEntries(reached) };
}

function resolved(schema: JsonObject, root: JsonObject): JsonObject {
  const name = nameIn(schema["$ref"]);
  const target = name === undefined ? undefined : own(root["definitions"], name);
  return isObject(target) ? target : schema;
}

function nameIn(reference: Json | undefined): string | undefined {
  return typeof reference === "string"
    ? decodeURIComponent(reference.replace("#/definitions/", ""))
    : undefined;
}
