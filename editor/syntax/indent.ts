/**
 * Indentation by lines: how deep a line belongs, going by the line with text above it and the language's rules.
 *
 * @module
 */

import { Delta, DeltaBuilder } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import type { Language } from "./language.ts";

/** How a buffer is indented. */
export interface IndentStyle {
  readonly tabSize: number;
  readonly usesSpaces: boolean;
}

/** A line that is longer is not read for indentation, in UTF-16 units. */
const LINE_LIMIT = 10_000;

/** Lines from `first` to before `end`. */
export interface LineRange {
  readonly first: number;
  readonly end: number;
}

/** A line's text without its end. */
function lineText(text: Rope, line: number): string {
  const start = text.lineStart(line);
  const end = Math.min(text.lineEnd(line), text.snap(start + LINE_LIMIT));
  return text.sliceString(start, end).replace(/\r$/, "");
}

/** The width of leading space in columns. */
export function indentWidth(line: string, tabSize: number): number {
  let width = 0;
  for (const unit of line) {
    if (unit === " ") width++;
    else if (unit === "\t") width += tabSize - (width % tabSize);
    else break;
  }
  return width;
}

/** Leading space of a width. */
export function indentText(width: number, { tabSize, usesSpaces }: IndentStyle): string {
  if (usesSpaces) return " ".repeat(width);
  return "\t".repeat(Math.floor(width / tabSize)) + " ".repeat(width % tabSize);
}

/** What counts of a line: without leading space, trailing space and a comment to its end. */
function codeOf(line: string, language: Language): string {
  const mark = language.comments?.line;
  const code = line.trim();
  if (mark === undefined) return code;
  if (code.startsWith(mark)) return "";
  // Quoted text may hold the mark: it is taken for a comment only behind a space and outside quotes.
  let quote: string | undefined;
  for (let at = 0; at < code.length; at++) {
    const unit = code[at]!;
    if (quote !== undefined) {
      if (unit === "\\") at++;
      else if (unit === quote) quote = undefined;
    } else if (unit === '"' || unit === "'" || unit === "`") quote = unit;
    else if (code.startsWith(mark, at) && (at === 0 || /\s/.test(code[at - 1]!))) {
      return code.slice(0, at).trimEnd();
    }
  }
  return code;
}

/**
 * The width that line `line` should have, in columns; undefined where the language has no rules.
 * @param widthOf what an earlier line is indented by, where that has been decided but not yet done
 */
export function wantedIndent(
  text: Rope,
  line: number,
  language: Language,
  style: IndentStyle,
  widthOf: (line: number) => number | undefined = () => undefined,
): number | undefined {
  const rules = language.indent;
  if (rules === undefined && language.grammar === undefined && language.comments === undefined) {
    return undefined;
  }
  let above = line - 1;
  let aboveText = "";
  while (above >= 0 && (aboveText = lineText(text, above)).trim() === "") above--;
  if (above < 0) return 0;
  let width = widthOf(above) ?? indentWidth(aboveText, style.tabSize);
  if (rules === undefined) return width;
  if (rules.opens.test(codeOf(aboveText, language))) width += style.tabSize;
  if (rules.closes.test(lineText(text, line).trim())) width -= style.tabSize;
  return Math.max(0, width);
}

/** Indents lines as they should be, each by the ones before it. Empty lines lose their space, but for the line `keep`. */
export function reindent(
  text: Rope,
  ranges: Iterable<LineRange>,
  language: Language,
  style: IndentStyle,
  keep?: number,
): Delta {
  const changes = new DeltaBuilder(text.length);
  const decided = new Map<number, number>();
  for (const { first, end } of ranges) {
    for (let line = first; line < Math.min(end, text.lines); line++) {
      const wanted = wantedIndent(text, line, language, style, (above) => decided.get(above));
      if (wanted === undefined) return Delta.identity(text.length);
      const content = lineText(text, line);
      const isEmpty = content.trim() === "";
      decided.set(line, wanted);
      const leading = /^[ \t]*/.exec(content)![0];
      const space = isEmpty && line !== keep ? "" : indentText(wanted, style);
      if (space === leading) continue;
      const start = text.lineStart(line);
      changes.replace(start, start + leading.length, space);
    }
  }
  return changes.build();
}

/** Whether what was typed at the end of `line` up to `offset` made it a line that closes a block, so that it moves left. */
export function closesBlock(text: Rope, offset: number, language: Language): boolean {
  const rules = language.indent;
  if (rules === undefined || offset === 0) return false;
  const typed = text.sliceString(text.snap(offset - 1), offset);
  if (!rules.closers.includes(typed)) return false;
  const line = text.lineAt(offset);
  const before = text.sliceString(text.lineStart(line), offset).trim();
  // Only the very moment in which it begins to close: what follows later on the line moves nothing.
  return rules.closes.test(before) && !rules.closes.test(before.slice(0, -1));
}
