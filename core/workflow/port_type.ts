/**
 * Whether what comes out of one port can go into another, told from their JSON Schemas alone.
 *
 * A schema is an intersection of parts (its own keywords, `anyOf`, `oneOf`, `allOf`, a `$ref`), and each part a union
 * over types or alternatives. Both directions err to `maybe`:
 * - P1 `yes` only where every value of `from` is a value of `to`;
 * - P2 `no` only where no value is of both. Two arrays whose elements exclude each other still share `[]`: that is
 *   `maybe` with `onlyEmpty`, which a connection treats as a mismatch.
 * Keywords that this file does not know make `from` wider and `to` uncertain, never the other way round.
 *
 * @module
 */

import { isObject, type Json, type JsonObject, type JsonSchema, own } from "../json.ts";
import { validate } from "./json_schema.ts";

export interface Fit {
  readonly fit: "yes" | "maybe" | "no";
  /** Why not `yes`; empty for `yes`. */
  readonly reason: string;
  /** Nothing fits but with an empty array where elements are wanted. */
  readonly onlyEmpty: boolean;
}

const MAX_DEPTH = 24;
const yes: Fit = { fit: "yes", reason: "", onlyEmpty: false };

function maybe(reason: string, onlyEmpty = false): Fit {
  return { fit: "maybe", reason, onlyEmpty };
}

function no(reason: string): Fit {
  return { fit: "no", reason, onlyEmpty: false };
}

/** Whether values of `from` fit `to`; undefined stands for a schema that accepts everything. */
export function fit(from: JsonSchema | undefined, to: JsonSchema | undefined): Fit {
  const rootFrom = from ?? true;
  const rootTo = to ?? true;
  return new Comparison(rootFrom, rootTo).compare(rootFrom, rootTo, 0);
}

/** True where a connection would never carry anything: the types exclude each other, or share only `[]`. */
export function isMismatch(found: Fit): boolean {
  return found.fit === "no" || found.onlyEmpty;
}

/** A schema in a few words: `array of string`, `object {path, size}`, `integer or null`. */
export function describe(schema: JsonSchema | undefined, depth = 0): string {
  if (schema === undefined || schema === true) return "anything";
  if (schema === false) return "nothing";
  if (schema["const"] !== undefined) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) {
    return schema["enum"].slice(0, 6).map((value) => JSON.stringify(value)).join(" or ");
  }
  const alternatives = own(schema, "anyOf") ?? own(schema, "oneOf");
  if (Array.isArray(alternatives) && depth < 3) {
    return alternatives.map((part) => describe(part as JsonSchema, depth + 1)).join(" or ");
  }
  const type = schema["type"];
  if (type === undefined) return "anything";
  if (type === "array" && depth < 3) {
    return `array of ${describe(own(schema, "items") as JsonSchema, depth + 1)}`;
  }
  if (type === "object" && isObject(schema["properties"])) {
    const names = Object.keys(schema["properties"]);
    return `object {${names.slice(0, 6).join(", ")}${names.length > 6 ? ", …" : ""}}`;
  }
  return Array.isArray(type) ? type.join(" or ") : String(type);
}

const allTypes = ["null", "boolean", "object", "array", "number", "string"] as const;
/** Keywords that say nothing about which values fit. `format` is checked by few, so it only makes uncertain. */
const annotations = new Set([
  "$schema",
  "$id",
  "$defs",
  "definitions",
  "$comment",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
]);
const structural = new Set([
  "type",
  "const",
  "enum",
  "anyOf",
  "oneOf",
  "allOf",
  "$ref",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "pattern",
  "format",
]);

class Comparison {
  readonly #rootFrom: JsonSchema;
  readonly #rootTo: JsonSchema;

  constructor(rootFrom: JsonSchema, rootTo: JsonSchema) {
    this.#rootFrom = rootFrom;
    this.#rootTo = rootTo;
  }

  compare(from: JsonSchema, to: JsonSchema, depth: number): Fit {
    if (from === to || to === true || from === false || isOpen(to)) return yes;
    if (to === false) return no("nothing is accepted");
    if (depth > MAX_DEPTH) return maybe("the types are nested too deeply to compare");
    if (from === true) return this.#to({}, to, depth);
    return this.#from(from, to, depth);
  }

