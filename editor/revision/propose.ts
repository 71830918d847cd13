/**
 * A finished text that was made from an older one, brought into the newest.
 *
 * @module
 */

import type { Edited, Proposal, TextConflict } from "../../core/ports/text_editing.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { reconcile } from "../files/reconcile.ts";
import { Rope } from "../text/rope.ts";
import type { RequestName } from "./answered.ts";
import type { Desk, OpenText } from "./desk.ts";
import { fromDelta } from "./text_changes.ts";

/** Merges, as one edit; where it contradicts, nothing has changed. @throws SymphonyError `not-found` for an unknown revision */
export function propose(
  desk: Desk,
  text: OpenText,
  { base, text: proposed, author, changeSet }: Proposal,
  request?: RequestName,
): Result<Edited, readonly TextConflict[]> {
  const { buffer } = text;
  const done = desk.answered(text, request);
  if (done !== undefined) return ok(done);
  const origin = typeof base === "number" ? desk.ropeAt(text, base) : Rope.of(base);
  const result = reconcile(origin, buffer.text, Rope.of(proposed));
  if (result.kind === "conflict") {
    return err(result.places.map(({ from, to, base, ours, theirs }) => ({
      range: { from, to },
      base,
      current: ours,
      proposed: theirs,
    })));
  }
  const edit = { revision: buffer.revision, changes: fromDelta(result.delta), author };
  const edited = desk.edit(text, changeSet === undefined ? edit : { ...edit, changeSet }, request);
  if (edited.ok) return edited;
  throw new Error(`A merged change was refused: ${edited.error}`);
}
