/**
 * Finds where the hunks of one file fit and gives the text with them applied. Pure.
 *
 * Invariants: hunks keep their order and never overlap; a line that a hunk takes away is equal to a line of the file
 * (line ends aside); lines that no hunk touches stay byte for byte as they are.
 *
 * @module
 */

import type { Hunk, HunkLine } from "./parse_diff.ts";

export interface Placing {
  /** Lines of context that may be left out at each end of a hunk. */
  readonly fuzz: number;
  /** Whether a hunk that ends without context must fit the end of the file, and one for line 1 its start. */
  readonly anchored: boolean;
}

export interface Rejection {
  /** Number of the hunk in its file, from 1. */
  readonly hunk: number;
  /** Line of the file where it was expected, from 1. */
  readonly line: number;
  /** What the diff wants to find there. */
  readonly expected: string;
  /** What is there. */
  readonly found: string;
  /** What the diff wants to be there. */
  readonly wanted: string;
}

export interface Placed {
  readonly text: string;
  readonly rejected: readonly Rejection[];
}

interface Fit {
  readonly at: number;
  readonly lines: readonly HunkLine[];
  /** Line end for added lines where the file has other ends than the diff. */
  readonly end: string | undefined;
}

/** Applies what fits; `rejected` lists the rest. */
export function placeHunks(text: string, hunks: readonly Hunk[], placing: Placing): Placed {
  const file = linesOf(text);
  const result: string[] = [];
  const rejected: Rejection[] = [];
  let done = 0;
  let offset = 0;
  hunks.forEach((hunk, index) => {
    const fit = fitOf(file, hunk, done, offset, placing);
    if (fit === undefined) {
      rejected.push(rejectionOf(file, hunk, index, offset));
      return;
    }
    for (; done < fit.at; done++) result.push(file[done] as string);
    for (const line of fit.lines) {
      if (line.sign === "+") result.push(withEnd(line.text, fit.end));
      else if (line.sign === " ") result.push(file[done++] as string);
      else done++;
    }
    offset = done - (hunk.at + oldSide(hunk.lines).length);
  });
  for (; done < file.length; done++) result.push(file[done] as string);
  return { text: joined(result), rejected };
}

/** The hunks that take the change back. */
export function reversed(hunks: readonly Hunk[]): readonly Hunk[] {
  let shift = 0;
  return hunks.map((hunk) => {
    const at = hunk.at + shift;
    shift += newSide(hunk.lines).length - oldSide(hunk.lines).length;
    const lines = hunk.lines.map(({ sign, text }): HunkLine => ({ sign: OPPOSITE[sign], text }));
    return { at, lines };
  });
}

const OPPOSITE = { "+": "-", "-": "+", " ": " " } as const;

/** Lines with their ends; the last may have none. */
export function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function fitOf(
  file: readonly string[],
  hunk: Hunk,
  from: number,
  offset: number,
  placing: Placing,
): Fit | undefined {
  for (let fuzz = 0; fuzz <= placing.fuzz; fuzz++) {
    const { lines, dropped } = trimmed(hunk.lines, fuzz);
    if (fuzz > 0 && dropped === undefined) return undefined;
    const old = oldSide(lines);
    const wanted = hunk.at + offset + (dropped ?? 0);
    const must = fuzz === 0 && placing.anchored ? anchorsOf(hunk) : { start: false, end: false };
    const at = search(file, old, wanted, from, must, fuzz > 0);
    if (at !== undefined) return { at, lines, end: foreignEnd(file, old, at) };
  }
  return undefined;
}

/** Up to `fuzz` lines of context fewer at each end; `dropped` undefined where that leaves nothing to find it by. */
function trimmed(lines: readonly HunkLine[], fuzz: number) {
  if (fuzz === 0) return { lines, dropped: 0 };
  const first = lines.findIndex((line) => line.sign !== " ");
  const last = lines.findLastIndex((line) => line.sign !== " ");
  const start = Math.min(fuzz, first);
  const end = Math.max(lines.length - fuzz, last + 1);
  const kept = lines.slice(Math.max(0, start), end);
  const usable = oldSide(kept).length > 0 && kept.length < lines.length;
  return { lines: kept, dropped: usable ? Math.max(0, start) : undefined };
}

function anchorsOf(hunk: Hunk): { readonly start: boolean; readonly end: boolean } {
  const context = (line: HunkLine | undefined) => line?.sign === " ";
  const hasContext = hunk.lines.some(context);
  return {
    start: hasContext && hunk.at === 0,
    end: hasContext && !context(hunk.lines.at(-1)),
  };
}

/** The nearest place, first with equal line ends, then with any. */
function search(
  file: readonly string[],
  old: readonly string[],
  wanted: number,
  from: number,
  must: { readonly start: boolean; readonly end: boolean },
  looseEnd: boolean,
): number | undefined {
  const last = file.length - old.length;
  // Nothing to find it by: it belongs where it says, or nowhere.
  if (old.length === 0) return wanted >= from && wanted <= file.length ? wanted : undefined;
  for (const same of looseEnd ? [equal, equalButEnds] : [equal, equalButReturns]) {
    const far = Math.max(Math.abs(wanted - from), Math.abs(last - wanted));
    for (let distance = 0; distance <= far; distance++) {
      for (const at of distance === 0 ? [wanted] : [wanted - distance, wanted + distance]) {
        if (at < from || at > last) continue;
        if ((must.start && at !== 0) || (must.end && at !== last)) continue;
        if (old.every((line, index) => same(file[at + index] as string, line))) return at;
      }
    }
  }
  return undefined;
}

function equal(a: string, b: string): boolean {
  return a === b;
}

function equalButReturns(a: string, b: string): boolean {
  return a === b || a.replace(/\r\n$/, "\n") === b.replace(/\r\n$/, "\n");
}

function equalButEnds(a: string, b: string): boolean {
  return a === b || a.replace(/\r?\n$/, "") === b.replace(/\r?\n$/, "");
}

function foreignEnd(file: readonly string[], old: readonly string[], at: number): string | undefined {
  const differs = old.findIndex((line, index) => endOf(line) !== endOf(file[at + index] as string));
  return differs < 0 ? undefined : endOf(file[at + differs] as string) || undefined;
}

function endOf(line: string): string {
  return line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : "";
}

function withEnd(text: string, end: string | undefined): string {
  return end === undefined || !text.endsWith("\n") ? text : text.replace(/\r?\n$/, end);
}

/** Only the last line may lack its end; one that was last and is no more gets that of the file. */
function joined(lines: string[]): string {
  const end = endOf(lines[0] ?? "") || "\n";
  return lines.map((line, at) => at < lines.length - 1 && !line.endsWith("\n") ? line + end : line).join("");
}

function oldSide(lines: readonly HunkLine[]): readonly string[] {
  return lines.filter((line) => line.sign !== "+").map((line) => line.text);
}

function newSide(lines: readonly HunkLine[]): readonly string[] {
  return lines.filter((line) => line.sign !== "-").map((line) => line.text);
}

function rejectionOf(file: readonly string[], hunk: Hunk, index: number, offset: number): Rejection {
  const old = oldSide(hunk.lines);
  const at = Math.max(0, Math.min(hunk.at + offset, file.length));
  return {
    hunk: index + 1,
    line: at + 1,
    expected: old.join(""),
    found: file.slice(at, at + old.length).join(""),
    wanted: newSide(hunk.lines).join(""),
  };
}
