/**
 * Editing in somebody's name what the editor itself has worked out: a completion, a fix, a rename.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ChangeAuthor } from "../../core/ports/language.ts";
import type { Edited } from "../../core/ports/text_editing.ts";
import { PERSON } from "../buffers.ts";
import type { Delta } from "../text/delta.ts";
import type { Desk, OpenText } from "./desk.ts";
import { fromDelta } from "./text_changes.ts";

/** Edits as the desk does, so that steps, change sets and the journal know of it. @throws SymphonyError `aborted` where it is refused */
export function editAs(desk: Desk, text: OpenText, revision: number, delta: Delta, by: ChangeAuthor): Edited {
  const { buffer } = text;
  if (by.author === PERSON) {
    // What the person at a front end undoes is counted by the buffer.
    const now = delta.transform(buffer.document.changesSince(revision), "before");
    buffer.type(now, "other");
    return { revision: buffer.revision, changes: fromDelta(now) };
  }
  const edited = desk.edit(text, { ...by, revision, changes: fromDelta(delta) });
  if (edited.ok) return { revision: edited.value.revision, changes: [...edited.value.changes] };
  throw new SymphonyError("aborted", `Cannot edit buffer ${text.id}: ${edited.error}`);
}
