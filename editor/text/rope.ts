/**
 * An immutable text of any size: a B-tree whose leaves are strings. A snapshot is a reference; an edit costs O(log n) and shares
 * everything else with the text it came from.
 *
 * Offsets and `length` are UTF-16 units, as in JavaScript strings; `bytes` are UTF-8, `points` Unicode code points, lines are
 * counted from 0 and end after "\n" (so "\r" belongs to its line). Every conversion is O(log n).
 *
 * The text is always well-formed Unicode: a lone surrogate that comes in is stored as U+FFFD, as every UTF-8 encoder writes it, and a cut
 * between the halves of a pair is refused with a RangeError. `snap` gives the nearest place that may be cut.
 *
 * @module
 */

import {
  countBytes,
  countNewlines,
  countPoints,
  cutsPair,
  offsetAfterBytes,
  offsetAfterNewlines,
  offsetAfterPoints,
  wellFormed,
} from "./measure.ts";
import {
  buildNode,
  buildNodeOfChunks,
  checkNode,
  concatNodes,
  DEFAULT_SHAPE,
  EMPTY_LEAF,
  equalNodes,
  type Node,
  replaceInNode,
  type Replacements,
  type Shape,
  textOfNode,
} from "./node.ts";
import { BYTES, LENGTH, NEWLINES, type Place, placeIn, POINTS, type Unit } from "./place.ts";

export type { Replacements, Shape } from "./node.ts";

export class Rope {
  static readonly empty: Rope = new Rope(EMPTY_LEAF, DEFAULT_SHAPE);

  /** The tree, for this folder. */
  readonly root: Node;
  readonly shape: Shape;

  private constructor(root: Node, shape: Shape) {
    this.root = root;
    this.shape = shape;
  }

  /** The rope over a finished tree, for this folder. */
  static over(root: Node, shape: Shape): Rope {
    return new Rope(root, shape);
  }

  /** The rope of `text`; lone surrogates become U+FFFD. `shape` sets the sizes of leaves and branches. */
  static of(text: string, shape: Shape = DEFAULT_SHAPE): Rope {
    return new Rope(buildNode(wellFormed(text), shape), shape);
  }

  /** The rope of a text that comes in pieces, which may even part a surrogate pair. */
  static ofChunks(chunks: Iterable<string>, shape: Shape = DEFAULT_SHAPE): Rope {
    return new Rope(buildNodeOfChunks(chunks, shape), shape);
  }

  /** UTF-16 units. */
  get length(): number {
    return this.root.length;
  }

  /** UTF-8 bytes. */
  get bytes(): number {
    return this.root.bytes;
  }

  /** Unicode code points. */
  get points(): number {
    return this.root.points;
  }

  /** Lines: one more than there are line feeds, so an empty text has one. */
  get lines(): number {
    return this.root.newlines + 1;
  }

  /** True where every unit is ASCII: then offsets, bytes and points are the same numbers. */
  get isAscii(): boolean {
    return this.root.bytes === this.root.length;
  }

  /** The part between two offsets, sharing its nodes. @throws RangeError outside the text or inside a pair. */
  slice(from = 0, to: number = this.length): Rope {
    this.#checkRange(from, to);
    const cut: Replacements = { from: [0, to], to: [from, this.length], insert: ["", ""] };
    return new Rope(replaceInNode(this.root, cut, this.shape), this.shape);
  }

  /** The part between two offsets as a string. @throws RangeError outside the text or inside a pair. */
  sliceString(from = 0, to: number = this.length): string {
    this.#checkRange(from, to);
    return from === to ? "" : textOfNode(this.root, from, to);
  }

  /** The text with [from, to) replaced. @throws RangeError outside the text or inside a pair. */
  replace(from: number, to: number, insert: string | Rope): Rope {
    this.#checkRange(from, to);
    if (typeof insert !== "string") {
      return this.slice(0, from).concat(insert).concat(this.slice(to));
    }
    return this.#replaced({ from: [from], to: [to], insert: [wellFormed(insert)] });
  }

