/**
 * Change sets: the edits of one agent's run, over all texts, reviewed, accepted and undone as one.
 *
 * In each text a set is one undo group; see NamedGroups.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BufferId } from "../../core/ids.ts";
import type { ChangeSetReview } from "../../core/ports/text_editing.ts";
import type { Desk, OpenText } from "./desk.ts";
import { fromDelta } from "./text_changes.ts";

/** The sets that nobody has accepted or undone yet, in the order in which they began. */
export function changeSets(desk: Desk): readonly string[] {
  return [...new Set([...desk.texts()].flatMap(({ notes }) => [...notes.groups.changeSets()]))];
}

/** What undoing a set would do. @throws SymphonyError `not-found` */
export function review(desk: Desk, changeSet: string): ChangeSetReview {
  const buffers = withSet(desk, changeSet).map(({ text: { id, buffer }, group }) => ({
    buffer: id,
    file: buffer.path,
    revision: buffer.revision,
    undo: fromDelta(buffer.document.deltaIfUndone([group])),
  }));
  return { changeSet, buffers };
}

/** Takes a set as it is. @throws SymphonyError `not-found` */
export function accept(desk: Desk, changeSet: string): void {
  for (const { text } of withSet(desk, changeSet)) desk.settle(text, changeSet);
}

/** Takes a set back in every text; gives the revisions that this made. @throws SymphonyError `not-found` */
export function undoChangeSet(
  desk: Desk,
  changeSet: string,
): readonly { readonly buffer: BufferId; readonly revision: number }[] {
  return withSet(desk, changeSet).map(({ text, group }) => {
    const { document } = text.buffer;
    if (!document.undone.has(group)) document.setUndone([...document.undone, group], "reviewer");
    desk.settle(text, changeSet);
    return { buffer: text.id, revision: document.revision };
  });
}

function withSet(desk: Desk, changeSet: string): { readonly text: OpenText; readonly group: number }[] {
  const found = [...desk.texts()].flatMap((text) => {
    const group = text.notes.groups.groupOf(changeSet);
    return group === undefined ? [] : [{ text, group }];
  });
  if (found.length > 0) return found;
  throw new SymphonyError(
    "not-found",
    `Cannot find change set "${changeSet}": it has no edits in an open text, or was accepted or undone`,
  );
}
