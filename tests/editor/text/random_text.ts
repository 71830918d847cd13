/**
 * Arbitrary texts and edits for the property tests of the text core.
 *
 * @module
 */

import fc from "fast-check";
import { Delta } from "../../../editor/text/delta.ts";
import type { Shape } from "../../../editor/text/rope.ts";

/** Tiny trees, so that small texts reach every path, and the real one. */
export const SHAPES: readonly Shape[] = [
  { leaf: 4, branch: 4 },
  { leaf: 8, branch: 5 },
  { leaf: 31, branch: 8 },
  { leaf: 512, branch: 32 },
];

const piece = fc.constantFrom(
  "a",
  "b",
  "xyz",
  "\n",
  "\r\n",
  "é",
  "ß",
  "漢字",
  "😀",
  "👩‍👩‍👧",
  "\u0301",
  " ",
  "hello world",
  "\u2028",
);

/** Text of all widths, with line ends and pairs. */
export function texts(maxPieces = 40): fc.Arbitrary<string> {
  return fc.array(piece, { maxLength: maxPieces, size: "max" }).map((pieces) => pieces.join(""));
}

/** A number that an edit makes an offset from. */
export const dice = fc.nat(0x7fffffff);

/** The offset nearest below `roll mod (length + 1)` that cuts no pair. */
export function offsetIn(text: string, roll: number): number {
  const offset = roll % (text.length + 1);
  return offset > 0 && offset < text.length && /[\udc00-\udfff]/.test(text[offset]!) ? offset - 1 : offset;
}

/** What `deltaOn` makes a delta from. */
export interface RandomChange {
  readonly from: number;
  readonly size: number;
  readonly insert: string;
}

export const randomChanges: fc.Arbitrary<readonly RandomChange[]> = fc.array(
  fc.record({ from: dice, size: fc.oneof(fc.constant(0), fc.nat(6), dice), insert: texts(4) }),
  { minLength: 1, maxLength: 4 },
);

/** A delta for `text` from random numbers. */
export function deltaOn(text: string, changes: readonly RandomChange[]): Delta {
  const ranges = changes.map(({ from, size, insert }) => {
    const start = offsetIn(text, from);
    return { from: start, to: Math.max(start, offsetIn(text, Math.min(start + size, text.length))), insert };
  }).sort((a, b) => a.from - b.from || a.to - b.to);
  let end = -1;
  const apart = ranges.filter(({ from, to }) => {
    if (from <= end) return false;
    end = to;
    return true;
  });
  return Delta.of(text.length, apart);
}

/** `text` with changes carried out, the naive way. */
export function spliced(text: string, delta: Delta): string {
  let result = text;
  for (const { from, to, insert } of [...delta.changes()].reverse()) {
    result = result.slice(0, from) + insert + result.slice(to);
  }
  return result;
}
