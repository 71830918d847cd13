/**
 * Which places of change sets wait in one text, and what was decided about them. Pure.
 *
 * A set that nobody has decided about in part is an undo group, and what waits of it is what undoing the group would do
 * (`change_sets.ts`). With the first decision about a place the group's name is forgotten and the places that are left are kept
 * here, each as the change that takes it back; they move with the text. Contradictions are kept here from the start.
 *
 * @module
 */

import type { AuthorId } from "../../core/ids.ts";
import type { DecidedPlace, TextChange } from "../../core/ports/text_editing.ts";
import type { Delta } from "../text/delta.ts";
import { movedChanges, movedRange } from "./moved_places.ts";

export interface SavedConflict {
  readonly id: string;
  readonly changeSet: string;
  readonly from: number;
  readonly to: number;
  readonly base: string;
  readonly proposed: string;
  readonly proposedBy: AuthorId;
  readonly currentBy: readonly AuthorId[];
  /** The decision about it. */
  readonly decision?: string;
}

/** A decision as it is made: in offsets of the text before the edit that carries it out. */
export interface DecidedNote {
  readonly place: DecidedPlace;
  /** The contradiction that it is about. */
  readonly conflict?: string;
  /** Else: the change, the others of its set that go on waiting, and the group that they were made by. */
  readonly change?: TextChange;
  readonly rest?: readonly TextChange[];
  readonly origin?: number;
}

interface SavedDecision extends DecidedNote {
  /** The undo group of the edit that carried it out; absent where there was nothing to edit. */
  readonly group?: number;
  /** What would wait again. */
  readonly again: readonly TextChange[];
  readonly isUndone?: boolean;
}

interface SavedKept {
  readonly changeSet: string;
  readonly origin: number | null;
  readonly changes: readonly TextChange[];
}

export interface SavedReviews {
  readonly kept: readonly SavedKept[];
  readonly conflicts: readonly SavedConflict[];
  readonly decisions: readonly SavedDecision[];
}

/** A set whose group was undone or done again as a whole: it is that group once more. */
export interface WholeAgain {
  readonly changeSet: string;
  readonly group: number;
}

const MOST_DECISIONS = 200;

export class PlaceReviews {
  readonly #kept = new Map<string, SavedKept>();
  readonly #conflicts = new Map<string, SavedConflict>();
  readonly #decisions = new Map<string, SavedDecision>();

