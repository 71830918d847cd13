/**
 * Edits that move or copy what is there: transposing, duplicating lines.
 *
 * @module
 */

import { type Delta, DeltaBuilder } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import { graphemeAfter, graphemeBefore } from "../graphemes.ts";
import type { Reader } from "../reader.ts";
import { isCaret, maxOf, minOf, type Region } from "../selection.ts";

/** Swaps the characters around each caret (at a line's end the two before it); what is selected moves on to the next selected place. */
export function transpose(reader: Reader, regions: readonly Region[]): Delta {
  const { text } = reader;
  const builder = new DeltaBuilder(text.length);
  const contentOf = (region: Region) => text.sliceString(minOf(region), maxOf(region));
  const lastSelected = regions.findLast((region) => !isCaret(region));
  let carried = lastSelected === undefined ? "" : contentOf(lastSelected);
  let last = 0;
  for (const region of regions) {
    if (!isCaret(region)) {
      const content = contentOf(region);
      if (minOf(region) >= last) builder.replace(minOf(region), maxOf(region), carried);
      carried = content;
      last = maxOf(region);
      continue;
    }
    const [start, middle, end] = swapAt(reader, region.end);
    if (start < last || start === end) continue;
    builder.replace(start, end, text.sliceString(middle, end) + text.sliceString(start, middle));
    last = end;
  }
  return builder.build();
}

/** The two neighbours that a caret swaps: `[start, middle)` and `[middle, end)`. */
function swapAt(reader: Reader, caret: number): readonly [start: number, middle: number, end: number] {
  const { text } = reader;
  const before = graphemeBefore(reader, caret) ?? 0;
  const after = graphemeAfter(reader, caret) ?? caret;
  const atTextEnd = after === caret && reader.unit(caret - 1) !== 0x0a;
  const atLineEnd = after !== text.length && text.lineStart(text.lineAt(after)) === after && after > caret;
  if (!atTextEnd && !atLineEnd) return [before, caret, after];
  return [graphemeBefore(reader, before) ?? 0, before, graphemeAfter(reader, before) ?? caret];
}

/** A copy of the lines of each region above them; lines of several regions only once. */
export function duplicateLines(text: Rope, regions: readonly Region[], lineEnding: string): Delta {
  const builder = new DeltaBuilder(text.length);
  const seen = new Set<string>();
  for (const region of regions) {
    const start = text.lineStart(text.lineAt(minOf(region)));
    const last = text.lineAt(maxOf(region));
    const end = text.lineStart(last + 1);
    if (seen.has(`${start} ${end}`)) continue;
    seen.add(`${start} ${end}`);
    const isUnended = last === text.lines - 1;
    builder.replace(start, start, text.sliceString(start, end) + (isUnended ? lineEnding : ""));
  }
  return builder.build();
}
