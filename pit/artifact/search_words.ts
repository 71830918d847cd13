/**
 * Texts cut into words as the index cuts them, and the place of what was found with its surroundings.
 *
 * Highlights are made here, not by FTS5: its snippets take seconds for a word that a text has ten thousand times.
 *
 * @module
 */

import type { Term } from "./search_text.ts";

export interface Token {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** Words shown on either side of the first that was found. */
const AROUND = 6;
/** A text is looked through in pieces of so many characters, up to MOST_LOOKED. */
const PIECE = 4_096;
/** A search shows nothing of what stands further behind. */
export const MOST_LOOKED = 65_536;

/** The first place in a text that has one of the terms, the words between `[` and `]`; undefined where none is near its beginning. */
export function highlightOf(text: string, terms: readonly Term[]): string | undefined {
  const looked = Math.min(text.length, MOST_LOOKED);
  for (let start = 0; start < looked; start += PIECE) {
    // Some of the text before and behind, for the surroundings and for what stands on the border.
    const from = Math.max(0, start - 256);
    const piece = text.slice(from, start + PIECE + 256);
    const tokens = tokensOf(piece);
    const places = terms.flatMap((term) => placesOf(tokens, term));
    if (places.length > 0) {
      return (from > 0 ? "…" : "") + highlighted(piece, tokens, places).replace(/^…/, "");
    }
  }
  return undefined;
}

/** Without case and marks. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}

/** The words of a text. */
export function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(/[\p{L}\p{N}\p{Co}\p{Mn}_]+/gu)].map((match) => ({
    word: folded(match[0]),
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** Where the term's words stand one after another. */
export function placesOf(
  tokens: readonly Token[],
  { text, isBeginning }: Term,
): readonly (readonly [number, number])[] {
  const words = tokensOf(text).map(({ word }) => word);
  const last = words.length - 1;
  const places: [number, number][] = [];
  for (let at = 0; words.length > 0 && at + last < tokens.length; at++) {
    const fits = words.every((word, step) => {
      const found = tokens[at + step]?.word ?? "";
      return isBeginning && step === last ? found.startsWith(word) : found === word;
    });
    if (fits) places.push([at, at + last]);
  }
  return places;
}

/** The text around the first of the places. */
export function highlighted(
  text: string,
  tokens: readonly Token[],
  places: readonly (readonly [number, number])[],
): string {
  const first = Math.min(...places.map(([from]) => from));
  const [start, end] = [Math.max(0, first - AROUND), Math.min(tokens.length - 1, first + AROUND)];
  let shown = start > 0 ? "…" : "";
  let at = tokens[start]?.from ?? 0;
  for (let token = start; token <= end; token++) {
    const { from, to } = tokens[token] as Token;
    const isFound = places.some(([a, b]) => token >= a && token <= b);
    shown += text.slice(at, from) + (isFound ? `[${text.slice(from, to)}]` : text.slice(from, to));
    at = to;
  }
  return shown + (end < tokens.length - 1 ? "…" : text.slice(at));
}
