/**
 * Regular expressions in linear time (RE2), so that no pattern can stop the editor. `\w`, `\d` and `\s` are Unicode's, as in the
 * front-end protocol's core.
 *
 * An expression that cannot match a line end is run line by line; `^` is the start of a line then, `$` the end of the text.
 *
 * @module
 */

import { RE2JS } from "re2js";
import type { Rope } from "../../text/rope.ts";
import type { Match } from "./match_set.ts";
import type { Pattern, Scan } from "./scan.ts";

/** Longer expressions are refused. */
const LONGEST_PATTERN = 10_000;

const UNICODE: Readonly<Record<string, string>> = {
  w: "\\p{L}\\p{M}\\p{Nd}\\p{Pc}",
  d: "\\p{Nd}",
  s: "\\t-\\r \\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}",
};

/** The expression with its classes spelt out. */
function unicodeClasses(source: string): string {
  let spelt = "";
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    const char = source[at] as string;
    if (char === "\\") {
      const next = source[++at] ?? "";
      const set = UNICODE[next.toLowerCase()];
      const isNegated = next !== next.toLowerCase();
      if (set === undefined || (inClass && isNegated)) spelt += char + next;
      else if (inClass) spelt += set;
      else spelt += `[${isNegated ? "^" : ""}${set}]`;
      continue;
    }
    if (char === "[" && !inClass) inClass = true;
    else if (char === "[" && source[at + 1] === ":") {
      const end = source.indexOf(":]", at);
      if (end > 0) {
        spelt += source.slice(at, end + 2);
        at = end + 1;
        continue;
      }
    } else if (char === "]" && inClass && !/\[\^?$/.test(spelt)) inClass = false;
    spelt += char;
  }
  return spelt;
}

/** The pattern of an expression; undefined where it is none. */
export function regexPattern(source: string, caseSensitive: boolean): Pattern | undefined {
  if (source.length > LONGEST_PATTERN) return undefined;
  const flags = caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE;
  try {
    const plain = RE2JS.compile(source, flags);
    return new RegexPattern(source, plain, flags);
  } catch {
    return undefined;
  }
}

class RegexPattern implements Pattern {
  readonly isMultiline: boolean;
  readonly #source: string;
  readonly #plain: RE2JS;
  readonly #flags: number;
  #unicode: RE2JS | undefined;

  constructor(source: string, plain: RE2JS, flags: number) {
    this.#source = source;
    this.#plain = plain;
    this.#flags = flags;
    this.isMultiline = ["\\n", "\\r", "\n", "\r", "[[:space:]]"].some((sign) => source.includes(sign));
  }

  scan(text: Rope): Scan {
    return this.isMultiline ? new WholeScan(text, this) : new LineScan(text, this);
  }

  /** The expression for a text: in ASCII the plain classes say the same and are faster. */
  for(isAscii: boolean): RE2JS {
    if (isAscii) return this.#plain;
    if (this.#unicode === undefined) {
      try {
        this.#unicode = RE2JS.compile(unicodeClasses(this.#source), this.#flags);
      } catch {
        this.#unicode = this.#plain;
      }
    }
    return this.#unicode;
  }
}

type Matcher = ReturnType<RE2JS["matcher"]>;

function matchFrom(matcher: Matcher, from: number): Match | undefined {
  return matcher.find(from) ? { start: matcher.start(), end: matcher.end() } : undefined;
}

class LineScan implements Scan {
  readonly #text: Rope;
  readonly #pattern: RegexPattern;
  #matcher: Matcher | undefined;
  #start = 0;
  #end = -1;
  /** Where the lines of the chunk at hand begin. */
  #chunk = "";
  #chunkStart = 0;

  constructor(text: Rope, pattern: RegexPattern) {
    this.#text = text;
    this.#pattern = pattern;
  }

  next(from: number, to: number): Match | undefined {
    let at = from;
    while (at < to) {
      if (at < this.#start || at >= this.#end || this.#matcher === undefined) this.#load(at);
      const found = matchFrom(this.#matcher as Matcher, at - this.#start);
      if (found !== undefined) {
        const start = this.#start + found.start;
        // The empty match behind a line feed is that of the next line.
        if (start < this.#end || this.#end === this.#text.length) {
          return start < to ? { start, end: this.#start + found.end } : undefined;
        }
      }
      if (this.#end >= this.#text.length) return undefined;
      at = this.#end;
    }
    return undefined;
  }

  #load(at: number): void {
    const text = this.#text;
    const inside = at - this.#chunkStart;
    const atLineStart = inside > 0 && inside < this.#chunk.length && this.#chunk[inside - 1] === "\n";
    let feed = atLineStart ? this.#chunk.indexOf("\n", inside) : -1;
    if (feed < 0) {
      this.#chunkStart = text.lineStart(text.lineAt(at));
      const end = Math.max(text.snap(this.#chunkStart + 65_536), text.lineStart(text.lineAt(at) + 1));
      this.#chunk = text.sliceString(this.#chunkStart, end);
      feed = this.#chunk.indexOf("\n");
      this.#start = this.#chunkStart;
    } else this.#start = at;
    const from = this.#start - this.#chunkStart;
    const line = this.#chunk.slice(from, feed < 0 ? undefined : feed + 1);
    this.#end = this.#start + line.length;
    this.#matcher = this.#pattern.for(isAscii(line)).matcher(line);
  }
}

/** For expressions that may reach over lines: one string, from the first place asked for on. */
class WholeScan implements Scan {
  readonly #text: Rope;
  readonly #pattern: RegexPattern;
  #matcher: Matcher | undefined;

  constructor(text: Rope, pattern: RegexPattern) {
    this.#text = text;
    this.#pattern = pattern;
  }

  next(from: number, to: number): Match | undefined {
    if (from >= to) return undefined;
    this.#matcher ??= this.#pattern.for(this.#text.isAscii).matcher(this.#text.toString());
    const found = matchFrom(this.#matcher, from);
    return found !== undefined && found.start < to ? found : undefined;
  }
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
