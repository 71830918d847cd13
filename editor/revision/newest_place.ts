/**
 * Where a place is by now that somebody named in a revision they saw.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { TextPart, TextPlace } from "../../core/ports/language.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Desk, OpenText } from "./desk.ts";

/** The place in the newest text. @throws SymphonyError `not-found` */
export function newestPlace(
  desk: Desk,
  { buffer, revision, offset }: TextPlace,
): { readonly text: OpenText; readonly offset: number } {
  const { text, range } = newestPart(desk, { buffer, revision, range: { from: offset, to: offset } });
  return { text, offset: range.to };
}

/** The range in the newest text. @throws SymphonyError `not-found` */
export function newestPart(
  desk: Desk,
  { buffer, revision, range }: TextPart,
): { readonly text: OpenText; readonly range: TextRange } {
  const text = desk.text(buffer);
  const { length } = desk.ropeAt(text, revision);
  if (!(range.from >= 0 && range.from <= range.to && range.to <= length)) {
    throw new SymphonyError(
      "not-found",
      `Cannot find ${range.from} to ${range.to} in revision ${revision} of buffer ${buffer}: it has ${length} units`,
    );
  }
  const since = text.buffer.document.changesSince(revision);
  const to = since.mapOffset(range.to, 1);
  return { text, range: { from: Math.min(to, since.mapOffset(range.from, -1)), to } };
}
