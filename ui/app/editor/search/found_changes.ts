/** Changes of a text at places that were found in it. Pure. @module */

import type { TextHit } from "../../../api/files.ts";

/** The places that still have the found words, as changes; in offsets of the text. */
export function changesIn(
  text: string,
  hits: readonly Pick<TextHit, "line" | "column" | "text" | "at" | "length">[],
  words: string,
): { from: number; to: number; insert: string }[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return hits.flatMap(({ line, column, text: shown, at, length }) => {
    const start = starts[line - 1];
    if (start === undefined) return [];
    const from = start + column - 1;
    const isThere = text.slice(from, from + length) === shown.slice(at, at + length);
    return isThere ? [{ from, to: from + length, insert: words }] : [];
  });
}
