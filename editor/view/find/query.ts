/**
 * One search: what is looked for and what was found, kept up to date while the text is edited.
 *
 * @module
 */

import type { Delta } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import { Reader } from "../reader.ts";
import { isCaret, maxOf, minOf, type Selection } from "../selection.ts";
import { wordAfter, wordBefore } from "../words.ts";
import { type Match, MatchSet } from "./match_set.ts";
import { LiteralPattern, type Pattern } from "./scan.ts";

/** What a front end asks for. */
export interface QueryTerms {
  readonly chars: string;
  readonly caseSensitive: boolean;
  readonly regex: boolean;
  readonly wholeWords: boolean;
}

/** Makes the pattern of a regular expression; undefined where it is none. Loaded when first needed. */
export type RegexCompiler = (source: string, caseSensitive: boolean) => Pattern | undefined;

export class Query {
  readonly id: number;
  readonly matches: MatchSet = new MatchSet();
  #terms: QueryTerms | undefined;
  #pattern: Pattern | undefined;
  /** Whether the expression is one; a broken one is looked for as it stands. */
  #isRegex = false;

  constructor(id: number) {
    this.id = id;
  }

  get terms(): QueryTerms | undefined {
    return this.#terms;
  }

  get isRegex(): boolean {
    return this.#isRegex;
  }

  /** Whether an expression was asked for that is none; it is looked for as it stands. */
  get isBroken(): boolean {
    return this.#terms?.regex === true && this.#terms.chars !== "" && !this.#isRegex;
  }

  /** Whether only a pass over the whole text finds the matches. */
  get isMultilineRegex(): boolean {
    return this.#isRegex && this.#pattern?.isMultiline === true;
  }

  /** Looks for something else; false where it is the same as before. */
  set(terms: QueryTerms, compile: RegexCompiler): boolean {
    const before = this.#terms;
    if (
      before !== undefined && terms.chars !== "" && before.chars === terms.chars &&
      before.caseSensitive === terms.caseSensitive && before.wholeWords === terms.wholeWords &&
      this.#isRegex === terms.regex
    ) return false;
    this.matches.clear();
    this.#terms = terms;
    const regex = terms.regex && terms.chars !== "" ? compile(terms.chars, terms.caseSensitive) : undefined;
    this.#isRegex = regex !== undefined;
    this.#pattern = terms.chars === ""
      ? undefined
      : regex ?? new LiteralPattern(terms.chars, terms.caseSensitive);
    return true;
  }

  /**
   * Adds the matches in `[start, end)`.
   * @param slop whether to look a little further on both sides, for matches that lie across
   */
  search(text: Rope, start: number, end: number, slop: boolean): void {
    const pattern = this.#pattern;
    if (pattern === undefined || this.#terms === undefined) return;
    const reach = slop ? this.#terms.chars.length * 2 : 0;
    let at = text.snap(Math.max(0, start - reach));
    const to = text.snap(Math.min(text.length, end + reach), 1);
    const scan = pattern.scan(text);
    const reader = this.#terms.wholeWords ? new Reader(text) : undefined;
    for (let found = scan.next(at, to); found !== undefined; found = scan.next(at, to)) {
      at = found.end;
      if (reader === undefined || isWholeWord(reader, found)) at = this.matches.add(found.start, found.end);
      // An empty match would be found again and again.
      if (at <= found.start) at = text.snap(found.start + 1, 1);
      if (at > to || (found.start === found.end && found.start >= text.length)) break;
    }
  }

  /** Follows an edit: what may have changed, to the end of the line or, where matches reach over lines, of the text, is looked for again. */
  edit(delta: Delta, text: Rope): void {
    const summary = delta.summary();
    if (summary === undefined || this.#pattern === undefined || this.#terms === undefined) return;
    const { from, to, newLength } = summary;
    const shift = newLength - (to - from);
    const { isMultiline } = this.#pattern;
    const end = isMultiline ? text.length : text.lineStart(text.lineAt(from + newLength) + 1);
    const done = this.matches.cut(from, isMultiline ? Infinity : end - shift, shift);
    const start = !isMultiline
      ? text.lineStart(text.lineAt(from))
      : this.#isRegex
      ? 0
      : Math.max(0, from - this.#terms.chars.length * 2);
    this.search(text, Math.max(done, start), end, false);
  }

  /** The match nearest to the last region, in one direction; before the end of the text is passed, any that is not selected will do. */
  nearest(text: Rope, selection: Selection, reverse: boolean, wrapped: boolean): Match | undefined {
    const { matches } = this;
    if (matches.length === 0) return undefined;
    let found: Match | undefined;
    const last = selection.length === 0 ? undefined : selection.last;
    if (reverse) {
      const start = last === undefined ? 0 : minOf(last);
      const [, to] = start > 0 ? matches.touching(0, start - 1) : [0, 0];
      if (to > 0) found = matches.at(to - 1);
    } else {
      const end = last === undefined ? 0 : maxOf(last) + (isCaret(last) ? 0 : 1);
      const [from, to] = matches.touching(end, text.length);
      if (from < to) found = matches.at(from);
    }
    return found ?? (wrapped ? undefined : this.#unselected(selection, reverse));
  }

  #unselected(selection: Selection, reverse: boolean): Match | undefined {
    const { matches } = this;
    for (let step = 0; step < matches.length; step++) {
      const match = matches.at(reverse ? matches.length - 1 - step : step);
      const [from, to] = selection.indicesTouching(match.start, match.end);
      if (from === to) return match;
    }
    return undefined;
  }
}

function isWholeWord(reader: Reader, { start, end }: Match): boolean {
  if (start === end) return false;
  const first = reader.text.snap(start + 1, 1);
  const last = reader.text.snap(end - 1);
  const from = wordBefore(reader, first);
  const to = wordAfter(reader, last);
  return (from === undefined || from === start) && (to === undefined || to === end);
}
