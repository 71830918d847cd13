/**
 * What is known of a text beside its history: places, names of undo groups, answered requests. Live and replayed from a
 * journal it goes through the same two calls, so both come to the same.
 *
 * @module
 */

import type { MarkId, Presence } from "../../core/ports/text_editing.ts";
import type { Revision } from "../text/document.ts";
import { Answered, type RequestName, type SavedAnswer } from "./answered.ts";
import { type GroupName, NamedGroups, type SavedGroups } from "./named_groups.ts";
import { Places, type SavedMark, type SavedPlaces } from "./places.ts";
import { type DecidedNote, PlaceReviews, type SavedConflict, type SavedReviews } from "./place_reviews.ts";
import { fromDelta } from "./text_changes.ts";

/** Why a revision was made: what must be kept with it. */
export interface Cause {
  readonly step?: string;
  readonly changeSet?: string;
  readonly request?: RequestName;
  /** Contradictions of a proposal of which this is the rest; in offsets before it. */
  readonly conflicts?: readonly SavedConflict[];
  /** The decision about a place that this carries out. */
  readonly decided?: DecidedNote;
}

/** A change of what is known that is no change of the text. */
export type TextNote =
  | { readonly note: "presence"; readonly presence: Presence }
  | { readonly note: "mark"; readonly mark: SavedMark }
  | { readonly note: "unmark"; readonly mark: MarkId }
  | { readonly note: "settled"; readonly changeSet: string; readonly keepsConflicts?: boolean }
  /** Contradictions of a proposal that changed nothing else, and the request for it. */
  | {
    readonly note: "contradicts";
    readonly conflicts: readonly SavedConflict[];
    readonly revision: number;
    readonly request?: RequestName;
  }
  /** A decision that needs no edit, and one of those taken back. */
  | { readonly note: "decided"; readonly decided: DecidedNote }
  | { readonly note: "reopened"; readonly decision: string };

export interface SavedNotes {
  readonly places: SavedPlaces;
  readonly groups: SavedGroups;
  readonly answered: readonly SavedAnswer[];
  /** Absent in what older programs have left. */
  readonly reviews?: SavedReviews;
}

export class TextNotes {
  readonly places = new Places();
  readonly groups = new NamedGroups();
  readonly answered = new Answered();
  readonly reviews = new PlaceReviews();

  /** Takes note of a revision; gives the marks that it touched. */
  revised({ revision, delta, author, group }: Revision, cause: Cause | undefined): MarkId[] {
    if (cause !== undefined) {
      const name: GroupName = { author, ...cause };
      this.groups.note(name, group);
      if (cause.request !== undefined) {
        this.answered.note(cause.request, { revision, changes: fromDelta(delta) });
      }
    }
    if (cause?.conflicts !== undefined) this.reviews.contradict(cause.conflicts);
    if (cause?.decided !== undefined) this.#decided(cause.decided, group);
    for (const whole of this.reviews.apply(delta, group, cause?.decided !== undefined)) {
      // A run that has gone on meanwhile is a group of its own.
      if (this.groups.groupOf(whole.changeSet) === undefined) this.groups.note({ author, ...whole }, group);
    }
    return this.places.apply(delta, author);
  }

  /** Takes note of anything else. */
  noted(note: TextNote): void {
    switch (note.note) {
      case "presence":
        return this.places.announce(note.presence);
      case "mark":
        this.places.add(note.mark, note.mark.grows, note.mark.mark);
        return;
      case "unmark":
        return this.places.remove(note.mark);
      case "settled":
        this.groups.settle(note.changeSet);
        this.reviews.settle(note.changeSet, note.keepsConflicts === true);
        return;
      case "contradicts":
        this.reviews.contradict(note.conflicts);
        if (note.request !== undefined) this.answered.note(note.request, { revision: note.revision });
        return;
      case "decided":
        return this.#decided(note.decided, undefined);
      case "reopened":
        return this.reviews.reopen(note.decision);
      default:
        note satisfies never;
    }
  }

  save(): SavedNotes {
    return {
      places: this.places.save(),
      groups: this.groups.save(),
      answered: this.answered.save(),
      reviews: this.reviews.save(),
    };
  }

  load(saved: SavedNotes): void {
    this.places.load(saved.places);
    this.groups.load(saved.groups);
    this.answered.load(saved.answered);
    if (saved.reviews !== undefined) this.reviews.load(saved.reviews);
  }

  #decided(note: DecidedNote, group: number | undefined): void {
    if (note.conflict === undefined) this.groups.settle(note.place.changeSet);
    this.reviews.decide(note, group);
  }
}
