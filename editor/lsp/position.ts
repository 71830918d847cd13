/**
 * Places in a text as language servers name them: a line, and a number of UTF-8, UTF-16 or UTF-32 units in it.
 *
 * The protocol ends a line after "\n", "\r\n" or a lone "\r"; the rope knows "\n" only. So where a text holds lone
 * carriage returns, their places are kept beside the rope. Every conversion is O(log n).
 *
 * @module
 */

import type { Position, Range } from "vscode-languageserver-protocol";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Rope } from "../text/rope.ts";

export type PositionEncoding = "utf-8" | "utf-16" | "utf-32";

const NO_RETURNS: readonly number[] = [];

/** Converts between offsets of one text and positions of one server. */
export class PositionMap {
  readonly rope: Rope;
  readonly encoding: PositionEncoding;
  /** Where the lines after lone carriage returns begin, ascending. */
  readonly #afterReturns: readonly number[];

  /** `hasLoneReturns` saves the search for them: false where it is known that there are none. */
  constructor(rope: Rope, encoding: PositionEncoding, hasLoneReturns?: boolean) {
    this.rope = rope;
    this.encoding = encoding;
    this.#afterReturns = hasLoneReturns === false ? NO_RETURNS : afterLoneReturns(rope);
  }

  get hasLoneReturns(): boolean {
    return this.#afterReturns.length > 0;
  }

  /** Lines as the protocol counts them. */
  get lines(): number {
    return this.rope.lines + this.#afterReturns.length;
  }

  /** The position of `offset`. @throws RangeError outside the text */
  position(offset: number): Position {
    const { rope } = this;
    const line = rope.lineAt(offset);
    const passed = this.#returnsUntil(offset);
    const start = Math.max(rope.lineStart(line), passed === 0 ? 0 : this.#afterReturns[passed - 1] as number);
    return { line: line + passed, character: this.#units(start, offset) };
  }

  range(span: TextRange): Range {
    const start = this.position(span.from);
    return { start, end: span.to === span.from ? start : this.position(span.to) };
  }

  /**
   * The offset of a position that a server named. One past the end of its line is its end, one inside a surrogate pair
   * the start of the pair, a line past the last the end of the text, and what is no number counts as 0.
   */
  offset(position: Position): number {
    const line = whole(position.line);
    const character = whole(position.character);
    if (line >= this.lines) return this.rope.length;
    const start = this.#lineStart(line);
    return this.#advance(start, character, this.#contentEnd(line));
  }

  /** As `offset`, for both ends; an end before the start counts as the start. */
  span(range: Range): TextRange {
    const from = this.offset(range.start);
    return { from, to: Math.max(from, this.offset(range.end)) };
  }

  /**
   * The span of an edit: as `span`, but only where the server may be believed. Undefined where a number is none or
   * negative, the end stands before the start, the start is behind the end of the text, or a pair would be cut.
   */
  editSpan(range: Range): TextRange | undefined {
    if (!isPosition(range?.start) || !isPosition(range?.end)) return undefined;
    const { start, end } = range;
    if (end.line < start.line || end.line === start.line && end.character < start.character) return undefined;
    // The line after the last is how many servers name the end of the text.
    if (start.line > this.lines || start.line === this.lines && start.character > 0) return undefined;
    if (this.#cuts(start) || this.#cuts(end)) return undefined;
    return this.span(range);
  }

  /** True where the position stands inside a code point. */
  #cuts(position: Position): boolean {
    if (this.encoding === "utf-32" || this.rope.isAscii || position.line >= this.lines) return false;
    const start = this.#lineStart(position.line);
    const offset = this.offset(position);
    const exact = this.#units(start, offset);
    return exact < position.character && offset < this.#contentEnd(position.line);
  }

  #lineStart(line: number): number {
    const { rope } = this;
    // How many lone returns begin a line at or before this one.
    let low = 0;
    let high = this.#afterReturns.length;
    while (low < high) {
      const middle = low + high >> 1;
      if (rope.lineAt(this.#afterReturns[middle] as number) + middle + 1 <= line) low = middle + 1;
      else high = middle;
    }
    const start = rope.lineStart(line - low);
    return low === 0 ? start : Math.max(start, this.#afterReturns[low - 1] as number);
  }

  /** Where the text of a line ends, before what ends the line. */
  #contentEnd(line: number): number {
    const { rope } = this;
    if (line + 1 >= this.lines) return rope.length;
    const next = this.#lineStart(line + 1);
    const last = rope.charCodeAt(next - 1);
    return last === 10 && next > 1 && rope.charCodeAt(next - 2) === 13 && this.#lineStart(line) <= next - 2
      ? next - 2
      : next - 1;
  }

  #units(start: number, offset: number): number {
    const { rope, encoding } = this;
    if (encoding === "utf-16" || rope.isAscii) return offset - start;
    if (encoding === "utf-8") return rope.bytesAt(offset) - rope.bytesAt(start);
    return rope.pointsAt(offset) - rope.pointsAt(start);
  }

  #advance(start: number, character: number, end: number): number {
    const { rope, encoding } = this;
    if (encoding === "utf-16" || rope.isAscii) {
      const at = Math.min(start + character, end);
      return rope.isAscii ? at : rope.snap(at);
    }
    if (encoding === "utf-8") {
      return Math.min(
        end,
        offsetOf(rope.bytesAt(start) + character, rope.bytes, (n) => rope.offsetOfBytes(n)),
      );
    }
    return Math.min(
      end,
      offsetOf(rope.pointsAt(start) + character, rope.points, (n) => rope.offsetOfPoints(n)),
    );
  }

  /** Lone returns before or at whose next line `offset` stands. */
  #returnsUntil(offset: number): number {
    let low = 0;
    let high = this.#afterReturns.length;
    while (low < high) {
      const middle = low + high >> 1;
      if ((this.#afterReturns[middle] as number) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function offsetOf(units: number, most: number, convert: (units: number) => number): number {
  return convert(Math.min(units, most));
}

function whole(value: unknown): number {
  return typeof value === "number" && value > 0 ? Math.min(Math.trunc(value), Number.MAX_SAFE_INTEGER) : 0;
}

function isPosition(value: Position | undefined): value is Position {
  return isCount(value?.line) && isCount(value?.character);
}

function isCount(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The offsets behind each "\r" that no "\n" follows. O(n), but only at the speed of a search for one character. */
export function afterLoneReturns(rope: Rope): number[] {
  const found: number[] = [];
  let at = 0;
  for (const chunk of rope.chunks()) {
    for (let inside = chunk.indexOf("\r"); inside >= 0; inside = chunk.indexOf("\r", inside + 1)) {
      const next = inside + 1 < chunk.length
        ? chunk.charCodeAt(inside + 1)
        : rope.charCodeAt(at + inside + 1);
      if (next !== 10) found.push(at + inside + 1);
    }
    at += chunk.length;
  }
  return found;
}
