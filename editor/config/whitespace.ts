/**
 * What a text says of its own indentation and line endings.
 *
 * @module
 */

import type { Rope } from "../text/rope.ts";
import type { SettingsTable } from "./settings_table.ts";

/** Tabs, or so many spaces. */
export type Indentation = { readonly type: "tabs" } | { readonly type: "spaces"; readonly width: number };

/** Larger texts are judged by their beginning. */
const MOST_UNITS = 4_000_000;
/** How many widths, the smallest first, the common one is found from. */
const WIDTHS = 4;

/** The settings a text asks for; empty where it says nothing clear. */
export function detectSettings(text: Rope): SettingsTable {
  const indentation = detectIndentation(text);
  const ending = detectLineEnding(text);
  return {
    ...(indentation?.type === "tabs" ? { translate_tabs_to_spaces: false } : {}),
    ...(indentation?.type === "spaces"
      ? { translate_tabs_to_spaces: true, tab_size: indentation.width }
      : {}),
    ...(ending === undefined ? {} : { line_ending: ending }),
  };
}

/** How lines are indented; undefined where they are not, or not all in one way. */
export function detectIndentation(text: Rope): Indentation | undefined {
  let hasTabs = false;
  const widths = new Set<number>();
  for (const start of lineStarts(text)) {
    const found = indentationOf(start);
    if (found === "mixed") return undefined;
    if (found?.type === "tabs") hasTabs = true;
    else if (found !== undefined) widths.add(found.width);
    if (hasTabs && widths.size > 0) return undefined;
  }
  if (hasTabs) return { type: "tabs" };
  if (widths.size === 0) return undefined;
  const width = [...widths].sort((a, b) => a - b).slice(0, WIDTHS).reduce((common, next) => {
    const divisor = greatestCommonDivisor(common, next);
    return divisor === 1 ? common : divisor;
  }, 0);
  return width === 0 ? undefined : { type: "spaces", width };
}

/** The indentation of one line; undefined where it has none. */
export function indentationOf(line: string): Indentation | "mixed" | undefined {
  let width = 0;
  while (line.charCodeAt(width) === 0x20) width++;
  if (line.charCodeAt(width) === 0x09) return width > 0 ? "mixed" : { type: "tabs" };
  return width > 0 ? { type: "spaces", width } : undefined;
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The line ending that all parts of a text begin with; undefined where they differ, or there is none. */
export function detectLineEnding(text: Rope): "\n" | "\r\n" | undefined {
  let common: "\n" | "\r\n" | undefined;
  for (const chunk of text.chunks(0, text.snap(Math.min(text.length, MOST_UNITS)))) {
    const ending = firstLineEnding(chunk);
    if (ending === "mixed" || (common !== undefined && ending !== undefined && ending !== common)) {
      return undefined;
    }
    common ??= ending;
  }
  return common;
}

/** The first line ending in a piece of text; "mixed" for a carriage return on its own. */
export function firstLineEnding(chunk: string): "\n" | "\r\n" | "mixed" | undefined {
  const at = chunk.search(/[\r\n]/);
  if (at < 0) return undefined;
  if (chunk[at] === "\n") return "\n";
  return chunk[at + 1] === "\n" ? "\r\n" : "mixed";
}

/** The beginnings of the lines, as far as they are blank and one character more. */
function* lineStarts(text: Rope): Generator<string, void, undefined> {
  let rest = "";
  for (const chunk of text.chunks(0, text.snap(Math.min(text.length, MOST_UNITS)))) {
    const piece = rest + chunk;
    let start = 0;
    for (let feed = piece.indexOf("\n"); feed >= 0; feed = piece.indexOf("\n", start)) {
      yield piece.slice(start, feed);
      start = feed + 1;
    }
    // Of a long line only the head counts.
    rest = piece.slice(start, start + 65_536);
  }
  yield rest;
}
