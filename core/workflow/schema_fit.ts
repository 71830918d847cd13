/**
 * The quick answer to whether a value fits a schema: schemas of the usual keywords become nested predicates, which
 * allocate nothing. It says only "fits" or "ask the library", which then tells what is wrong and where; so a mistake
 * here could at most let pass what the library refuses, and a property test holds the two together.
 *
 * @module
 */

import { isObject, type Json, type JsonSchema } from "../json.ts";

/** True where the value fits; false where the library has to look. */
export type Fits = (value: Json) => boolean;

/** Keywords that say nothing about the value. */
const annotations = new Set(
  "title description default examples $schema $comment $id deprecated readOnly writeOnly".split(" "),
);
/** Read together with another keyword. */
const companions = new Set(["required", "additionalProperties"]);

const always: Fits = () => true;
const never: Fits = () => false;

/** The predicate of `schema`; undefined where it uses a keyword that only the library knows. */
export function fitsOf(schema: JsonSchema): Fits | undefined {
  if (typeof schema === "boolean") return schema ? always : never;
  const checks: Fits[] = [];
  for (const [keyword, argument] of Object.entries(schema)) {
    if (annotations.has(keyword) || companions.has(keyword)) continue;
    const check = own(makers, keyword)?.(argument, schema);
    if (check === undefined) return undefined;
    checks.push(check);
  }
  // Either may stand without "properties".
  if (!("properties" in schema) && ("required" in schema || "additionalProperties" in schema)) {
    const check = propertiesOf({}, schema);
    if (check === undefined) return undefined;
    checks.push(check);
  }
  return allOf(checks);
}

function allOf(checks: readonly Fits[]): Fits {
  const [first = always, second] = checks;
  if (checks.length <= 1) return first;
  if (checks.length === 2) return (value) => first(value) && (second as Fits)(value);
  return (value) => {
    for (let i = 0; i < checks.length; i++) if (!checks[i]!(value)) return false;
    return true;
  };
}

type Maker = (argument: Json, schema: { readonly [keyword: string]: Json }) => Fits | undefined;

const types: Readonly<Record<string, Fits>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** A check of numbers, or of the size of something; other values pass. */
function ofNumber(check: (value: number, limit: number) => boolean): Maker {
  return (limit) =>
    typeof limit === "number" ? (value) => typeof value !== "number" || check(value, limit) : undefined;
}

const makers: Readonly<Record<string, Maker>> = {
  type: (name) => {
    if (typeof name === "string") return own(types, name);
    if (!Array.isArray(name)) return undefined;
    const found = name.map((one) => own(types, String(one)));
    return anyOf(found);
  },
  properties: (properties, schema) => isObject(properties) ? propertiesOf(properties, schema) : undefined,
  items: (schema) => {
    const fits = isSchema(schema) ? fitsOf(schema) : undefined;
    return fits && ((value) => !Array.isArray(value) || value.every(fits));
  },
  anyOf: (schemas) =>
    Array.isArray(schemas)
      ? anyOf(schemas.map((schema) => isSchema(schema) ? fitsOf(schema) : undefined))
      : undefined,
  enum: (values) =>
    Array.isArray(values) && values.every(isPlain) ? (value) => values.includes(value) : undefined,
  const: (wanted) => isPlain(wanted) ? (value) => value === wanted : undefined,
  minimum: ofNumber((value, limit) => value >= limit),
  maximum: ofNumber((value, limit) => value <= limit),
  exclusiveMinimum: ofNumber((value, limit) => value > limit),
  exclusiveMaximum: ofNumber((value, limit) => value < limit),
  minItems: (limit) =>
    typeof limit === "number" ? (value) => !Array.isArray(value) || value.length >= limit : undefined,
  maxItems: (limit) =>
    typeof limit === "number" ? (value) => !Array.isArray(value) || value.length <= limit : undefined,
  // Lengths are in code points, between half the UTF-16 units and all of them: the library counts where that decides.
  minLength: (limit) =>
    typeof limit === "number" ? (value) => typeof value !== "string" || value.length >= 2 * limit : undefined,
  maxLength: (limit) =>
    typeof limit === "number" ? (value) => typeof value !== "string" || value.length <= limit : undefined,
};

function isSchema(value: Json): value is JsonSchema {
  return typeof value === "boolean" || isObject(value);
}

function isPlain(value: Json): boolean {
  return typeof value !== "object" || value === null;
}

function anyOf(checks: readonly (Fits | undefined)[]): Fits | undefined {
  const known = checks.filter((check) => check !== undefined);
  if (known.length < checks.length || known.length === 0) return undefined;
  return (value) => known.some((check) => check(value));
}

function propertiesOf(
  properties: { readonly [name: string]: Json },
  schema: { readonly [keyword: string]: Json },
) {
  const names = Object.keys(properties);
  const { required = [], additionalProperties = true } = schema;
  const checks: Fits[] = [];
  for (const name of names) {
    const part = properties[name] as Json;
    const fits = isSchema(part) ? fitsOf(part) : undefined;
    if (fits === undefined) return undefined;
    checks.push(fits);
  }
  const rest = isSchema(additionalProperties) ? fitsOf(additionalProperties) : undefined;
  if (rest === undefined || !Array.isArray(required)) return undefined;
  const known = new Set(names);
  const needed = required.map(String);
  return (value: Json): boolean => {
    if (!isObject(value)) return true;
    for (let i = 0; i < needed.length; i++) if (!Object.hasOwn(value, needed[i]!)) return false;
    for (let i = 0; i < names.length; i++) {
      const name = names[i]!;
      if (Object.hasOwn(value, name) && !checks[i]!(value[name] as Json)) return false;
    }
    if (rest === always) return true;
    for (const name of Object.keys(value)) {
      if (!known.has(name) && !rest(value[name] as Json)) return false;
    }
    return true;
  };
}

/** What a table of ours holds under a name that came from outside. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
