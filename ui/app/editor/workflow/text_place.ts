/** Where in a JSON text with comments, which is perhaps half written, an offset stands: at a key or a value, and in which token. Pure. @module */

import { createScanner, getLocation } from "jsonc-parser";

/** Kinds of tokens by jsonc-parser's numbers: its enumeration is constant and so not importable. */
const [COMMA, COLON, CLOSE_BRACE, CLOSE_BRACKET, STRING, LINE_COMMENT, BLOCK_COMMENT, BLANK, END] = //
  [5, 6, 2, 4, 10, 12, 13, new Set([14, 15]), 17] as const;
/** null, true, false, numbers, and what is none of them. */
const WORDS: ReadonlySet<number> = new Set([7, 8, 9, 11, 16]);

export interface TextPlace {
  /** At a key, `path` ends with what is written of it. */
  readonly kind: "key" | "value";
  readonly path: readonly (string | number)[];
  /** The token at the offset, empty where none is. */
  readonly from: number;
  readonly to: number;
  readonly isString: boolean;
  /** Where the content begins, behind the quote. */
  readonly start: number;
  /** What follows it: nothing more has to be written. */
  readonly hasColon: boolean;
  readonly hasComma: boolean;
  readonly isLast: boolean;
}

/** The place at an offset; undefined in comments, and between complete parts where nothing can stand. */
export function placeAt(text: string, offset: number): TextPlace | undefined {
  const scanner = createScanner(text, false);
  let [kind, from, to]: [number, number, number] = [scanner.scan(), 0, scanner.getPosition()];
  let before = 0;
  while (kind !== END && to < offset) {
    if (!BLANK.has(kind) && kind !== LINE_COMMENT && kind !== BLOCK_COMMENT) before = kind;
    [kind, from, to] = [scanner.scan(), scanner.getTokenOffset(), scanner.getPosition()];
  }
  if (kind === LINE_COMMENT || kind === BLOCK_COMMENT && offset < to) return undefined;
  const isOpen = (token: number, end: number) =>
    end === offset && (token !== STRING || !isClosed(text, from, to));
  let token = { kind, from, to };
  const isWithin = (kind === STRING || WORDS.has(kind)) && from < offset && (offset < to || isOpen(kind, to));
  if (!isWithin) {
    if (from < offset && to === offset) {
      // Right behind a bracket, a comma or a string: what follows counts.
      if (!BLANK.has(kind)) before = kind;
      [kind, from, to] = [scanner.scan(), scanner.getTokenOffset(), scanner.getPosition()];
    }
    token = from === offset && WORDS.has(kind) ? { kind, from, to } : { kind: 0, from: offset, to: offset };
    if (before === STRING || WORDS.has(before) || before === CLOSE_BRACE || before === CLOSE_BRACKET) {
      return undefined;
    }
  }
  const isString = token.kind === STRING;
  const location = getLocation(text, isString ? Math.max(offset, token.from + 1) : offset);
  if (isWithin) kind = scanner.scan();
  while (BLANK.has(kind as 14) || kind === LINE_COMMENT || kind === BLOCK_COMMENT) kind = scanner.scan();
  return {
    kind: location.isAtPropertyKey ? "key" : "value",
    path: location.path,
    from: token.from,
    to: token.to,
    isString,
    start: token.from + (isString ? 1 : 0),
    hasColon: kind === COLON,
    hasComma: kind === COMMA,
    isLast: kind === CLOSE_BRACE || kind === CLOSE_BRACKET || kind === END,
  };
}

function isClosed(text: string, from: number, to: number): boolean {
  if (to - from < 2 || text[to - 1] !== '"') return false;
  let slashes = 0;
  for (let at = to - 2; at > from && text[at] === "\\"; at--) slashes++;
  return slashes % 2 === 0;
}

/** The whole string or word around an offset, and the path of the key or value it is; undefined in comments and between. */
export function tokenAt(text: string, offset: number): TextPlace | undefined {
  // An offset at the end of a token is at it, too.
  const place = placeAt(text, offset);
  if (place !== undefined && place.from < place.to) return place;
  const after = placeAt(text, offset + 1);
  return after !== undefined && after.from === offset && after.to > offset ? after : undefined;
}
