/**
 * Change sets: the edits of one agent's run, over all texts, reviewed, accepted and undone as one.
 *
 * In each text a set is one undo group (NamedGroups) until one of its places was decided about; what is left then, and
 * contradictions, are PlaceReviews'.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { BufferId } from "../../core/ids.ts";
import type { ChangeSetReview, TextChange, WaitingConflict } from "../../core/ports/text_editing.ts";
import type { Desk, OpenText } from "./desk.ts";
import { fromDelta } from "./text_changes.ts";

/** The sets that nobody has accepted or undone yet, in the order in which they began. */
export function changeSets(desk: Desk): readonly string[] {
  const names = [...desk.texts()].flatMap(({ notes: { groups, reviews } }) => [
    ...groups.changeSets(),
    ...reviews.changeSets(),
  ]);
  return [...new Set(names)];
}

/** What undoing what waits of a set would do. @throws SymphonyError `not-found` */
export function review(desk: Desk, changeSet: string): ChangeSetReview {
  const buffers = withSet(desk, changeSet).map((text) => ({
    buffer: text.id,
    file: text.buffer.path,
    revision: text.buffer.revision,
    undo: waitingChanges(text, changeSet),
    conflicts: waitingConflicts(text, changeSet),
  }));
  return { changeSet, buffers };
}

/** The changes that would take back the places of a set which wait in a text, ascending. */
export function waitingChanges({ buffer, notes }: OpenText, changeSet: string): readonly TextChange[] {
  const group = notes.groups.groupOf(changeSet);
  const made = group === undefined ? [] : fromDelta(buffer.document.deltaIfUndone([group]));
  const kept = notes.reviews.kept(changeSet);
  if (kept.length === 0) return made;
  return [...made, ...kept].sort((one, other) => one.from - other.from || one.to - other.to);
}

/** Takes a set as it is, but for contradictions. @throws SymphonyError `not-found` */
export function accept(desk: Desk, changeSet: string): void {
  for (const text of withSet(desk, changeSet)) desk.settle(text, changeSet, true);
}

/** Takes a set back in every text; gives the revisions that this made. @throws SymphonyError `not-found` */
export function undoChangeSet(
  desk: Desk,
  changeSet: string,
): readonly { readonly buffer: BufferId; readonly revision: number }[] {
  return withSet(desk, changeSet).map((text) => {
    const { document } = text.buffer;
    const group = text.notes.groups.groupOf(changeSet);
    const kept = text.notes.reviews.kept(changeSet);
    if (kept.length > 0) desk.editBecause(text, {}, "reviewer", kept);
    if (group !== undefined && !document.undone.has(group)) {
      document.setUndone([...document.undone, group], "reviewer");
    }
    desk.settle(text, changeSet);
    return { buffer: text.id, revision: document.revision };
  });
}

function waitingConflicts({ buffer, notes }: OpenText, changeSet: string): readonly WaitingConflict[] {
  return notes.reviews.conflicts(changeSet).map((
    { id, from, to, base, proposed, proposedBy, currentBy },
  ) => ({
    id,
    range: { from, to },
    base,
    current: buffer.text.sliceString(from, to),
    proposed,
    proposedBy,
    currentBy,
  }));
}

function withSet(desk: Desk, changeSet: string): readonly OpenText[] {
  const found = [...desk.texts()].filter(({ notes: { groups, reviews } }) =>
    groups.groupOf(changeSet) !== undefined || [...reviews.changeSets()].includes(changeSet)
  );
  if (found.length > 0) return found;
  throw new SymphonyError(
    "not-found",
    `Cannot find change set "${changeSet}": it has no edits in an open text, or was accepted or undone`,
  );
}
