/**
 * Which edits of the person at the front end are undone as one, and how far back: the front-end protocol's rules.
 *
 * An edit joins the group before it if both are of one kind and that kind is typing-like; anything the person does in between
 * (moving, scrolling, searching) breaks the chain. The last `limit` groups can be undone; a new group drops what was undone.
 *
 * @module
 */

/** What an edit is, as plugins are told and as grouping goes by. */
export type EditKind =
  | "insert"
  | "newline"
  | "indent"
  | "delete"
  | "undo"
  | "redo"
  | "transpose"
  | "surround"
  | "other";

/** How many groups stay undoable, the state at the start counted: the protocol's. */
export const UNDO_LIMIT = 20;

/** The groups that can be undone or redone, in order, and how many of them are done. */
export interface SavedUndoGroups {
  readonly groups: readonly number[];
  readonly done: number;
}

export class UndoGroups {
  readonly #newGroup: () => number;
  /** Groups in order; the first stands for the state at the start. */
  #live: (number | undefined)[] = [undefined];
  /** How many of them are done; those behind are undone. */
  #done = 1;
  #last: EditKind = "other";
  #forced = false;
  limit = UNDO_LIMIT;

  /** @param newGroup a number no other group of the document has */
  constructor(newGroup: () => number) {
    this.#newGroup = newGroup;
  }

  /**
   * The group an edit of this kind belongs to, which may be new.
   * @param kind decides whether it joins the one before
   * @param next what the edit counts as for the one after it
   */
  take(kind: EditKind, next: EditKind = kind): number {
    const joins = this.#forced || (kind === this.#last && kind !== "other" && kind !== "transpose");
    this.#last = next;
    const newest = this.#live.at(-1);
    return joins && newest !== undefined ? newest : this.#begin();
  }

  /** The next edit starts a group of its own. */
  breakChain(): void {
    this.#last = "other";
  }

  /** Begins a group that holds every edit until `release`. */
  force(): void {
    this.breakChain();
    this.#begin();
    this.#forced = true;
  }

  release(): void {
    this.#forced = false;
    this.breakChain();
  }

  /** The newest group that is done, from now on undone; undefined where there is none. */
  undo(): number | undefined {
    if (this.#done <= 1) return undefined;
    this.#last = "undo";
    return this.#live[--this.#done];
  }

  /** The group undone last, from now on done; undefined where there is none. */
  redo(): number | undefined {
    if (this.#done >= this.#live.length) return undefined;
    this.#last = "redo";
    return this.#live[this.#done++];
  }

  /** As plain data. */
  save(): SavedUndoGroups {
    const groups = this.#live.map((group) => group ?? 0);
    return { groups, done: this.#done };
  }

  /** Takes over what `save` has given. */
  load({ groups, done }: SavedUndoGroups): void {
    this.#live = groups.map((group) => group === 0 ? undefined : group);
    this.#done = done;
  }

  #begin(): number {
    const group = this.#newGroup();
    this.#live.length = this.#done;
    this.#live.push(group);
    this.#done++;
    // The oldest group becomes the state at the start: it can no longer be undone.
    while (this.#live.length > Math.max(2, this.limit)) {
      this.#live.shift();
      this.#done--;
    }
    return group;
  }
}
