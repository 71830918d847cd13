/**
 * The words of texts, for completion: what was written somewhere is likely to be written again. Pure.
 *
 * @module
 */

import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Rope } from "../text/rope.ts";

/** How much text is looked at to either side of a place, in UTF-16 units. */
export const WORDS_AROUND = 150_000;
const MOST_WORDS = 20_000;
const LONGEST_WORD = 100;
const WORD = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*/gu;
const BEFORE = /[\p{L}\p{N}\p{M}_$]*$/u;
const AFTER = /^[\p{L}\p{N}\p{M}_$]*/u;

/** The word that holds or touches a place; empty where none does. */
export function wordAt(text: Rope, offset: number): TextRange {
  const from = startOfWord(text, offset);
  const after = text.sliceString(offset, text.snap(Math.min(text.length, offset + LONGEST_WORD)));
  return { from, to: offset + AFTER.exec(after)![0].length };
}

/** Where the word before a place begins. */
export function startOfWord(text: Rope, offset: number): number {
  const before = text.sliceString(text.snap(Math.max(0, offset - LONGEST_WORD)), offset);
  return offset - BEFORE.exec(before)![0].length;
}

/**
 * The words of three letters and more around a place, the nearest first; the one at the place is left out.
 * @param members only what stands behind a dot
 */
export function wordsAround(text: Rope, offset: number, members = false): string[] {
  return words(text, offset, members, wordAt(text, offset).from);
}

/** As `wordsAround`, for the beginning of a text that nobody is writing in here. */
export function wordsOf(text: Rope, members = false): string[] {
  return words(text, 0, members, undefined);
}

function words(text: Rope, offset: number, members: boolean, own: number | undefined): string[] {
  const from = text.snap(Math.max(0, offset - WORDS_AROUND));
  const part = text.sliceString(from, text.snap(Math.min(text.length, offset + WORDS_AROUND)));
  const near = new Map<string, number>();
  for (const { 0: word, index } of part.matchAll(WORD)) {
    if (word.length < 3 || word.length > LONGEST_WORD) continue;
    const at = from + index;
    if (at === own || members && part[index - 1] !== ".") continue;
    const distance = Math.abs(at - offset);
    const known = near.get(word);
    if (known === undefined ? near.size < MOST_WORDS : distance < known) near.set(word, distance);
  }
  return [...near].sort((one, other) => one[1] - other[1]).map(([word]) => word);
}
