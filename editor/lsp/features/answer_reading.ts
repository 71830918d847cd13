/**
 * Reading what a server answered: every member may be missing, or something else than the protocol says.
 *
 * @module
 */

import type { Position, Range } from "vscode-languageserver-protocol";
import { isObject, type Json, type JsonObject, own } from "../../../core/json.ts";

/** Longer texts of servers are cut. */
export const LONGEST_TEXT = 1 << 20;

/** `value` if it is an object. */
export function objectOf(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

/** `value` as a list, at most `most` of it; empty where it is none. */
export function listOf(value: unknown, most: number): readonly Json[] {
  return Array.isArray(value) ? (value.length > most ? value.slice(0, most) : value) : [];
}

/** The member as a string; undefined where it is none. */
export function stringIn(object: JsonObject, name: string): string | undefined {
  const value = own(object, name);
  if (typeof value !== "string") return undefined;
  return value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value;
}

export function numberIn(object: JsonObject, name: string): number | undefined {
  const value = own(object, name);
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The member as a whole number from `least` to `most`; undefined where it is none. */
export function integerIn(object: JsonObject, name: string, least: number, most: number): number | undefined {
  const value = numberIn(object, name);
  return value !== undefined && Number.isInteger(value) && value >= least && value <= most
    ? value
    : undefined;
}

/** A member that is left out where it is undefined: for literals of exact optional types. */
export function optional<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : { [name]: value } as { [P in K]: V };
}

/** `value` as a range, without looking whether its numbers make sense; `PositionMap` does that. */
export function rangeOf(value: unknown): Range | undefined {
  const range = objectOf(value);
  if (range === undefined) return undefined;
  const start = positionOf(own(range, "start"));
  const end = positionOf(own(range, "end"));
  return start === undefined || end === undefined ? undefined : { start, end };
}

export function positionOf(value: unknown): Position | undefined {
  const position = objectOf(value);
  if (position === undefined) return undefined;
  const line = numberIn(position, "line");
  const character = numberIn(position, "character");
  return line === undefined || character === undefined ? undefined : { line, character };
}

/** Text for people, as servers write it. */
export interface Markup {
  readonly kind: "markdown" | "plaintext";
  readonly text: string;
}

/** `MarkupContent`, `MarkedString` or a list of them as one text; undefined where there is none. */
export function markupOf(value: unknown): Markup | undefined {
  if (Array.isArray(value)) {
    const parts = value.slice(0, 100).map(markupOf).filter((part) => part !== undefined);
    if (parts.length === 0) return undefined;
    const kind = parts.some((part) => part.kind === "markdown") ? "markdown" : "plaintext";
    return { kind, text: parts.map((part) => part.text).join("\n\n") };
  }
  // A bare string is markdown, by the protocol.
  if (typeof value === "string") return value === "" ? undefined : { kind: "markdown", text: cut(value) };
  const object = objectOf(value);
  const text = object === undefined ? undefined : stringIn(object, "value");
  if (object === undefined || text === undefined || text === "") return undefined;
  const language = stringIn(object, "language");
  if (language !== undefined) return { kind: "markdown", text: `\`\`\`${language}\n${text}\n\`\`\`` };
  return { kind: own(object, "kind") === "plaintext" ? "plaintext" : "markdown", text };
}

function cut(text: string): string {
  return text.length > LONGEST_TEXT ? text.slice(0, LONGEST_TEXT) : text;
}
