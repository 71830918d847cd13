/**
 * Lines of a file: which hold code, which only comment, which nothing; and the debt markers in the comments.
 *
 * @module
 */

import { countLines } from "./source_file.ts";

export interface LineCounts {
  readonly lines: number;
  readonly code: number;
  /** Lines with comment and no code. */
  readonly comments: number;
  readonly blank: number;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface DebtMarker {
  readonly line: number;
  readonly marker: string;
  readonly text: string;
}

/** Sorts a file's lines; `comments` are spans in the order of the file that do not overlap. */
export function lineCounts(source: string, comments: readonly Span[]): LineCounts {
  const lines = countLines(source);
  let code = 0;
  let blank = 0;
  let next = 0;
  let start = 0;
  for (let line = 0; line < lines; line++) {
    const newline = source.indexOf("\n", start);
    const end = newline === -1 ? source.length : newline;
    while (next < comments.length && (comments[next] as Span).end <= start) next++;
    const kind = lineKind(source, start, end, comments, next);
    if (kind === "code") code++;
    else if (kind === "blank") blank++;
    start = end + 1;
  }
  return { lines, code, comments: lines - code - blank, blank };
}

function lineKind(source: string, start: number, end: number, comments: readonly Span[], first: number) {
  let at = start;
  let commented = false;
  for (let index = first; index < comments.length; index++) {
    const comment = comments[index] as Span;
    if (comment.start >= end) break;
    if (hasInk(source, at, Math.min(comment.start, end))) return "code";
    commented = true;
    at = Math.max(at, comment.end);
  }
  if (hasInk(source, at, end)) return "code";
  return commented ? "comment" : "blank";
}

function hasInk(source: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (source.charCodeAt(at) > 32) return true;
  return false;
}

// A marker opens its comment line or is followed by a name, a bracket or a colon; prose about markers is neither.
const marker = /^[\s/*#!<\-;%"']*\b(TODO|FIXME|HACK|XXX)\b(.*)$|\b(TODO|FIXME|HACK|XXX)\b(?=\s*[:(])(.*)$/;

/** Debt markers within the spans, each with the rest of its line. */
export function debtMarkers(
  source: string,
  comments: readonly Span[],
  lineOf: (offset: number) => number,
): DebtMarker[] {
  const found: DebtMarker[] = [];
  for (const { start, end } of comments) {
    const text = source.slice(start, end);
    if (!/TODO|FIXME|HACK|XXX/.test(text)) continue;
    const first = lineOf(start);
    for (const [offset, line] of text.split("\n").entries()) {
      const match = marker.exec(line);
      if (match === null) continue;
      const rest = (match[2] ?? match[4] ?? "").replace(/^\s*[:\-]?\s*/, "").replace(
        /\s*(?:\*\/|-->)\s*$/,
        "",
      );
      found.push({
        line: first + offset,
        marker: match[1] ?? match[3] ?? "",
        text: rest.trim().slice(0, 200),
      });
    }
  }
  return found;
}

/** Turns offsets into lines counted from 1. */
export function lineIndex(source: string): (offset: number) => number {
  const starts = [0];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