  /**
   * The text with many replacements at once, in one pass that visits only the leaves they touch. They must ascend and not overlap;
   * `Delta.apply` is the checked form. @throws RangeError outside the text, inside a pair, or out of order.
   */
  replaceAll(changes: Replacements): Rope {
    let last = 0;
    for (let at = 0; at < changes.from.length; at++) {
      if (changes.from[at]! < last) {
        throw new RangeError(`Cannot replace from ${changes.from[at]}: the change before it ends at ${last}`);
      }
      this.#checkRange(changes.from[at]!, changes.to[at]!);
      last = changes.to[at]!;
    }
    return this.#replaced({ from: changes.from, to: changes.to, insert: changes.insert.map(wellFormed) });
  }

  /** This text, then `other`. */
  concat(other: Rope): Rope {
    return new Rope(concatNodes(this.root, other.root, this.shape), this.shape);
  }

  /** The strings of the leaves between two offsets, in order; the cheap way to read. */
  *chunks(from = 0, to: number = this.length): Generator<string, void, undefined> {
    this.#checkRange(from, to);
    if (from === to) return;
    for (
      let place = this.#find(LENGTH, from + 1);;
      place = this.#find(LENGTH, place.length + place.leaf.length + 1)
    ) {
      const { text } = place.leaf;
      const start = Math.max(0, from - place.length);
      const end = Math.min(text.length, to - place.length);
      yield start === 0 && end === text.length ? text : text.slice(start, end);
      if (place.length + text.length >= to) return;
    }
  }

  /** Where line `line` begins; `lines` itself is the end of the text. @throws RangeError outside 0 to `lines`. */
  lineStart(line: number): number {
    if (!(line >= 0 && line <= this.lines)) {
      throw new RangeError(`Cannot find line ${line}: the text has ${this.lines}`);
    }
    if (line === 0) return 0;
    if (line === this.lines) return this.length;
    const place = this.#find(NEWLINES, line);
    return place.length + offsetAfterNewlines(place.leaf.text, line - place.newlines);
  }

  /** Where line `line` ends, before its line feed if it has one. @throws RangeError where there is no such line. */
  lineEnd(line: number): number {
    if (line >= this.lines - 1) {
      this.lineStart(line);
      return this.length;
    }
    return this.lineStart(line + 1) - 1;
  }

  /** The line that holds `offset`: the number of line feeds before it. */
  lineAt(offset: number): number {
    this.#checkOffset(offset);
    const place = this.#find(LENGTH, offset);
    return place.newlines + countNewlines(place.leaf.text, 0, offset - place.length);
  }

  /** UTF-8 bytes before `offset`. @throws RangeError outside the text or inside a pair. */
  bytesAt(offset: number): number {
    this.#checkOffset(offset);
    const place = this.#find(LENGTH, offset);
    const inside = offset - place.length;
    if (place.leaf.bytes === place.leaf.length) return place.bytes + inside;
    this.#checkCut(place, offset);
    return place.bytes + countBytes(place.leaf.text, 0, inside);
  }

  /** The offset after `bytes` UTF-8 bytes; one inside a code point counts as its start. @throws RangeError outside 0 to `bytes`. */
  offsetOfBytes(bytes: number): number {
    if (!(bytes >= 0 && bytes <= this.bytes)) {
      throw new RangeError(`Cannot find byte ${bytes}: the text has ${this.bytes}`);
    }
    const place = this.#find(BYTES, bytes);
    const inside = bytes - place.bytes;
    if (place.leaf.bytes === place.leaf.length) return place.length + inside;
    return place.length + offsetAfterBytes(place.leaf.text, inside);
  }

  /** Code points before `offset`. @throws RangeError outside the text or inside a pair. */
  pointsAt(offset: number): number {
    this.#checkOffset(offset);
    const place = this.#find(LENGTH, offset);
    const inside = offset - place.length;
    if (place.leaf.points === place.leaf.length) return place.points + inside;
    this.#checkCut(place, offset);
    return place.points + countPoints(place.leaf.text, 0, inside);
  }

