/**
 * Where places of a text are after a change of it. Pure.
 *
 * @module
 */

import type { TextChange, TextRange } from "../../core/ports/text_editing.ts";
import type { Delta } from "../text/delta.ts";

/**
 * A range with what was changed in it. Text put in at its edges is outside, or inside where it `grows`; a change over an edge
 * widens it.
 */
export function movedRange({ from, to }: TextRange, delta: Delta, grows = false): TextRange {
  let start: number | undefined;
  let end = to;
  let shift = 0;
  for (const change of delta.changes()) {
    const growth = change.insert.length - (change.to - change.from);
    const isIn = grows
      ? change.from <= to && change.to >= from
      : change.from < Math.max(to, from + 1) && change.to > from && change.from < change.to ||
        change.from < to && change.to > from;
    if (isIn) {
      start ??= Math.min(from, change.from) + shift;
      end = Math.max(end, change.to);
      shift += growth;
    } else if (change.to <= from) shift += growth;
    else break;
  }
  return { from: start ?? from + shift, to: end + shift };
}

/**
 * Changes that wait to be taken back, after others have changed the text: what others put into their ranges is not theirs, so a
 * range is cut in two there; what others removed is gone from it.
 */
export function movedChanges(changes: readonly TextChange[], delta: Delta): TextChange[] {
  if (delta.isIdentity) return [...changes];
  return changes.flatMap(({ from, to, insert }) => {
    const pieces = piecesOf({ from, to }, delta);
    if (pieces.length === 0 && insert !== "") {
      const at = delta.mapOffset(from, 1);
      return [{ from: at, to: at, insert }];
    }
    return pieces.map((piece, at) => ({ ...piece, insert: at === 0 ? insert : "" }));
  });
}

/** What is left of a range, in the new text. */
function piecesOf({ from, to }: TextRange, delta: Delta): TextRange[] {
  const left: { from: number; to: number }[] = [];
  const keep = (start: number, end: number) => {
    if (start >= end) return;
    const piece = { from: delta.mapOffset(start, 1), to: delta.mapOffset(end, -1) };
    const last = left.at(-1);
    if (last?.to === piece.from) last.to = piece.to;
    else left.push(piece);
  };
  let at = from;
  for (const change of delta.changes()) {
    if (change.from >= to) break;
    if (change.to <= from) continue;
    keep(at, change.from);
    at = Math.max(at, change.to);
  }
  keep(at, to);
  return left;
}
