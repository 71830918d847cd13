/** Made-up values that fit a JSON Schema: always the same for the same schema and name. @module */

import { isObject, type Json, type JsonSchema, own } from "../json.ts";

const MAX_DEPTH = 6;

/** A value that fits; what cannot be met (patterns, unusual formats) is left to the check of the output. */
export function mockValue(schema: JsonSchema | Json, name: string, depth = 0): Json {
  if (!isObject(schema)) return `mock ${name}`;
  for (const given of [own(schema, "const"), own(schema, "default")]) if (given !== undefined) return given;
  const listed = own(schema, "enum") ?? own(schema, "examples");
  if (Array.isArray(listed) && listed.length > 0) return listed[0] as Json;
  for (const way of ["anyOf", "oneOf", "allOf"]) {
    const choices = own(schema, way);
    if (Array.isArray(choices) && choices.length > 0) return mockValue(choices[0] as Json, name, depth);
  }
  const type = own(schema, "type");
  switch (Array.isArray(type) ? type[0] : type) {
    case "string":
      return textOf(schema, name);
    case "integer":
      return Math.max(1, Math.ceil(numberOf(schema, "minimum", 1)));
    case "number":
      return Math.min(numberOf(schema, "minimum", 0) + 0.5, numberOf(schema, "maximum", Infinity));
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return arrayOf(schema, name, depth);
    default:
      return objectOf(schema, name, depth);
  }
}

function objectOf(schema: Json, name: string, depth: number): Json {
  const properties = own(schema, "properties");
  if (!isObject(properties)) return own(schema, "type") === "object" ? {} : `mock ${name}`;
  const required = own(schema, "required");
  const needed = new Set(Array.isArray(required) ? required as readonly string[] : []);
  const wanted = Object.entries(properties).filter(([key]) => depth < MAX_DEPTH || needed.has(key));
  return Object.fromEntries(wanted.map(([key, part]) => [key, mockValue(part, key, depth + 1)]));
}

function arrayOf(schema: Json, name: string, depth: number): Json {
  const least = numberOf(schema, "minItems", depth < MAX_DEPTH ? 2 : 0);
  const items = own(schema, "items") ?? true;
  return Array.from(
    { length: Math.min(least, 20) },
    (_, at) => mockValue(items, `${name} ${at + 1}`, depth + 1),
  );
}

function textOf(schema: Json, name: string): string {
  const format = own(schema, "format");
  if (format === "date-time") return "2026-01-01T00:00:00Z";
  if (format === "date") return "2026-01-01";
  if (format === "uri") return "https://example.invalid/";
  if (format === "path") return ".";
  const text = `mock ${name}`;
  return text.padEnd(numberOf(schema, "minLength", 0), ".").slice(0, numberOf(schema, "maxLength", Infinity));
}

function numberOf(schema: Json, name: string, otherwise: number): number {
  const value = own(schema, name);
  return typeof value === "number" ? value : otherwise;
}
