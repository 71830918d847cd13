/**
 * JSON values as text in the style of workflow files: on one line where it fits, else a member a line.
 *
 * @module
 */

import { isObject, type Json } from "../../../../core/json.ts";

export const LINE_WIDTH = 110;

export interface TextStyle {
  /** One level of indentation. */
  readonly unit: string;
  /** How lines end. */
  readonly newline: string;
}

/** The style that a file is written in already. */
export function styleOf(text: string): TextStyle {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const unit = /\n(\t| {1,8})(?=")/.exec(text)?.[1] ?? "  ";
  return { unit, newline };
}

/** The text of `value` where its line is indented by `indent` and `column` units stand before it. */
export function valueText(value: Json, style: TextStyle, indent: string, column: number): string {
  const line = inline(value);
  if (column + line.length <= LINE_WIDTH && !line.includes("\n")) return line;
  const inner = indent + style.unit;
  const open = (entries: string[], [begin, end]: readonly [string, string]) =>
    `${begin}${style.newline}${
      entries.map((entry) => inner + entry).join(`,${style.newline}`)
    }${style.newline}${indent}${end}`;
  if (Array.isArray(value) && value.length > 0) {
    return open(value.map((item) => valueText(item as Json, style, inner, inner.length)), ["[", "]"]);
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    const entries = Object.entries(value).map(([name, part]) => {
      const key = `${JSON.stringify(name)}: `;
      return key + valueText(part, style, inner, inner.length + key.length);
    });
    return open(entries, ["{", "}"]);
  }
  return line;
}

function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item) => inline(item as Json)).join(", ")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.length === 0) return "{}";
  return `{ ${entries.map(([name, part]) => `${JSON.stringify(name)}: ${inline(part)}`).join(", ")} }`;
}
