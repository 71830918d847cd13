/**
 * Changes of the port from and to deltas of the text core.
 *
 * @module
 */

import type { TextChange } from "../../core/ports/text_editing.ts";
import { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";

/** The changes of a delta. */
export function fromDelta(delta: Delta): TextChange[] {
  return delta.from.map((from, at) => ({
    from,
    to: delta.to[at] as number,
    insert: delta.insert[at] as string,
  }));
}

/** The delta of changes of `text`; undefined where they are not in it, not ascending, overlap, or cut a pair. */
export function toDelta(text: Rope, changes: readonly TextChange[]): Delta | undefined {
  let last = 0;
  for (const { from, to } of changes) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < last || to < from || to > text.length) {
      return undefined;
    }
    if (!text.isAscii && (text.snap(from) !== from || text.snap(to) !== to)) return undefined;
    last = to;
  }
  return Delta.of(
    text.length,
    changes.map(({ from, to, insert }) => ({ from, to, insert: insert.toWellFormed() })),
  );
}
