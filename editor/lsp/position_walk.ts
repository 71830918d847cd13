/**
 * The positions of many ascending offsets, in one walk through the text: O(text between the first and the last + offsets). For a text
 * without lone carriage returns.
 *
 * @module
 */

import type { Position } from "vscode-languageserver-protocol";
import { countBytes, countPoints } from "../text/measure.ts";
import type { Rope } from "../text/rope.ts";
import type { PositionEncoding } from "./position.ts";

export interface WalkedPosition {
  readonly position: Position;
  /** True between "\r" and "\n". */
  readonly partsReturn: boolean;
}

/** The position of each of `offsets`, which must ascend and cut no surrogate pair. */
export function walkPositions(
  rope: Rope,
  encoding: PositionEncoding,
  offsets: readonly number[],
): WalkedPosition[] {
  const [first] = offsets;
  if (first === undefined) return [];
  const walk = new Walk(rope, encoding, first);
  return offsets.map((offset) => walk.to(offset));
}

class Walk {
  readonly #rope: Rope;
  readonly #count: (text: string, from: number, to: number) => number;
  /** The leaf the walk is in, where it begins, and the unit before it. */
  #text: string;
  #start: number;
  #before = NaN;
  /** How far in the leaf it has come, the line there and the units of that line up to there. */
  #inside: number;
  #line: number;
  #character: number;

  constructor(rope: Rope, encoding: PositionEncoding, from: number) {
    this.#rope = rope;
    this.#count = encoding === "utf-8"
      ? countBytes
      : encoding === "utf-32"
      ? countPoints
      : (_, from, to) => to - from;
    // From the beginning of the line, because units are counted from there.
    this.#line = rope.lineAt(from);
    const lineStart = rope.lineStart(this.#line);
    ({ text: this.#text, start: this.#start } = rope.chunkAt(lineStart));
    this.#inside = lineStart - this.#start;
    this.#character = 0;
    this.#before = rope.charCodeAt(this.#start - 1);
  }

  to(offset: number): WalkedPosition {
    while (offset > this.#start + this.#text.length) this.#nextLeaf();
    this.#advance(offset - this.#start);
    // A leaf that ends here says nothing of what follows.
    const next = this.#inside < this.#text.length
      ? this.#text.charCodeAt(this.#inside)
      : this.#rope.charCodeAt(offset);
    const last = this.#inside > 0 ? this.#text.charCodeAt(this.#inside - 1) : this.#before;
    return {
      position: { line: this.#line, character: this.#character },
      partsReturn: next === 10 && last === 13,
    };
  }

  #nextLeaf(): void {
    this.#advance(this.#text.length);
    this.#before = this.#text.charCodeAt(this.#text.length - 1);
    ({ text: this.#text, start: this.#start } = this.#rope.chunkAt(this.#start + this.#text.length));
    this.#inside = 0;
  }

  #advance(inside: number): void {
    const text = this.#text;
    for (let at = text.indexOf("\n", this.#inside); at >= 0 && at < inside; at = text.indexOf("\n", at + 1)) {
      this.#line++;
      this.#character = 0;
      this.#inside = at + 1;
    }
    this.#character += this.#count(text, this.#inside, inside);
    this.#inside = inside;
  }
}
