/**
 * Which completions come first: those that begin as what was typed, then those whose words do, then those that hold its letters in
 * order; among equals the server's own order.
 *
 * @module
 */

import type { Rope } from "../../text/rope.ts";
import type { CompletionItem } from "./completion.ts";

/** Longer words are not matched letter by letter. */
const LONGEST_WORD = 200;

/** The items that fit what stands before the caret, the best first, at most `limit`. */
export function rank(
  text: Rope,
  items: readonly CompletionItem[],
  caret: number,
  limit: number,
): CompletionItem[] {
  const words = new Map<number, string>();
  const scored: { readonly item: CompletionItem; readonly score: number }[] = [];
  for (const item of items) {
    const { from } = item.insert;
    let word = words.get(from);
    if (word === undefined) {
      words.set(from, word = text.sliceString(Math.min(from, caret), caret).trimStart());
    }
    const score = matchScore(item.filter, word);
    if (score > 0) scored.push({ item, score: item.preselect ? score + 0.5 : score });
  }
  return scored.sort((a, b) =>
    b.score - a.score || compare(a.item.sort, b.item.sort) || compare(a.item.label, b.item.label)
  )
    .slice(0, limit).map(({ item }) => item);
}

/**
 * How well `name` fits what was typed: 5 the same, 4 begins with it, 3 begins with it in other case, 2 the beginnings of its words
 * do, 1 holds its letters in order, 0 does not.
 */
export function matchScore(name: string, typed: string): number {
  if (typed === "") return 1;
  if (name.startsWith(typed)) return name.length === typed.length ? 5 : 4;
  if (typed.length > LONGEST_WORD) return 0;
  const [lower, small] = [name.toLowerCase(), typed.toLowerCase()];
  if (lower.startsWith(small)) return 3;
  if (holds(initialsOf(name), small)) return 2;
  return holds(lower, small) ? 1 : 0;
}

/** The first letters of the words of a name, in lower case: `getUserName` and `get_user_name` give `gun`. */
function initialsOf(name: string): string {
  const letters = [...name.slice(0, LONGEST_WORD)];
  return letters.filter((letter, at) => {
    const [before, after] = [letters[at - 1] ?? "", letters[at + 1] ?? ""];
    if (!isWord(letter)) return false;
    // `userName`, and `HTMLElement`: a capital after a small letter, or before one.
    return !isWord(before) ||
      isCapital(letter) && (!isCapital(before) || after !== "" && isWord(after) && !isCapital(after));
  }).join("").toLowerCase();
}

function isCapital(letter: string): boolean {
  return letter !== letter.toLowerCase();
}

function isWord(letter: string): boolean {
  return letter.toLowerCase() !== letter.toUpperCase() || letter >= "0" && letter <= "9";
}

/** Whether `letters` stand in `text` in their order. */
function holds(text: string, letters: string): boolean {
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
