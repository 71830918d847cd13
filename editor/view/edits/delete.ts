/**
 * Edits that take text away.
 *
 * @module
 */

import { type Delta, DeltaBuilder } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import { backspaceStart } from "../backspace.ts";
import { type Ground, type Movement, moveRegion } from "../movement.ts";
import type { Reader } from "../reader.ts";
import { isCaret, maxOf, minOf, type Region, Selection } from "../selection.ts";
import type { TabRules } from "./indent.ts";

/** Without what is inside the regions. */
export function deleteRegions(text: Rope, regions: readonly Region[]): Delta {
  const builder = new DeltaBuilder(text.length);
  for (const region of regions) builder.replace(minOf(region), maxOf(region), "");
  return builder.build();
}

/** What a movement would pass from each caret, and the regions that are no carets; overlaps united. */
export function passedBy(movement: Movement, regions: readonly Region[], ground: Ground): Selection {
  return Selection.from(
    regions.map((region) => isCaret(region) ? moveRegion(movement, region, ground, true) : region),
  );
}

/** One press of backspace at every region. */
export function deleteBackward(reader: Reader, regions: readonly Region[], tabs: TabRules): Delta {
  const { text } = reader;
  const builder = new DeltaBuilder(text.length);
  let last = 0;
  for (const region of regions) {
    const end = maxOf(region);
    const start = isCaret(region) ? caretStart(reader, end, tabs) : minOf(region);
    builder.replace(Math.max(start, last), end, "");
    last = end;
  }
  return builder.build();
}

/** Back to the last tab stop where only spaces are before the caret, else one character as people see it. */
function caretStart(reader: Reader, offset: number, { size, spaces, stops }: TabRules): number {
  if (spaces && stops && offset > 0) {
    const { text } = reader;
    const column = text.bytesAt(offset) - text.bytesAt(text.lineStart(text.lineAt(offset)));
    const start = Math.max(0, offset - (column % size === 0 ? size : column % size));
    let at = offset;
    while (at > start && reader.unit(at - 1) === 0x20) at--;
    if (at === start) return start;
  }
  return backspaceStart(reader, offset);
}
