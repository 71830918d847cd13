/**
 * Words, as the front-end protocol defines them: by four classes of characters, made for code. Everything outside ASCII is a
 * word character, so halves of surrogate pairs are never parted.
 *
 * @module
 */

import type { Reader } from "./reader.ts";

const LINE_FEED = 0;
const SPACE = 1;
const PUNCTUATION = 2;
const WORD = 3;
type Kind = typeof LINE_FEED | typeof SPACE | typeof PUNCTUATION | typeof WORD;

// What lies between two characters: nothing, the start of a word, the end of one, or both.
const INSIDE = 0;
const STARTS = 1;
const ENDS = 2;

/** The class of a UTF-16 unit; undefined for NaN. */
function kindOf(unit: number): Kind | undefined {
  if (Number.isNaN(unit)) return undefined;
  if (unit <= 0x20) return unit === 0x0a ? LINE_FEED : SPACE;
  if (unit >= 0x7f || unit === 0x5f) return WORD;
  const isLetter = (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a);
  return isLetter || (unit >= 0x30 && unit <= 0x39) ? WORD : PUNCTUATION;
}

function between(before: Kind, after: Kind): number {
  if (before === LINE_FEED || after === LINE_FEED) return STARTS | ENDS;
  if (before === SPACE) return after === SPACE ? INSIDE : STARTS;
  if (after === SPACE) return ENDS;
  if (before === after) return INSIDE;
  return before === PUNCTUATION ? STARTS : ENDS;
}

/** The same where a double click lands: a line end or space beside anything but a word does not divide. */
function betweenAtClick(before: Kind, after: Kind): number {
  if (before === LINE_FEED && after !== LINE_FEED) return after === WORD ? STARTS : INSIDE;
  if (after === LINE_FEED && before !== LINE_FEED) return before === WORD ? ENDS : INSIDE;
  if (before === SPACE && after === PUNCTUATION) return INSIDE;
  if (before === PUNCTUATION && after === SPACE) return INSIDE;
  return between(before, after);
}

/** Where the word before `offset` starts; undefined at the start of the text. */
export function wordBefore(reader: Reader, offset: number): number | undefined {
  let after = kindOf(reader.unit(offset - 1));
  if (after === undefined) return undefined;
  let at = offset - 1;
  for (let before = kindOf(reader.unit(at - 1)); before !== undefined; before = kindOf(reader.unit(at - 1))) {
    if ((between(before, after) & STARTS) !== 0) break;
    after = before;
    at--;
  }
  return at;
}

/** Where the word after `offset` ends; undefined at the end of the text. */
export function wordAfter(reader: Reader, offset: number): number | undefined {
  let before = kindOf(reader.unit(offset));
  if (before === undefined) return undefined;
  let at = offset + 1;
  for (let after = kindOf(reader.unit(at)); after !== undefined; after = kindOf(reader.unit(at))) {
    if ((between(before, after) & ENDS) !== 0) break;
    before = after;
    at++;
  }
  return at;
}

/** The word, run of spaces or run of punctuation at `offset`, as a double click selects it. */
export function wordAt(reader: Reader, offset: number): readonly [start: number, end: number] {
  const before = kindOf(reader.unit(offset - 1));
  const after = kindOf(reader.unit(offset));
  const both = STARTS | ENDS;
  const here = before === undefined || after === undefined ? both : betweenAtClick(before, after);
  return [edge(reader, offset, here, STARTS), edge(reader, offset, here, ENDS)];
}

/** Walks from `offset` to the nearest boundary that ends the unit: backwards for STARTS, forwards for ENDS. */
function edge(reader: Reader, offset: number, here: number, side: typeof STARTS | typeof ENDS): number {
  const step = side === STARTS ? -1 : 1;
  // At the end of the text there is nothing on the far side: the first step is free.
  const far = side === STARTS ? offset : offset - 1;
  let at = offset;
  if (Number.isNaN(reader.unit(far))) {
    at += step;
    if (at < 0 || at > reader.length) return offset;
  }
  while (true) {
    const before = kindOf(reader.unit(at - 1));
    const after = kindOf(reader.unit(at));
    if (before === undefined || after === undefined) return at;
    if (at === offset) {
      if ((here & side) !== 0) return at;
    } else {
      const found = between(before, after);
      if (here === INSIDE ? found !== INSIDE : (found & side) !== 0) return at;
    }
    at += step;
  }
}
