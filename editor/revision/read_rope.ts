/**
 * Ranges of a text, checked before they are read.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BufferId } from "../../core/ids.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Rope } from "../text/rope.ts";

/** The text, or a range of it. @throws SymphonyError `not-found` where the range is not in the text */
export function readRope(buffer: BufferId, rope: Rope, range: TextRange | undefined): string {
  if (range === undefined) return rope.toString();
  checkRange(buffer, rope, range);
  return rope.sliceString(range.from, range.to);
}

/** @throws SymphonyError `not-found` where the range is not in the text or cuts a pair */
export function checkRange(buffer: BufferId, rope: Rope, { from, to }: TextRange): void {
  const inside = Number.isInteger(from) && Number.isInteger(to) && 0 <= from && from <= to &&
    to <= rope.length;
  if (inside && rope.snap(from) === from && rope.snap(to) === to) return;
  const why = inside ? "it cuts a surrogate pair" : `the text has ${rope.length} units`;
  throw new SymphonyError("not-found", `Cannot find ${from} to ${to} in buffer ${buffer}: ${why}`);
}
