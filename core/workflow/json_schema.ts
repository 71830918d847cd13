/**
 * The seam over `@cfworker/json-schema`, which needs no code generation. A schema is compiled once and kept as long as
 * the schema object lives.
 *
 * @module
 */

import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { SymphonyError } from "../errors.ts";
import { isObject, type Json, type JsonSchema } from "../json.ts";
import { type Fits, fitsOf } from "./schema_fit.ts";

export interface SchemaFault {
  /** Dotted, as in `files.0.name`; empty for the value itself. */
  readonly path: string;
  /** What was found and what was expected. */
  readonly message: string;
}

const compiled = new WeakMap<object, Validator>();
const quick = new WeakMap<object, Fits | null>();
/** Keywords that only say that something below them failed. */
const wrappers = new Set(["properties", "items", "prefixItems", "$ref", "allOf", "patternProperties", "if"]);
const MAX_FAULTS = 20;
const NONE: readonly SchemaFault[] = [];

/**
 * What of `value` does not fit `schema`, at most 20 faults; empty where it fits.
 * @throws SymphonyError `bad-input` for a schema with an unresolvable `$ref`
 */
export function validate(schema: JsonSchema, value: Json): readonly SchemaFault[] {
  if (schema === true) return NONE;
  if (schema === false) return [{ path: "", message: "Found a value where none is allowed" }];
  if (quickOf(schema)?.(value) === true) return NONE;
  try {
    const { valid, errors } = validatorOf(schema).validate(value);
    return valid ? NONE : readable(errors, value);
  } catch (cause) {
    if (cause instanceof RangeError) {
      return [{ path: "", message: "Found a value nested too deeply to check" }];
    }
    throw new SymphonyError("bad-input", `Cannot check against schema: ${firstLine(cause)}`, { cause });
  }
}

/** Why `schema` is not a usable JSON Schema; undefined where it is. */
export function schemaFault(schema: Json): string | undefined {
  if (typeof schema === "boolean") return undefined;
  if (!isObject(schema)) return "expected an object or true";
  const fault = keywordFault(schema);
  if (fault !== undefined) return fault;
  try {
    for (const sample of [null, true, 0, "", [], {}]) validatorOf(schema).validate(sample);
  } catch (cause) {
    return firstLine(cause);
  }
  return undefined;
}

const typeNames = new Set(["null", "boolean", "object", "array", "number", "integer", "string"]);

function keywordFault(schema: Json): string | undefined {
  if (!isObject(schema)) return undefined;
  const { type, properties, required, enum: values, items, pattern } = schema;
  for (const name of type === undefined ? [] : Array.isArray(type) ? type : [type]) {
    if (!typeNames.has(name as string)) {
      return `unknown type ${JSON.stringify(name)}, known are ${[...typeNames].join(", ")}`;
    }
  }
  if (properties !== undefined && !isObject(properties)) return '"properties" is not an object';
  if (required !== undefined && !Array.isArray(required)) return '"required" is not an array of names';
  if (values !== undefined && !Array.isArray(values)) return '"enum" is not an array';
  if (pattern !== undefined) {
    try {
      new RegExp(String(pattern), "u");
    } catch {
      return `"pattern" ${JSON.stringify(pattern)} is not a regular expression`;
    }
  }
  for (const part of [items, ...Object.values(isObject(properties) ? properties : {})]) {
    const fault = part === undefined ? undefined : keywordFault(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function quickOf(schema: JsonSchema & object): Fits | null {
  let known = quick.get(schema);
  if (known === undefined) quick.set(schema, known = fitsOf(schema) ?? null);
  return known;
}

function validatorOf(schema: object): Validator {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  // The library marks the schema it is given; a copy keeps frozen and shared schemas as they are.
  const made = new Validator(JSON.parse(JSON.stringify(schema)) as Schema, "2020-12", false);
  compiled.set(schema, made);
  return made;
}

function readable(errors: readonly OutputUnit[], value: Json): SchemaFault[] {
  const faults: SchemaFault[] = [];
  const seen = new Set<string>();
  for (const error of errors) {
    if (wrappers.has(error.keyword)) continue;
    const path = error.instanceLocation.split("/").slice(1).map(unescape);
    const fault = { path: path.join("."), message: messageOf(error, at(value, path)) };
    const key = `${fault.path}\0${fault.message}`;
    if (!seen.has(key)) faults.push(fault);
    seen.add(key);
    if (faults.length === MAX_FAULTS) break;
  }
  if (faults.length === 0) faults.push({ path: "", message: "Found a value that does not fit its schema" });
  return faults;
}

function unescape(step: string): string {
  let text = step;
  try {
    text = decodeURIComponent(step);
  } catch {
    // A lone % stays as it is.
  }
  return text.replaceAll("~1", "/").replaceAll("~0", "~");
}

function at(value: Json, path: readonly string[]): Json | undefined {
  let found: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else found = isObject(found) && Object.hasOwn(found, step) ? found[step] : undefined;
  }
  return found;
}

function messageOf({ keyword, error }: OutputUnit, found: Json | undefined): string {
  const quoted = [...error.matchAll(/"([^"]*)"/g)].map((match) => match[1] as string);
  if (keyword === "type") return `Expected ${quoted.slice(1).join(" or ")}, found ${shown(found)}`;
  if (keyword === "required") return `Missing "${quoted[0]}"`;
  if (keyword === "enum" || keyword === "const") {
    const allowed = error.replace(/^.*?match (?:any of )?/, "").replace(/\.$/, "");
    return `Expected ${keyword === "enum" ? "one of " : ""}${allowed}, found ${shown(found)}`;
  }
  if (keyword === "additionalProperties") return `Found "${quoted[0] ?? ""}", which is not a known property`;
  if (keyword === "false") return "Found a property that is not allowed";
  return `${error.replace(/\.$/, "").replace(/^Instance/, "Value")}, found ${shown(found)}`;
}

function shown(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "an array";
  if (isObject(value)) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]?.replace(/\.$/, "") ?? "";
}
