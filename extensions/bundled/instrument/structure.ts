/**
 * Finds the asked JSON in an answer and checks it. Models wrap JSON in prose or a code fence, and small ones leave
 * trailing commas; what is found is parsed, never evaluated.
 *
 * @module
 */

import { type Schema, Validator } from "@cfworker/json-schema";
import { parse, type ParseError } from "jsonc-parser";

export type Structured =
  | { readonly ok: true; readonly data: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly problem: string };

/** The JSON object in `text`, if it fits `schema`; else what is wrong, in words that a model can act on. */
export function structureIn(text: string, schema: Readonly<Record<string, unknown>>): Structured {
  const found = objectIn(text);
  if (found === undefined) return { ok: false, problem: "there is no JSON object in the answer" };
  const data = withoutNulls(found, schema) as Readonly<Record<string, unknown>>;
  const result = new Validator(schema as Schema, "2020-12", false).validate(data);
  if (result.valid) return { ok: true, data };
  const problems = result.errors.slice(-3).map((error) =>
    `${error.instanceLocation.replace(/^#\/?/, "") || "the object"}: ${error.error.replace(/\.$/, "")}`
  );
  return { ok: false, problem: problems.join("; ").slice(0, 500) };
}

/** The whole text, a fenced block, or the widest stretch between braces. */
function objectIn(text: string): Record<string, unknown> | undefined {
  const fenced = /```(?:json)?\s*\n([\s\S]*?)\n\s*```/.exec(text)?.[1];
  const open = text.indexOf("{");
  const close = text.lastIndexOf("}");
  const widest = open === -1 || close < open ? undefined : text.slice(open, close + 1);
  for (const candidate of [text, fenced, widest]) {
    const value = candidate === undefined ? undefined : parsed(candidate);
    if (value !== undefined) return value;
  }
  return undefined;
}

function parsed(text: string): Record<string, unknown> | undefined {
  const errors: ParseError[] = [];
  const value: unknown = parse(text.trim(), errors, { allowTrailingComma: true });
  if (errors.length > 0 || typeof value !== "object" || value === null || Array.isArray(value)) {
    return undefined;
  }
  return value as Record<string, unknown>;
}

/** Models write `null` for an optional property that they have nothing for; it is dropped where null does not fit. */
function withoutNulls(value: unknown, schema: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, part(schema, "items")));
  const properties = part(schema, "properties");
  const entries = Object.entries(value).filter(([name, inner]) =>
    inner !== null || part(part(properties, name), "type") === undefined
  );
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, withoutNulls(inner, part(properties, name))]),
  );
}

function part(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}
