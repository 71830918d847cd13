/**
 * A finished text that was made from an older one, brought into the newest.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { Proposal, Proposed, TextConflict } from "../../core/ports/text_editing.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type Contradiction, reconcile } from "../files/reconcile.ts";
import { Rope } from "../text/rope.ts";
import type { RequestName } from "./answered.ts";
import { authorsSince, revisionOf } from "./authors_since.ts";
import type { Desk, OpenText } from "./desk.ts";
import type { SavedConflict } from "./place_reviews.ts";
import { fromDelta } from "./text_changes.ts";

/**
 * Merges, as one edit; where it contradicts, nothing has changed, or those places wait.
 * @throws SymphonyError `not-found` for an unknown revision, `bad-input` where places are to wait without a change set
 */
export function propose(
  desk: Desk,
  text: OpenText,
  proposal: Proposal,
  request?: RequestName,
): Result<Proposed, readonly TextConflict[]> {
  const { base, text: proposed, author, changeSet, contradictions = "refuse" } = proposal;
  const { buffer, notes } = text;
  if (contradictions === "ask" && changeSet === undefined) {
    throw new SymphonyError(
      "bad-input",
      'Cannot propose: with "contradictions": "ask", "changeSet" is nothing, expected the name of a change set',
    );
  }
  const waiting = () => changeSet === undefined ? 0 : notes.reviews.conflicts(changeSet).length;
  const done = desk.answered(text, request);
  if (done !== undefined) return ok({ ...done, waiting: waiting() });
  const origin = typeof base === "number" ? desk.ropeAt(text, base) : Rope.of(base);
  const result = reconcile(origin, buffer.text, Rope.of(proposed));
  if (result.kind === "conflict" && contradictions === "refuse") {
    return err(result.places.map(({ from, to, base, ours, theirs }) => ({
      range: { from, to },
      base,
      current: ours,
      proposed: theirs,
    })));
  }
  const since = typeof base === "number" ? base : revisionOf(buffer.document, origin);
  const conflicts = result.kind === "merged"
    ? undefined
    : result.places.map((place) => waitingConflict(text, proposal, place, since));
  if (conflicts !== undefined && result.delta.isIdentity) {
    const { revision } = buffer;
    desk.note(text, {
      note: "contradicts",
      conflicts,
      revision,
      ...(request === undefined ? {} : { request }),
    });
    desk.reviewed(buffer, changeSet ?? "");
    return ok({ revision, changes: [], waiting: waiting() });
  }
  const edit = { revision: buffer.revision, changes: fromDelta(result.delta), author };
  const edited = desk.edit(
    text,
    changeSet === undefined ? edit : { ...edit, changeSet },
    request,
    conflicts,
  );
  if (edited.ok) return ok({ ...edited.value, waiting: waiting() });
  throw new Error(`A merged change was refused: ${edited.error}`);
}

function waitingConflict(
  { buffer: { document } }: OpenText,
  { author, changeSet = "" }: Proposal,
  { from, to, base, theirs }: Contradiction,
  since: number | undefined,
): SavedConflict {
  return {
    id: crypto.randomUUID(),
    changeSet,
    from,
    to,
    base,
    proposed: theirs,
    proposedBy: author,
    currentBy: since === undefined ? [] : authorsSince(document, since, { from, to }),
  };
}
