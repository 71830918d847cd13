/**
 * A JSON text as a tree that remembers where everything stands, so that problems and edits have a place.
 *
 * @module
 */

import type { Json, JsonObject } from "../json.ts";

interface Placed {
  /** Of the first character, in UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly length: number;
}

export interface ScalarNode extends Placed {
  readonly kind: "string" | "number" | "boolean" | "null";
  readonly value: string | number | boolean | null;
}
export interface ArrayNode extends Placed {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
}
export interface ObjectNode extends Placed {
  readonly kind: "object";
  /** The last member of a name that is given twice wins, as in JSON.parse. */
  readonly members: ReadonlyMap<string, JsonMember>;
}
export interface JsonMember {
  readonly name: string;
  /** Of the name's opening quote. */
  readonly nameOffset: number;
  readonly node: JsonNode;
}
export type JsonNode = ScalarNode | ArrayNode | ObjectNode;

/** The value that a tree stands for. */
export function toJson(node: JsonNode): Json {
  if (node.kind === "array") return node.items.map(toJson);
  if (node.kind !== "object") return node.value;
  return toObject(node);
}

/** The value of an object's tree. */
export function toObject(node: ObjectNode): JsonObject {
  const value: Record<string, Json> = {};
  for (const { name, node: member } of node.members.values()) value[name] = toJson(member);
  return value;
}

/** What the node is, for messages: `an object`, `the string "x"`, `null`. */
export function nameOf(node: JsonNode): string {
  if (node.kind === "object") return "an object";
  if (node.kind === "array") return "an array";
  if (node.kind === "null") return "null";
  const text = JSON.stringify(node.value);
  return `the ${node.kind} ${text.length > 60 ? `${text.slice(0, 57)}…` : text}`;
}