  /** `from` is within each of its parts: the first part that decides, decides. */
  #from(from: JsonObject, to: JsonObject, depth: number): Fit {
    const values = enumerated(from);
    if (values !== undefined) return this.#values(from, values, to);
    let best = this.#types(from, to, depth);
    const decides = (found: Fit) => {
      if (best.fit === "maybe" && (found.fit !== "maybe" || found.onlyEmpty)) best = found;
    };
    for (const keyword of ["anyOf", "oneOf"]) {
      const parts = own(from, keyword);
      if (best.fit !== "maybe" || !Array.isArray(parts) || parts.length === 0) continue;
      decides(union(parts.map((part) => this.compare(part as JsonSchema, to, depth + 1))));
    }
    const all = own(from, "allOf");
    for (const part of Array.isArray(all) ? all : []) {
      if (best.fit === "maybe") decides(this.compare(part as JsonSchema, to, depth + 1));
    }
    const target = from["$ref"] === undefined ? undefined : resolve(this.#rootFrom, from["$ref"]);
    if (best.fit === "maybe" && target !== undefined) decides(this.compare(target, to, depth + 1));
    return best;
  }

  #values(from: JsonObject, values: readonly Json[], to: JsonObject): Fit {
    try {
      const possible = values.filter((value) => accepts(from, this.#rootFrom, value));
      const fitting = possible.filter((value) => accepts(to, this.#rootTo, value));
      if (fitting.length === possible.length) return yes;
      const odd = possible.find((value) => !fitting.includes(value)) ?? null;
      const reason = `expected ${describe(to)}, found ${JSON.stringify(odd)}`;
      return fitting.length === 0 ? no(reason) : maybe(reason);
    } catch {
      return maybe("the values cannot be checked against the schema");
    }
  }

  /** A union over the types that `from` may have. */
  #types(from: JsonObject, to: JsonObject, depth: number): Fit {
    return union(typesOf(from).map((type) => this.#to({ ...from, type }, to, depth)));
  }

  /** Every part of `to` must accept: all yes is yes, one no is no. `from` has at most one type. */
  #to(from: JsonObject, to: JsonObject, depth: number): Fit {
    if (typeof from["type"] !== "string") return this.#types(from, to, depth);
    const parts: Fit[] = [this.#own(from, to, depth)];
    for (const keyword of ["anyOf", "oneOf"] as const) {
      const alternatives = own(to, keyword);
      if (!Array.isArray(alternatives)) continue;
      const found = alternatives.map((part) => this.compare(from, part as JsonSchema, depth + 1));
      parts.push(keyword === "anyOf" ? anyOf(found) : oneOf(found));
    }
    const all = own(to, "allOf");
    for (const part of Array.isArray(all) ? all : []) {
      parts.push(this.compare(from, part as JsonSchema, depth + 1));
    }
    if (to["$ref"] !== undefined) {
      const target = resolve(this.#rootTo, to["$ref"]);
      parts.push(
        target === undefined ? maybe("a $ref cannot be followed") : this.compare(from, target, depth + 1),
      );
    }
    return intersection(parts);
  }

  /** The keywords of `to` itself, for a `from` of one type. */
  #own(from: JsonObject, to: JsonObject, depth: number): Fit {
    const type = from["type"] as string;
    const parts: Fit[] = [typeFit(type, to)];
    const values = enumerated(to);
    if (values !== undefined) parts.push(this.#enumeration(from, to, values));
    if (type === "number" || type === "integer") {
      parts.push(rangeFit(from, to), sameFit(from, to, "multipleOf"));
    }
    if (type === "string") {
      parts.push(lengthFit(from, to, "Length"));
      for (const keyword of ["pattern", "format"]) parts.push(sameFit(from, to, keyword));
    }
    if (type === "array") parts.push(lengthFit(from, to, "Items"), this.#items(from, to, depth));
    if (type === "object") parts.push(this.#properties(from, to, depth));
    for (const keyword of Object.keys(to)) {
      if (structural.has(keyword) || annotations.has(keyword) || keyword.startsWith("x-")) continue;
      parts.push(maybe(`"${keyword}" cannot be compared`));
    }
    return intersection(parts);
  }

  #enumeration(from: JsonObject, to: JsonObject, values: readonly Json[]): Fit {
    const reason = `expected ${describe(to)}, found ${describe(from)}`;
    try {
      return values.some((value) => accepts(from, this.#rootFrom, value)) ? maybe(reason) : no(reason);
    } catch {
      return maybe(reason);
    }
  }

  #items(from: JsonObject, to: JsonObject, depth: number): Fit {
    const wanted = own(to, "items");
    if (wanted === undefined) return yes;
    const prefix = own(from, "prefixItems");
    const given = Array.isArray(prefix) ? maybe("positions differ") : this.compare(
      (own(from, "items") ?? true) as JsonSchema,
      wanted as JsonSchema,
      depth + 1,
    );
    if (given.fit === "yes" || (given.fit === "maybe" && !given.onlyEmpty)) {
      return prefixed(given, "elements");
    }
    const atLeast = Math.max(number(from, "minItems") ?? 0, number(to, "minItems") ?? 0);
    // The elements exclude each other, or share only []: then [[]] is common to both.
    if (given.fit === "maybe") return prefixed({ ...given, onlyEmpty: true }, "elements");
    const reason = `elements: ${given.reason}`;
    return atLeast > 0 ? no(reason) : maybe(reason, true);
  }

  #properties(from: JsonObject, to: JsonObject, depth: number): Fit {
    const given = properties(from);
    const wanted = properties(to);
    const requiredFrom = names(from);
    const requiredTo = names(to);
    const isClosed = own(from, "additionalProperties") === false &&
      own(from, "patternProperties") === undefined;
    const parts: Fit[] = [];
    for (const name of requiredTo) {
      if (requiredFrom.has(name)) continue;
      const reason = `the property "${name}" is required`;
      parts.push(isClosed && !Object.hasOwn(given, name) ? no(`${reason} and never there`) : maybe(reason));
    }
    const rest = (own(from, "patternProperties") === undefined ? own(from, "additionalProperties") : true) ??
      true;
    const common = own(to, "additionalProperties") ?? true;
    for (const name of new Set([...Object.keys(wanted), ...Object.keys(given)])) {
      const isGiven = Object.hasOwn(given, name);
      if (!isGiven && isClosed) continue;
      // A pattern of `from` may say more about the property; it can only make it narrower.
      const source = (isGiven ? given[name] : rest) as JsonSchema;
      const target = (Object.hasOwn(wanted, name) ? wanted[name] : common) as JsonSchema;
      const found = prefixed(this.compare(source, target, depth + 1), name);
      const isSure = requiredFrom.has(name) || requiredTo.has(name);
      parts.push(
        found.fit === "no" && !isSure
          ? maybe(found.reason)
          : { ...found, onlyEmpty: found.onlyEmpty && isSure },
      );
    }
    if (!isClosed && common !== true) {
      const found = this.compare(rest as JsonSchema, common as JsonSchema, depth + 1);
      if (found.fit !== "yes") parts.push(maybe("further properties may not be accepted"));
    }
    return intersection(parts);
  }
}

function union(parts: readonly Fit[]): Fit {
  if (parts.every(({ fit }) => fit === "yes")) return yes;
  if (parts.every(({ fit }) => fit === "no")) return parts[0] as Fit;
  const isEmptyOnly = parts.every((part) => part.fit === "no" || part.onlyEmpty);
  const reason = parts.find(({ reason }) => reason !== "")?.reason ?? "";
  return maybe(reason, isEmptyOnly);
}

function anyOf(parts: readonly Fit[]): Fit {
  return parts.find(({ fit }) => fit === "yes") ?? union(parts);
}

function oneOf(parts: readonly Fit[]): Fit {
  const open = parts.filter(({ fit }) => fit !== "no");
  if (open.length === 0) return parts[0] ?? no("nothing is accepted");
  if (open.length === 1) return open[0] as Fit;
  return maybe("more than one alternative may accept it");
}

function intersection(parts: readonly Fit[]): Fit {
  return parts.find(({ fit }) => fit === "no") ?? parts.find(({ onlyEmpty }) => onlyEmpty) ??
    parts.find(({ fit }) => fit === "maybe") ?? yes;
}

function prefixed(found: Fit, where: string): Fit {
  return found.fit === "yes" ? found : { ...found, reason: `${where}: ${found.reason}` };
}

function isOpen(schema: JsonSchema): boolean {
  return typeof schema === "object" && Object.keys(schema).every((keyword) => annotations.has(keyword));
}

function enumerated(schema: JsonObject): readonly Json[] | undefined {
  if (schema["const"] !== undefined) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

/** With the root's definitions, so that references inside the part can be followed. */
function accepts(schema: JsonObject, root: JsonSchema, value: Json): boolean {
  const { $defs, definitions } = isObject(root) ? root : {};
  const whole = {
    ...schema,
    ...($defs === undefined ? {} : { $defs }),
    ...(definitions === undefined ? {} : { definitions }),
  };
  return validate(whole, value).length === 0;
}

function resolve(root: JsonSchema, reference: Json): JsonSchema | undefined {
  if (typeof reference !== "string" || !reference.startsWith("#")) return undefined;
  let found: Json | undefined = root;
  for (const step of reference.slice(1).split("/").slice(1)) {
    found = own(found, step.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return typeof found === "boolean" || isObject(found) ? found : undefined;
}

function typesOf(schema: JsonObject): readonly string[] {
  const type = schema["type"];
  if (typeof type === "string") return [type];
  return Array.isArray(type) ? type as readonly string[] : allTypes;
}

function typeFit(type: string, to: JsonObject): Fit {
  const accepted = to["type"] === undefined ? allTypes : typesOf(to);
  if (accepted.includes(type) || (type === "integer" && accepted.includes("number"))) return yes;
  const reason = `expected ${describe(to)}, found ${type}`;
  return type === "number" && accepted.includes("integer") ? maybe(reason) : no(reason);
}

function number(schema: JsonObject, keyword: string): number | undefined {
  const value = own(schema, keyword);
  return typeof value === "number" ? value : undefined;
}

function rangeFit(from: JsonObject, to: JsonObject): Fit {
  const [a, b] = [bounds(from), bounds(to)];
  const isApart = a.high < b.low || a.low > b.high ||
    (a.high === b.low && (a.highOpen || b.lowOpen)) || (a.low === b.high && (a.lowOpen || b.highOpen));
  const isInside = (a.low > b.low || (a.low === b.low && (a.lowOpen || !b.lowOpen))) &&
    (a.high < b.high || (a.high === b.high && (a.highOpen || !b.highOpen)));
  const reason = `expected a number in ${shown(b)}, found ${shown(a)}`;
  return isInside ? yes : isApart ? no(reason) : maybe(reason);
}

interface Bounds {
  readonly low: number;
  readonly high: number;
  readonly lowOpen: boolean;
  readonly highOpen: boolean;
}

function bounds(schema: JsonObject): Bounds {
  const [low, openLow] = [
    number(schema, "minimum") ?? -Infinity,
    number(schema, "exclusiveMinimum") ?? -Infinity,
  ];
  const [high, openHigh] = [
    number(schema, "maximum") ?? Infinity,
    number(schema, "exclusiveMaximum") ?? Infinity,
  ];
  return {
    low: Math.max(low, openLow),
    high: Math.min(high, openHigh),
    lowOpen: openLow >= low && openLow > -Infinity,
    highOpen: openHigh <= high && openHigh < Infinity,
  };
}

function shown({ low, high, lowOpen, highOpen }: Bounds): string {
  return `${lowOpen ? "(" : "["}${low}, ${high}${highOpen ? ")" : "]"}`;
}

/** `minLength` and `maxLength`, or `minItems` and `maxItems`. */
function lengthFit(from: JsonObject, to: JsonObject, of: "Length" | "Items"): Fit {
  const low = number(from, `min${of}`) ?? 0;
  const high = number(from, `max${of}`) ?? Infinity;
  const least = number(to, `min${of}`) ?? 0;
  const most = number(to, `max${of}`) ?? Infinity;
  if (low >= least && high <= most) return yes;
  const what = of === "Length" ? "characters" : "elements";
  const reason = `expected ${least} to ${most} ${what}, found ${low} to ${high}`;
  return high < least || low > most ? no(reason) : maybe(reason);
}

/** A keyword that is only comparable when both say the same. */
function sameFit(from: JsonObject, to: JsonObject, keyword: string): Fit {
  const wanted = own(to, keyword);
  if (wanted === undefined || wanted === own(from, keyword)) return yes;
  return maybe(`the ${keyword} ${JSON.stringify(wanted)} may not hold`);
}

function properties(schema: JsonObject): JsonObject {
  const found = own(schema, "properties");
  return isObject(found) ? found : {};
}

function names(schema: JsonObject): ReadonlySet<string> {
  const found = own(schema, "required");
  return new Set(Array.isArray(found) ? found as readonly string[] : []);
}
