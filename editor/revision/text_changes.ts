/**
 * Changes of the port from and to deltas of the text core.
 *
 * @module
 */

import type { TextChange } from "../../core/ports/text_editing.ts";
import { Delta } from "../text/delta.ts";

/** The changes of a delta. */
export function fromDelta(delta: Delta): TextChange[] {
  return delta.from.map((from, at) => ({
    from,
    to: delta.to[at] as number,
    insert: delta.insert[at] as string,
  }));
}

/** The delta of changes of a text of `length` units; undefined where they are not in it, not ascending, or overlap. */
export function toDelta(length: number, changes: readonly TextChange[]): Delta | undefined {
  let last = 0;
  for (const { from, to } of changes) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < last || to < from || to > length) {
      return undefined;
    }
    last = to;
  }
  return Delta.of(length, changes);
}
