/**
 * From `--input name=value` to a run's inputs: values are read by the input's JSON Schema and checked against it before
 * anything runs.
 *
 * A value for an input that takes strings is the string as it stands; for any other it is JSON. `@FILE` takes the value
 * from a file, `@@…` is a string that begins with `@`. Where a schema takes strings and other things, the text is read as
 * JSON if it is JSON of one of the other kinds.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { isObject, type Json, type JsonObject, type JsonSchema } from "../core/json.ts";
import type { InputDefinition } from "../core/workflow/definition.ts";
import { validate } from "../core/workflow/json_schema.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import type { ProcessServices } from "./services.ts";

type Definitions = ReadonlyMap<string, InputDefinition>;

/** The run's inputs, defaults filled in. @throws SymphonyError `bad-input` naming every fault at once. */
export function readInputs(
  files: Pick<ProcessServices, "readFile" | "absolute">,
  pairs: readonly string[],
  definitions: Definitions,
): JsonObject {
  const inputs: Record<string, Json> = Object.create(null);
  const faults: string[] = [];
  for (const pair of pairs) {
    const fault = readPair(files, pair, definitions, inputs);
    if (fault !== undefined) faults.push(fault);
  }
  for (const [name, { default: standard, schema }] of definitions) {
    const isTried = pairs.some((pair) => pair.startsWith(`${name}=`));
    if (isTried) continue;
    if (standard === undefined) faults.push(`Missing input "${name}": expected ${expected(name, schema)}`);
    else inputs[name] = standard;
  }
  if (faults.length > 0) throw new SymphonyError("bad-input", faults.join("\n"));
  return { ...inputs };
}

function readPair(
  files: Pick<ProcessServices, "readFile" | "absolute">,
  pair: string,
  definitions: Definitions,
  inputs: Record<string, Json>,
): string | undefined {
  const equals = pair.indexOf("=");
  if (equals <= 0) return `Cannot read --input "${pair}": expected --input NAME=VALUE`;
  const name = pair.slice(0, equals);
  const definition = definitions.get(name);
  if (definition === undefined) {
    return `Unknown input "${name}": ${didYouMean(name, definitions.keys(), "inputs")}`;
  }
  if (Object.hasOwn(inputs, name)) return `Input "${name}" is given twice: expected it once`;
  try {
    const value = readValue(fromFile(files, pair.slice(equals + 1)), definition.schema, name);
    const faults = validate(definition.schema, value);
    if (faults.length > 0) {
      return faults.map(({ path, message }) =>
        `Input "${[name, path].filter(Boolean).join(".")}": ${message}`
      ).join("\n");
    }
    inputs[name] = value;
    return undefined;
  } catch (error) {
    if (error instanceof SymphonyError) return `Input "${name}": ${error.message}`;
    throw error;
  }
}

function fromFile(files: Pick<ProcessServices, "readFile" | "absolute">, text: string): string {
  if (text.startsWith("@@")) return text.slice(1);
  if (!text.startsWith("@")) return text;
  const bytes = files.readFile(files.absolute(text.slice(1)));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SymphonyError("bad-input", `Cannot read "${text.slice(1)}": it is not UTF-8 text`, { cause });
  }
}

/** How a value is written on the command line, for an error's example. */
type Written = (name: string, sample: string) => string;

const asInput: Written = (name, sample) => `--input '${name}=${sample}'`;

/** The value that a text stands for by its schema; see the module. @throws SymphonyError `bad-input` */
export function readValue(text: string, schema: JsonSchema, name: string, written: Written = asInput): Json {
  const kinds = kindsOf(schema);
  const takesText = kinds === undefined || kinds.has("string");
  if (takesText && kinds?.size === 1) return text;
  try {
    const value = JSON.parse(text) as Json;
    if (!takesText || typeof value !== "string") {
      if (takesText && validate(schema, value).length > 0) return text;
      return value;
    }
    return text;
  } catch {
    if (takesText) return text;
    throw new SymphonyError(
      "bad-input",
      `Found ${JSON.stringify(text.slice(0, 80))}, expected ${expected(name, schema, written)}`,
    );
  }
}

/** The JSON types that a schema names; undefined where it says nothing about them. */
function kindsOf(schema: JsonSchema): ReadonlySet<string> | undefined {
  if (!isObject(schema)) return undefined;
  const { type, enum: values, const: constant } = schema;
  if (typeof type === "string") return new Set([type]);
  if (Array.isArray(type)) return new Set(type.map(String));
  if (Array.isArray(values)) return new Set(values.map((value) => value === null ? "null" : typeof value));
  if (constant !== undefined) return new Set([constant === null ? "null" : typeof constant]);
  return undefined;
}

function expected(name: string, schema: JsonSchema, written: Written = asInput): string {
  const kinds = [...kindsOf(schema) ?? []];
  const said = isObject(schema) && typeof schema["description"] === "string"
    ? ` (${schema["description"]})`
    : "";
  const samples: Readonly<Record<string, string>> = {
    string: "TEXT",
    integer: "3",
    number: "0.5",
    boolean: "true",
    array: '["a","b"]',
    object: '{"key":"value"}',
    null: "null",
  };
  const sample = samples[kinds[0] ?? "string"] ?? "VALUE";
  const kind = kinds.length === 0 ? "a value" : kinds.map((one) => article(one)).join(" or ");
  return `${kind}${said}, for example ${written(name, sample)}`;
}

function article(kind: string): string {
  return kind === "null" ? kind : `${/^[aeio]/.test(kind) ? "an" : "a"} ${kind}`;
}
