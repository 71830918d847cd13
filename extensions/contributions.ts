/**
 * What a worker says its extension contributes, checked again on the core's side: code that runs beside the describing
 * code could have bent it.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { isNodeTypeId } from "../core/ids.ts";
import { isObject, type Json, type JsonObject } from "../core/json.ts";
import { schemaFault, validate } from "../core/workflow/json_schema.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";

const MOST = 200;

const text = (most: number): JsonObject => ({ type: "string", maxLength: most });
const named: JsonObject = { type: text(200), title: text(200), description: text(4_000) };
const price: JsonObject = { type: "number", minimum: 0 };
const schema: JsonObject = { type: "object", required: ["type"], properties: { type: { const: "object" } } };

function shape(kind: string, properties: JsonObject, optional: JsonObject = {}): JsonObject {
  const all = { kind: { const: kind }, ...named, ...properties };
  return { type: "object", properties: { ...all, ...optional }, required: Object.keys(all) };
}

const shapes: Readonly<Record<string, JsonObject>> = {
  operator: shape("operator", {
    input: schema,
    output: schema,
  }, {
    effect: { enum: ["none", "read", "network", "write"] },
  }),
  instrument: shape("instrument", {
    serves: { type: "array", maxItems: MOST, items: text(200) },
    priceIn: price,
    priceOut: price,
    asks: { type: "boolean" },
  }, {
    contextTokens: { type: "number", exclusiveMinimum: 0 },
    promisedQuality: { type: "number", minimum: 0, maximum: 1 },
  }),
  view: shape("view", {}),
  command: shape("command", {}),
  task: shape("task", { system: text(20_000), prompt: text(100_000), input: schema, output: schema }),
};

/** The contributions. @throws SymphonyError `extension` that says what is wrong with which */
export function readContributions(value: Json): readonly Contribution[] {
  if (!Array.isArray(value) || value.length > MOST) {
    throw new SymphonyError("extension", `An extension contributes a list of at most ${MOST} node types`);
  }
  for (const one of value) {
    const fault = faultOf(one);
    if (fault !== undefined) throw new SymphonyError("extension", fault);
  }
  return value as unknown as readonly Contribution[];
}

function faultOf(one: Json): string | undefined {
  const { kind, type, input, output } = isObject(one) ? one : {};
  const expected = typeof kind === "string" && Object.hasOwn(shapes, kind) ? shapes[kind] : undefined;
  if (expected === undefined) return `A contribution is of the unknown kind ${JSON.stringify(kind ?? null)}`;
  if (typeof type !== "string" || !isNodeTypeId(type)) {
    return `A contribution's type must be group/name, found ${JSON.stringify(type ?? null)}`;
  }
  const fault = validate(expected, one)[0];
  if (fault !== undefined) return `Contribution ${type}: ${fault.path}: ${fault.message}`;
  for (const [port, part] of [["input", input], ["output", output]] as const) {
    const wrong = part === undefined ? undefined : schemaFault(part);
    if (wrong !== undefined) return `Contribution ${type}: ${port} is no usable schema: ${wrong}`;
  }
  return undefined;
}
