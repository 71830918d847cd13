/**
 * Who has changed a place of a text lately.
 *
 * @module
 */

import { type AuthorId, authorId } from "../../core/ids.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { TextDocument } from "../text/document.ts";
import type { Rope } from "../text/rope.ts";
import { movedRange } from "./moved_places.ts";

/** So many revisions are gone through at most. */
const MOST_REVISIONS = 2_000;

/**
 * Who has touched the range of the newest text since a revision, newest first; edits of the undo group `but` do not count.
 */
export function authorsSince(
  document: TextDocument,
  since: number,
  { from, to }: TextRange,
  but?: number,
): readonly AuthorId[] {
  const found = new Set<AuthorId>();
  let range: TextRange = { from, to };
  const first = Math.max(since, document.oldest, document.revision - MOST_REVISIONS);
  for (let revision = document.revision; revision > first; revision--) {
    const back = document.deltaBetween(revision, revision - 1);
    const { from, to } = range;
    const isTouched = [...back.changes()].some((change) => change.from <= to && change.to >= from);
    if (isTouched) {
      const { author, group } = document.record(revision);
      if (group !== but) found.add(authorId(author === "" ? "unknown" : author));
    }
    range = movedRange(range, back, true);
  }
  return [...found];
}

/** The newest known revision that had this text; undefined where none had. */
export function revisionOf(document: TextDocument, text: Rope): number | undefined {
  for (let revision = document.revision; revision >= document.oldest; revision--) {
    if (document.revision - revision > MOST_REVISIONS) return undefined;
    if (document.lengthAt(revision) === text.length && document.textAt(revision).equals(text)) {
      return revision;
    }
  }
  return undefined;
}
