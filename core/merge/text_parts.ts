/**
 * Texts cut into lines or tokens, with equal ones under one number.
 *
 * @module
 */

/** A text as a sequence: part `n` is number `ids[n]` and begins at `starts[n]`; `starts` has the end as one more entry. */
export interface Parts {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
}

/** Gives equal parts of several texts equal numbers. */
export class PartNumbers {
  readonly #numbers = new Map<string, number>();

  /** The lines of a text between two of its line borders, each with its line feed. */
  lines(text: string, from = 0, to: number = text.length): Parts {
    const starts = [from];
    for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) {
      starts.push(at + 1);
    }
    if (starts[starts.length - 1] !== to) starts.push(to);
    return this.#number(text, starts);
  }

  /** The words, runs of blanks, line feeds and other characters of a text; of JSON, a string or number is one. */
  tokens(text: string, isJson = false): Parts {
    const starts = [0];
    for (let at = 0; at < text.length;) {
      starts.push(at = isJson ? valueEnd(text, at) : tokenEnd(text, at));
    }
    return this.#number(text, starts);
  }

  #number(text: string, starts: readonly number[]): Parts {
    const ids = new Int32Array(starts.length - 1);
    for (let at = 0; at < ids.length; at++) {
      const part = text.slice(starts[at], starts[at + 1]);
      let id = this.#numbers.get(part);
      if (id === undefined) this.#numbers.set(part, id = this.#numbers.size);
      ids[at] = id;
    }
    return { ids, starts: Int32Array.from(starts) };
  }
}

/** Behind a JSON string or number, else behind the token. */
function valueEnd(text: string, start: number): number {
  const number = /-?[0-9][0-9.eE+-]*/y;
  number.lastIndex = start;
  if (number.test(text)) return number.lastIndex;
  if (text[start] !== '"') return tokenEnd(text, start);
  for (let at = start + 1; at < text.length && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return tokenEnd(text, start);
}

const BLANK = 1;
const WORD = 2;
const OTHER = 3;

function tokenEnd(text: string, start: number): number {
  const kind = kindOf(text.charCodeAt(start));
  let at = start + 1;
  if (kind === OTHER) {
    // A pair is one character; marks that follow belong to it.
    if ((text.charCodeAt(start) & 0xfc00) === 0xd800 && at < text.length) at++;
    while (at < text.length && isMark(text.charCodeAt(at))) at++;
    return at;
  }
  while (at < text.length && (kindOf(text.charCodeAt(at)) === kind || isMark(text.charCodeAt(at)))) at++;
  return at;
}

function kindOf(unit: number): number {
  if (unit === 0x20 || unit === 0x09) return BLANK;
  if ((unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)) {
    return WORD;
  }
  // Letters of alphabets; ideographs and all that follows them stand alone.
  return unit === 0x5f || (unit >= 0xc0 && unit < 0x2000) ? WORD : OTHER;
}

/** Combining marks, joiners and variation selectors. */
function isMark(unit: number): boolean {
  return (unit >= 0x300 && unit <= 0x36f) || unit === 0x200d || (unit >= 0xfe00 && unit <= 0xfe0f);
}
