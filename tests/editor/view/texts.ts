/**
 * Random texts and edits for properties: words, blanks, line ends of all kinds, characters of one to four bytes, clusters.
 *
 * @module
 */

import fc from "fast-check";
import { Delta } from "../../../editor/text/delta.ts";
import { Rope } from "../../../editor/text/rope.ts";

/** Pieces that break lines, words and clusters in different ways. */
// deno-fmt-ignore
const PIECES = [
  "a", "word", "x1", " ", "  ", "\n", "\n", "\r\n", "\t", "-", "—", ".", ",", "(", ")", "\"", "/", "é", "e\u0301", "ß", "İ", "Σ",
  "字", "漢字", "。", "한글", "😀", "👩\u200d👧", "🇩🇪", "\u00a0", "\u2028", "\u200b", "\r", "_", "$9.50", "100%", "שלום",
];

export const aText: fc.Arbitrary<string> = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((
  pieces,
) => pieces.join(""));

/** An edit, as fractions of the text it will meet. */
export interface RandomEdit {
  readonly at: number;
  readonly length: number;
  readonly insert: string;
}

export const anEdit: fc.Arbitrary<RandomEdit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 12 }),
  insert: fc.array(fc.constantFrom(...PIECES), { maxLength: 4 }).map((pieces) => pieces.join("")),
});

/** The edit for a text. */
export function deltaOf(text: Rope, { at, length, insert }: RandomEdit): Delta {
  const from = text.snap(Math.floor(at * text.length));
  const to = text.snap(Math.min(text.length, from + length), 1);
  return Delta.replace(text.length, from, to, insert);
}
