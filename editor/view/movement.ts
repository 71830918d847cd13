/**
 * Where carets go: the movements of the front-end protocol, for one region and for a selection.
 *
 * @module
 */

import { graphemeAfter, graphemeBefore } from "./graphemes.ts";
import type { Lines } from "./lines.ts";
import type { Reader } from "./reader.ts";
import { isCaret, maxOf, minOf, type Region, Selection } from "./selection.ts";
import { wordAfter, wordBefore } from "./words.ts";

export type Movement =
  | "left"
  | "right"
  | "left word"
  | "right word"
  | "left of line"
  | "right of line"
  | "up"
  | "down"
  | "up to exact column"
  | "down to exact column"
  | "up a page"
  | "down a page"
  | "start of paragraph"
  | "end of paragraph"
  | "end of paragraph or its line feed"
  | "start of document"
  | "end of document";

/** What a movement depends on. */
export interface Ground {
  readonly reader: Reader;
  readonly lines: Lines;
  /** Lines in the visible part. */
  readonly height: number;
}

/** How many lines of a page stay visible when paging. */
const PAGE_OVERLAP = 2;

interface Goal {
  readonly offset: number;
  readonly horiz?: number | undefined;
}

/** `region` after a movement; its anchor stays where `extend` is true, else it becomes a caret. */
export function moveRegion(movement: Movement, region: Region, ground: Ground, extend: boolean): Region {
  const { offset, horiz } = goalOf(movement, region, ground, extend);
  const moved = { start: extend ? region.start : offset, end: offset };
  return horiz === undefined ? moved : { ...moved, horiz };
}

/** The union of all regions after a movement. */
export function moveSelection(
  movement: Movement,
  selection: Selection,
  ground: Ground,
  extend: boolean,
): Selection {
  return Selection.from(selection.regions.map((region) => moveRegion(movement, region, ground, extend)));
}

function goalOf(movement: Movement, region: Region, ground: Ground, extend: boolean): Goal {
  const { reader, lines, height } = ground;
  const { text } = reader;
  const { end } = region;
  switch (movement) {
    case "left":
      return sideways(region, extend, graphemeBefore(reader, end), 0, minOf(region));
    case "right":
      return sideways(region, extend, graphemeAfter(reader, end), end, maxOf(region));
    case "left word":
      return { offset: wordBefore(reader, end) ?? 0 };
    case "right word":
      return { offset: wordAfter(reader, end) ?? text.length };
    case "left of line":
      return { offset: lines.lineStart(text, lines.lineAt(text, end)) };
    case "right of line":
      return { offset: rightOfLine(ground, end) };
    case "up":
      return vertical(region, ground, -1, extend);
    case "down":
      return vertical(region, ground, 1, extend);
    case "up to exact column":
      return toExactColumn(region, ground, -1, extend);
    case "down to exact column":
      return toExactColumn(region, ground, 1, extend);
    case "up a page":
      return vertical(region, ground, -Math.max(height - PAGE_OVERLAP, 1), extend);
    case "down a page":
      return vertical(region, ground, Math.max(height - PAGE_OVERLAP, 1), extend);
    case "start of paragraph":
      return { offset: paragraphStartBefore(reader, end) };
    case "end of paragraph":
      return { offset: paragraphEnd(reader, end) };
    case "end of paragraph or its line feed": {
      const stop = paragraphEnd(reader, end);
      return { offset: stop === end ? text.lineStart(text.lineAt(end) + 1) : stop };
    }
    case "start of document":
      return { offset: 0 };
    case "end of document":
      return { offset: text.length };
  }
}

/** One cluster aside, or, without extending, to the edge of what is selected. */
function sideways(
  region: Region,
  extend: boolean,
  next: number | undefined,
  stop: number,
  edge: number,
): Goal {
  if (!isCaret(region) && !extend) return { offset: edge };
  return next === undefined ? { offset: stop, horiz: region.horiz } : { offset: next };
}

function rightOfLine({ reader, lines }: Ground, offset: number): number {
  const { text } = reader;
  const line = lines.lineAt(text, offset);
  if (line >= lines.lineAt(text, text.length)) return text.length;
  return graphemeBefore(reader, lines.lineStart(text, line + 1)) ?? text.length;
}

/** Line and column from which to move up or down. */
function origin(
  region: Region,
  { reader, lines }: Ground,
  isUp: boolean,
  extend: boolean,
): readonly [number, number] {
  const active = extend ? region.end : isUp ? minOf(region) : maxOf(region);
  const [line, column] = lines.place(reader.text, active);
  return [line, region.horiz ?? column];
}

function vertical(region: Region, ground: Ground, by: number, extend: boolean): Goal {
  const { reader, lines } = ground;
  const [line, horiz] = origin(region, ground, by < 0, extend);
  const target = line + by;
  if (target < 0) return { offset: 0, horiz };
  if (target > lines.lineAt(reader.text, reader.length)) return { offset: reader.length, horiz };
  return { offset: lines.offsetAt(reader, target, horiz), horiz };
}

/** The nearest line that is long enough for the column; where there is none, the region's own. */
function toExactColumn(region: Region, ground: Ground, by: -1 | 1, extend: boolean): Goal {
  const { reader, lines } = ground;
  const { text } = reader;
  const [from, column] = origin(region, ground, by < 0, extend);
  const last = lines.lineAt(text, text.length);
  const bytesOf = (line: number) =>
    text.bytesAt(lines.lineStart(text, line + 1)) - text.bytesAt(lines.lineStart(text, line));
  if (by < 0 && from === 0) return { offset: lines.offsetAt(reader, from, column), horiz: column };
  const own = bytesOf(from);
  const horiz = own < column ? Math.max(0, own - 1) : column;
  let line = from + by;
  while (bytesOf(line) <= horiz) {
    if (line >= last || (line === 0 && by < 0)) {
      line = from;
      break;
    }
    line += by;
  }
  return { offset: lines.offsetAt(reader, line, horiz), horiz };
}

/** The nearest start of a paragraph that lies before `offset`. */
function paragraphStartBefore({ text }: Reader, offset: number): number {
  const line = text.lineAt(offset);
  const start = text.lineStart(line);
  return start < offset || line === 0 ? start : text.lineStart(line - 1);
}

/** The end of the paragraph, before its line feed. */
function paragraphEnd(reader: Reader, offset: number): number {
  const { text } = reader;
  const line = text.lineAt(offset);
  if (line + 1 >= text.lines) return text.length;
  return graphemeBefore(reader, text.lineStart(line + 1)) ?? offset;
}
