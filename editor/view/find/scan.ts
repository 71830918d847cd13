/**
 * Going through a text for one pattern.
 *
 * @module
 */

import type { Rope } from "../../text/rope.ts";
import type { Match } from "./match_set.ts";

/** Finds a pattern in one text, from left to right. */
export interface Scan {
  /** The first match that begins at or after `from` and before `to`; undefined where there is none. */
  next(from: number, to: number): Match | undefined;
}

/** A pattern that can be looked for. */
export interface Pattern {
  /** Whether a match may reach over the end of a line. */
  readonly isMultiline: boolean;
  scan(text: Rope): Scan;
}

const WINDOW = 1 << 16;
const SIGMA = "\u03a3";
const DOTTED_I = "\u0130";

/** Small letters, code point by code point: unlike `toLowerCase`, a sigma at the end of a word is like any other. */
function lower(text: string): string {
  return text.replaceAll(SIGMA, "\u03c3").toLowerCase();
}

/** Text to look for as it is, or in any case. */
export class LiteralPattern implements Pattern {
  readonly isMultiline: boolean;
  readonly #wanted: string;
  readonly #exact: boolean;

  /** @param wanted not empty */
  constructor(wanted: string, caseSensitive: boolean) {
    this.isMultiline = wanted.includes("\n");
    this.#exact = caseSensitive;
    this.#wanted = caseSensitive ? wanted : lower(wanted);
  }

  scan(text: Rope): Scan {
    return new LiteralScan(text, this.#wanted, this.#exact);
  }
}

class LiteralScan implements Scan {
  readonly #text: Rope;
  readonly #wanted: string;
  readonly #exact: boolean;
  #window = "";
  #start = 0;
  #end = -1;
  /** For a window whose small letters are not as many: the offset of each small letter's original. */
  #origins: number[] | undefined;

  constructor(text: Rope, wanted: string, exact: boolean) {
    this.#text = text;
    this.#wanted = wanted;
    this.#exact = exact;
  }

  next(from: number, to: number): Match | undefined {
    let at = from;
    while (at < to) {
      if (at < this.#start || at + this.#wanted.length > this.#end) this.#load(at);
      const found = this.#find(at);
      if (found !== undefined) return found.start < to ? found : undefined;
      if (this.#end >= this.#text.length) return undefined;
      // What begins before the end of the window may reach over it.
      at = Math.max(at + 1, this.#text.snap(this.#end - this.#wanted.length));
    }
    return undefined;
  }

  #load(at: number): void {
    this.#start = this.#text.snap(at);
    this.#end = this.#text.snap(this.#start + WINDOW + this.#wanted.length);
    const text = this.#text.sliceString(this.#start, this.#end);
    this.#origins = undefined;
    this.#window = this.#exact ? text : lower(text);
    if (this.#window.length !== text.length || (!this.#exact && text.includes(DOTTED_I))) {
      this.#origins = [];
      let window = "";
      let offset = 0;
      for (const char of text) {
        const small = lower(char);
        for (let unit = 0; unit < small.length; unit++) this.#origins.push(offset);
        window += small;
        offset += char.length;
      }
      this.#origins.push(offset);
      this.#window = window;
    }
  }

  #find(at: number): Match | undefined {
    const origins = this.#origins;
    if (origins === undefined) {
      const index = this.#window.indexOf(this.#wanted, at - this.#start);
      if (index < 0) return undefined;
      return { start: this.#start + index, end: this.#start + index + this.#wanted.length };
    }
    const from = origins.indexOf(at - this.#start);
    for (let index = this.#window.indexOf(this.#wanted, from); index >= 0;) {
      const start = origins[index] as number;
      // A match begins where a character does; one that ends inside takes all of it.
      if (index === 0 || origins[index - 1] !== start) {
        const after = index + this.#wanted.length;
        let end = after;
        while (end < origins.length - 1 && origins[end] === origins[after - 1]) end++;
        return { start: this.#start + start, end: this.#start + (origins[end] as number) };
      }
      index = this.#window.indexOf(this.#wanted, index + 1);
    }
    return undefined;
  }
}
