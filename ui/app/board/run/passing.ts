/**
 * What passes at a place of the board: where the value of a port or connection comes from, and a glimpse of a value that is small
 * enough to be read in passing. Pure.
 *
 * @module
 */

import { counted } from "../../parts/counted.ts";
import { isObject, type Json } from "../../../../core/json.ts";
import { looksLikeKey } from "../../../../core/policy/secret_shape.ts";
import { objectOf } from "../model/board_node.ts";
import type { BoardEdge, Graph } from "../model/graph.ts";

/** What somebody rests on. */
export type Place =
  | { readonly kind: "edge"; readonly edge: BoardEdge }
  | {
    readonly kind: "port";
    readonly node: string;
    readonly side: "input" | "output";
    readonly port: string;
  };

export type Passing =
  /** What a node gave: at a port, or as a whole where that is empty. */
  | {
    readonly kind: "output";
    readonly node: string;
    readonly port: string;
    /** Set where the value is read by a larger expression and arrives as something else. */
    readonly within?: string;
    readonly edge?: string;
  }
  | { readonly kind: "constant"; readonly node: string; readonly port: string; readonly value: Json }
  | { readonly kind: "bundle"; readonly edge: string; readonly edges: readonly BoardEdge[] }
  /** Nothing is bound there. */
  | { readonly kind: "open"; readonly node: string; readonly port: string }
  /** Order only: nothing passes. */
  | { readonly kind: "order"; readonly edge: string };

export function passingAt({ nodes, edges }: Graph, place: Place): Passing {
  if (place.kind === "edge") return onEdge(place.edge);
  const { node, side, port } = place;
  if (side === "output") return { kind: "output", node, port };
  const into = edges.find((edge) => edge.to === node && edge.toPort === port && edge.kind === "data");
  if (into !== undefined) return onEdge(into);
  const value = nodes.get(node)?.value ?? {};
  for (const field of ["with", "in"] as const) {
    const given = objectOf(value[field])[port];
    if (given !== undefined) return { kind: "constant", node, port, value: given };
  }
  return { kind: "open", node, port };
}

function onEdge(edge: BoardEdge): Passing {
  if ((edge.bundle?.length ?? 0) > 1) {
    return { kind: "bundle", edge: edge.id, edges: edge.bundle as readonly BoardEdge[] };
  }
  // In a bundle of one, the ends are boxes: the connection itself says who gives.
  const { id, from, fromPort, kind, isPlain, text } = edge.bundle?.[0] ?? edge;
  if (kind === "after") return { kind: "order", edge: id };
  return { kind: "output", node: from, port: fromPort, edge: id, ...isPlain ? {} : { within: text } };
}

export interface Glimpse {
  /** `array`, `string`, `integer`, … */
  readonly type: string;
  /** `12 items`, `3 fields`, `240 signs`; empty where the value says it all. */
  readonly extent: string;
  readonly text: string;
  readonly isCut: boolean;
  /** Looks like a key, so it is not shown. */
  readonly isSecret: boolean;
}

const MOST_SIGNS = 600;
const MOST_LINES = 12;
/** Where more than this would have to be written out to see its beginning, only the beginning of the parts is. */
const MOST_PARTS = 20;

export function glimpseOf(value: Json, name: string): Glimpse {
  const [type, extent] = typeOf(value);
  if (holdsKey(value, name)) return { type, extent, text: "", isCut: false, isSecret: true };
  const text = typeof value === "string" ? value : JSON.stringify(beginningOf(value), null, 2);
  const lines = text.slice(0, MOST_SIGNS).split("\n").slice(0, MOST_LINES).join("\n");
  const isCut = lines.length < text.length || Array.isArray(value) && value.length > MOST_PARTS;
  return { type, extent, text: lines, isCut, isSecret: false };
}

function typeOf(value: Json): readonly [string, string] {
  if (value === null) return ["null", ""];
  if (Array.isArray(value)) return ["array", counted(value.length, "item")];
  if (isObject(value)) return ["object", counted(Object.keys(value).length, "field")];
  if (typeof value === "string") return ["string", counted(value.length, "sign")];
  if (typeof value === "number") return [Number.isInteger(value) ? "integer" : "number", ""];
  return [typeof value, ""];
}

/** Short strings and the first parts; the rest would be cut off anyway. */
function beginningOf(value: Json): Json {
  if (typeof value === "string") return value.length > MOST_SIGNS ? `${value.slice(0, MOST_SIGNS)}…` : value;
  if (Array.isArray(value)) return (value as readonly Json[]).slice(0, MOST_PARTS).map(beginningOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).slice(0, MOST_PARTS).map(([name, one]) => [name, beginningOf(one)]),
  );
}

function holdsKey(value: Json, name: string): boolean {
  if (typeof value === "string") return looksLikeKey(value, name);
  if (Array.isArray(value)) {
    return (value as readonly Json[]).slice(0, MOST_PARTS).some((one) => holdsKey(one, name));
  }
  return isObject(value) &&
    Object.entries(value).slice(0, MOST_PARTS).some(([field, one]) => holdsKey(one, field));
}

/** Bytes as a person reads them. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
