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
import { fromDelta } from "./text_changes.ts";

/** Why a revision was made: what must be kept with it. */
export interface Cause {
  readonly step?: string;
  readonly changeSet?: string;
  readonly request?: RequestName;
}

/** A change of what is known that is no change of the text. */
export type TextNote =
  | { readonly note: "presence"; readonly presence: Presence }
  | { readonly note: "mark"; readonly mark: SavedMark }
  | { readonly note: "unmark"; readonly mark: MarkId }
  | { readonly note: "settled"; readonly changeSet: string };

export interface SavedNotes {
  readonly places: SavedPlaces;
  readonly groups: SavedGroups;
  readonly answered: readonly SavedAnswer[];
}

export class TextNotes {
  readonly places = new Places();
  readonly groups = new NamedGroups();
  readonly answered = new Answered();

  /** Takes note of a revision; gives the marks that it touched. */
  revised({ revision, delta, author, group }: Revision, cause: Cause | undefined): MarkId[] {
    if (cause !== undefined) {
      const name: GroupName = { author, ...cause };
      this.groups.note(name, group);
      if (cause.request !== undefined) {
        this.answered.note(cause.request, { revision, changes: fromDelta(delta) });
      }
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
        return;
      default:
        note satisfies never;
    }
  }

  save(): SavedNotes {
    return { places: this.places.save(), groups: this.groups.save(), answered: this.answered.save() };
  }

  load(saved: SavedNotes): void {
    this.places.load(saved.places);
    this.groups.load(saved.groups);
    this.answered.load(saved.answered);
  }
}