  /** The offset after `points` code points. @throws RangeError outside 0 to `points`. */
  offsetOfPoints(points: number): number {
    if (!(points >= 0 && points <= this.points)) {
      throw new RangeError(`Cannot find code point ${points}: the text has ${this.points}`);
    }
    const place = this.#find(POINTS, points);
    const inside = points - place.points;
    if (place.leaf.points === place.leaf.length) return place.length + inside;
    return place.length + offsetAfterPoints(place.leaf.text, inside);
  }

  /** UTF-8 bytes before line `line`; `bytesAt(lineStart(line))` in one word. */
  bytesOfLine(line: number): number {
    return this.bytesAt(this.lineStart(line));
  }

  /** The line that holds the byte `bytes`. */
  lineOfBytes(bytes: number): number {
    return this.lineAt(this.offsetOfBytes(bytes));
  }

  /** The UTF-16 unit at `offset`; NaN outside the text, as `String.charCodeAt`. */
  charCodeAt(offset: number): number {
    if (!(offset >= 0 && offset < this.length)) return NaN;
    const place = this.#find(LENGTH, offset + 1);
    return place.leaf.text.charCodeAt(offset - place.length);
  }

  /** The code point that begins at `offset`; undefined at the end of the text. */
  codePointAt(offset: number): number | undefined {
    if (!(offset >= 0 && offset < this.length)) return undefined;
    const place = this.#find(LENGTH, offset + 1);
    return place.leaf.text.codePointAt(offset - place.length);
  }

  /** `offset` brought into the text and, where it would cut a pair, moved before (`-1`) or behind (`1`) it. */
  snap(offset: number, bias: -1 | 1 = -1): number {
    const inside = Math.min(Math.max(Math.trunc(offset) || 0, 0), this.length);
    const place = this.#find(LENGTH, inside);
    return cutsPair(place.leaf.text, inside - place.length) ? inside + bias : inside;
  }

  /** The leaf that holds the unit at `offset` (the last one at the end) and where it begins: for scanners that walk text themselves. */
  chunkAt(offset: number): { readonly text: string; readonly start: number } {
    this.#checkOffset(offset);
    const place = this.#find(LENGTH, Math.min(offset + 1, this.length));
    return { text: place.leaf.text, start: place.length };
  }

  /** The whole text as one string. */
  toString(): string {
    return this.sliceString();
  }

  /** True where both hold the same text. Parts that are one object are not compared. */
  equals(other: Rope): boolean {
    return this.root === other.root || equalNodes(this.root, other.root);
  }

  /** @throws Error naming the invariant of `node.ts` that the tree breaks. For tests. */
  check(): void {
    checkNode(this.root, this.shape);
  }

  #replaced(changes: Replacements): Rope {
    return new Rope(replaceInNode(this.root, changes, this.shape), this.shape);
  }

  #find(unit: Unit, amount: number): Place {
    return placeIn(this.root, unit, amount);
  }

  #checkOffset(offset: number): void {
    if (!(offset >= 0 && offset <= this.length)) {
      throw new RangeError(`Cannot go to ${offset}: the text has ${this.length} units`);
    }
  }

  #checkCut(place: Place, offset: number): void {
    if (cutsPair(place.leaf.text, offset - place.length)) {
      throw new RangeError(`Cannot cut at ${offset}: it is inside a surrogate pair`);
    }
  }

  #checkRange(from: number, to: number): void {
    if (!(from >= 0 && from <= to && to <= this.length)) {
      throw new RangeError(`Cannot take ${from} to ${to}: the text has ${this.length} units`);
    }
    if (this.points === this.length) return;
    this.#checkCut(this.#find(LENGTH, from), from);
    this.#checkCut(this.#find(LENGTH, to), to);
  }
}
