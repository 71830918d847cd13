/**
 * What is wrong with a JSON text, comments and trailing commas allowed, in the words of the program's own reader.
 *
 * @module
 */

import type { TextRange } from "../../core/ports/text_editing.ts";
import { readJsonc } from "../../core/workflow/jsonc.ts";
import type { Rope } from "../text/rope.ts";
import type { SyntaxFault } from "./syntax_faults.ts";

/** Longer texts are left to the grammar, in UTF-16 units: reading one whole takes a turn. */
export const LONGEST_JSON = 1_000_000;
const MOST_FAULTS = 100;
const TOKEN = /^(?:"(?:[^"\\\n]|\\.)*"?|[\w$.+-]+|\S)/;

/** The faults of a text of at most `LONGEST_JSON`, by place; an empty one has none. */
export function jsonFaults(text: Rope): SyntaxFault[] {
  const whole = text.toString();
  const { problems } = readJsonc(whole, "");
  const faults = problems.filter(({ code }) => code !== "empty").slice(0, MOST_FAULTS);
  return faults.map(({ severity, message, hint, line, column, code }) => ({
    range: tokenAt(text, line, column),
    severity: code === "duplicate-key" ? "warning" : severity,
    message: `${message}. ${hint}`,
  }));
}

/** The token at a place that counts from 1. */
export function tokenAt(text: Rope, line: number, column: number): TextRange {
  const row = Math.min(Math.max(line - 1, 0), Math.max(0, text.lines - 1));
  const [start, end] = [text.lineStart(row), text.lineEnd(row)];
  const from = Math.min(start + Math.max(column - 1, 0), end);
  const token = TOKEN.exec(text.sliceString(from, Math.min(end, from + 500)))?.[0] ?? "";
  // At the end of a line the last word is what can be seen.
  if (token === "" && from > start) return { from: from - 1, to: from };
  return { from, to: from + token.length };
}
