/**
 * Decisions about single places of change sets: carried out as one edit that carries the decision, or noted where there is
 * nothing to edit, so that a death leaves both or neither.
 *
 * @module
 */

import type { AuthorId } from "../../core/ids.ts";
import type {
  DecidedPlace,
  DecisionRefusal,
  PlaceDecision,
  TextChange,
} from "../../core/ports/text_editing.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { authorsSince } from "./authors_since.ts";
import { waitingChanges } from "./change_sets.ts";
import type { Desk, OpenText } from "./desk.ts";
import { movedChanges } from "./moved_places.ts";
import type { DecidedNote } from "./place_reviews.ts";

/** What is kept of a text in a decision. */
const MOST_UNITS = 2_000;

/** Decides about one place. @throws SymphonyError where it cannot be kept */
export function decide(
  desk: Desk,
  text: OpenText,
  decision: PlaceDecision,
): Result<DecidedPlace, DecisionRefusal> {
  const { reviews } = text.notes;
  const known = reviews.decision(decision.id);
  if (known !== undefined && known.isUndone !== true) return ok(known.place);
  const { document } = text.buffer;
  const { revision, place } = decision;
  if (!(Number.isInteger(revision) && revision >= document.oldest && revision <= document.revision)) {
    return err("unknown-revision");
  }
  return typeof place === "string"
    ? decideConflict(desk, text, decision, place)
    : decideChange(desk, text, decision, place);
}

/** Takes a decision back; false where there is none. @throws SymphonyError where it cannot be kept */
export function reopen(desk: Desk, text: OpenText, id: string, author: AuthorId): boolean {
  const decision = text.notes.reviews.decision(id);
  if (decision === undefined || decision.isUndone === true) return false;
  const { document } = text.buffer;
  if (decision.group === undefined) {
    desk.note(text, { note: "reopened", decision: id });
    desk.reviewed(text.buffer, decision.place.changeSet);
  } else document.setUndone([...document.undone, decision.group], author);
  return true;
}

function decideChange(
  desk: Desk,
  text: OpenText,
  { id, changeSet, author, revision, answer }: PlaceDecision,
  place: TextChange,
): Result<DecidedPlace, DecisionRefusal> {
  if (answer !== "accept" && answer !== "reject") return err("bad-answer");
  const { buffer: { document, text: rope }, notes } = text;
  const waiting = waitingChanges(text, changeSet);
  const [now, ...more] = movedChanges([place], document.changesSince(revision));
  const change = waiting.find((each) =>
    each.from === now?.from && each.to === now.to && each.insert === now.insert
  );
  if (change === undefined || more.length > 0) return err("gone");
  const origin = notes.groups.groupOf(changeSet) ?? notes.reviews.originOf(changeSet);
  const added = rope.sliceString(change.from, change.to);
  const decided: DecidedNote = {
    place: {
      id,
      changeSet,
      author,
      answer,
      isConflict: false,
      before: cut(change.insert),
      proposed: cut(added),
      after: cut(answer === "accept" ? added : change.insert),
      others: othersAt(text, change, origin),
    },
    change,
    rest: waiting.filter((each) => each !== change),
    ...(origin === undefined ? {} : { origin }),
  };
  if (answer === "accept") noted(desk, text, decided);
  else desk.editBecause(text, { decided }, author, [change]);
  return ok(decided.place);
}

function decideConflict(
  desk: Desk,
  text: OpenText,
  { id, changeSet, author, answer, text: own }: PlaceDecision,
  name: string,
): Result<DecidedPlace, DecisionRefusal> {
  if ((answer === "own") !== (own !== undefined)) return err("bad-answer");
  const conflict = text.notes.reviews.conflict(name);
  if (conflict === undefined || conflict.changeSet !== changeSet || conflict.decision !== undefined) {
    return err("gone");
  }
  const { from, to, proposed, proposedBy, currentBy } = conflict;
  const current = text.buffer.text.sliceString(from, to);
  const after = answer === "own"
    ? own as string
    : answer === "accept"
    ? proposed
    : answer === "reject"
    ? current
    : joined(current, proposed);
  const decided: DecidedNote = {
    place: {
      id,
      changeSet,
      author,
      answer,
      isConflict: true,
      before: cut(current),
      proposed: cut(proposed),
      after: cut(after),
      others: currentBy,
    },
    conflict: name,
  };
  if (after === current) {
    noted(desk, text, decided);
    return ok(decided.place);
  }
  // What is only put in behind leaves the other side's text as it is, and theirs.
  const change = after.startsWith(current)
    ? { from: to, to, insert: after.slice(current.length) }
    : { from, to, insert: after };
  desk.editBecause(text, { decided }, answer === "own" ? author : proposedBy, [change]);
  return ok(decided.place);
}

function noted(desk: Desk, text: OpenText, decided: DecidedNote): void {
  desk.note(text, { note: "decided", decided });
  desk.reviewed(text.buffer, decided.place.changeSet);
}

/** Both sides are whole lines, but for the last of the text. */
function joined(one: string, other: string): string {
  return one === "" || other === "" || one.endsWith("\n") ? one + other : `${one}\n${other}`;
}

/** Who else has changed a place since its set began. */
function othersAt({ buffer: { document } }: OpenText, change: TextChange, origin: number | undefined) {
  if (origin === undefined) return [];
  for (let revision = document.oldest + 1; revision <= document.revision; revision++) {
    if (document.record(revision).group !== origin) continue;
    const inside = { from: change.from, to: Math.max(change.from, change.to) };
    return authorsSince(document, revision, inside, origin);
  }
  return [];
}

function cut(text: string): string {
  return text.slice(0, MOST_UNITS);
}