  /** The sets of which something waits here. */
  changeSets(): Iterable<string> {
    const open = [...this.#conflicts.values()].filter(({ decision }) => decision === undefined);
    return [...this.#kept.keys(), ...open.map(({ changeSet }) => changeSet)];
  }

  /** The changes that take back the places of a set which were left when another was decided about. */
  kept(changeSet: string): readonly TextChange[] {
    return this.#kept.get(changeSet)?.changes ?? [];
  }

  /** The undo group that they were made by. */
  originOf(changeSet: string): number | undefined {
    return this.#kept.get(changeSet)?.origin ?? undefined;
  }

  /** The contradictions of a set that wait. */
  conflicts(changeSet: string): readonly SavedConflict[] {
    return [...this.#conflicts.values()]
      .filter((conflict) => conflict.changeSet === changeSet && conflict.decision === undefined)
      .sort((one, other) => one.from - other.from);
  }

  conflict(id: string): SavedConflict | undefined {
    return this.#conflicts.get(id);
  }

  decision(id: string): SavedDecision | undefined {
    return this.#decisions.get(id);
  }

  decisions(): readonly DecidedPlace[] {
    return [...this.#decisions.values()].filter(({ isUndone }) => isUndone !== true).map(({ place }) =>
      place
    );
  }

  /** The sets of which an undo group has something to say: a decision that it carried out, or places that it made. */
  setsOf(group: number): readonly string[] {
    const decided = [...this.#decisions.values()].filter((each) => each.group === group);
    const kept = [...this.#kept.values()].filter(({ origin }) => origin === group);
    return [...decided.map(({ place }) => place.changeSet), ...kept.map(({ changeSet }) => changeSet)];
  }

  /** Contradictions that wait from now on; one of a known id is known. */
  contradict(conflicts: readonly SavedConflict[]): void {
    for (const conflict of conflicts) this.#conflicts.set(conflict.id, conflict);
  }

  /** Takes note of a decision; `group` is that of the edit that carries it out, which `apply` is told next. */
  decide(note: DecidedNote, group: number | undefined): void {
    const { place: { id, changeSet }, change, conflict: about } = note;
    if (note.rest !== undefined) this.#keep(changeSet, note.rest, note.origin);
    const again = change === undefined ? [] : [change];
    this.#decisions.set(id, { ...note, again, ...(group === undefined ? {} : { group }) });
    const conflict = about === undefined ? undefined : this.#conflicts.get(about);
    if (conflict !== undefined) this.#conflicts.set(conflict.id, { ...conflict, decision: id });
    while (this.#decisions.size > MOST_DECISIONS) {
      const [oldest] = this.#decisions.values();
      this.#forget(oldest as SavedDecision);
    }
  }

  /** Takes a decision that needed no edit back. */
  reopen(id: string): void {
    const decision = this.#decisions.get(id);
    if (decision === undefined || decision.isUndone === true) return;
    this.#waitAgain(decision, decision.again);
  }

  /** Moves everything with a revision; gives the sets that are a whole group again. */
  apply(delta: Delta, group: number, isDeciding: boolean): WholeAgain[] {
    const whole: WholeAgain[] = [];
    for (const [changeSet, kept] of this.#kept) {
      if (kept.origin === group) {
        this.#kept.delete(changeSet);
        whole.push({ changeSet, group });
      } else this.#kept.set(changeSet, { ...kept, changes: movedChanges(kept.changes, delta) });
    }
    for (const [id, conflict] of this.#conflicts) {
      const range = movedRange(conflict, delta, conflict.decision !== undefined);
      this.#conflicts.set(id, { ...conflict, ...range });
    }
    for (const [id, decision] of this.#decisions) {
      this.#decisions.set(id, { ...decision, again: movedChanges(decision.again, delta) });
    }
    if (!isDeciding) this.#toggled(delta, group);
    return whole;
  }

  /** Forgets what waits of a set, perhaps but for its contradictions. */
  settle(changeSet: string, keepsConflicts: boolean): void {
    this.#kept.delete(changeSet);
    if (keepsConflicts) return;
    for (const { id } of this.conflicts(changeSet)) this.#conflicts.delete(id);
  }

  save(): SavedReviews {
    return {
      kept: [...this.#kept.values()],
      conflicts: [...this.#conflicts.values()],
      decisions: [...this.#decisions.values()],
    };
  }

  load({ kept, conflicts, decisions }: SavedReviews): void {
    for (const each of kept) this.#kept.set(each.changeSet, each);
    for (const each of conflicts) this.#conflicts.set(each.id, each);
    for (const each of decisions) this.#decisions.set(each.place.id, each);
  }

  /** The edit that carried a decision out was undone, so its place waits again; or done again. */
  #toggled(delta: Delta, group: number): void {
    const decision = [...this.#decisions.values()].find((each) => each.group === group);
    if (decision === undefined) return;
    if (decision.isUndone === true) this.#decideAgain(decision);
    else this.#waitAgain(decision, broughtBack(delta, decision.change));
  }

  #waitAgain(decision: SavedDecision, changes: readonly TextChange[]): void {
    const { place: { id, changeSet }, conflict: about, change } = decision;
    this.#decisions.set(id, { ...decision, again: changes, isUndone: true });
    const conflict = about === undefined ? undefined : this.#conflicts.get(about);
    if (conflict !== undefined) {
      const { decision: _, ...open } = conflict;
      this.#conflicts.set(conflict.id, open);
    }
    if (change === undefined) return;
    const all = [...this.kept(changeSet), ...changes].sort((one, other) => one.from - other.from);
    this.#keep(changeSet, all, this.originOf(changeSet) ?? decision.origin);
  }

  #decideAgain(decision: SavedDecision): void {
    const { place: { id, changeSet }, conflict: about, again } = decision;
    const { isUndone: _, ...done } = decision;
    this.#decisions.set(id, done);
    const conflict = about === undefined ? undefined : this.#conflicts.get(about);
    if (conflict !== undefined) this.#conflicts.set(conflict.id, { ...conflict, decision: id });
    const isOther = ({ from, insert }: TextChange) =>
      !again.some((one) => one.from === from && one.insert === insert);
    this.#keep(changeSet, this.kept(changeSet).filter(isOther), this.originOf(changeSet));
  }

  #keep(changeSet: string, changes: readonly TextChange[], origin: number | undefined): void {
    if (changes.length === 0) this.#kept.delete(changeSet);
    else this.#kept.set(changeSet, { changeSet, origin: origin ?? null, changes });
  }

  #forget({ place: { id }, conflict }: SavedDecision): void {
    this.#decisions.delete(id);
    const about = conflict === undefined ? undefined : this.#conflicts.get(conflict);
    if (about?.decision === id) this.#conflicts.delete(about.id);
  }
}

/** What taking the place back would do once more, after undoing that has brought the set's text in again. */
function broughtBack(delta: Delta, change: TextChange | undefined): TextChange[] {
  if (change === undefined) return [];
  let shift = 0;
  const changes = [...delta.changes()].map(({ from, to, insert }, at) => {
    const start = from + shift;
    shift += insert.length - (to - from);
    return { from: start, to: start + insert.length, insert: at === 0 ? change.insert : "" };
  });
  return changes;
}
