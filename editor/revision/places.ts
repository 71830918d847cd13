/**
 * What stands at places of one text and moves with it: where authors are, and marks.
 *
 * A caret stays before what others insert at it, and behind what its own author does. Pure; whoever changes the text calls `apply`.
 *
 * @module
 */

import type { AuthorId } from "../../core/ids.ts";
import type { MarkId, Presence, TextRange } from "../../core/ports/text_editing.ts";
import type { Delta } from "../text/delta.ts";

/** A mark as it is kept in a journal. */
export interface SavedMark extends TextRange {
  readonly mark: MarkId;
  readonly grows: boolean;
}

export interface SavedPlaces {
  readonly present: readonly Presence[];
  readonly marks: readonly SavedMark[];
  readonly lastMark: MarkId;
}

interface Mark {
  from: number;
  to: number;
  readonly grows: boolean;
}

export class Places {
  readonly #present = new Map<AuthorId, Presence>();
  readonly #marks = new Map<MarkId, Mark>();
  #lastMark = 0;

  /** Says where an author is in the newest text; no selections: gone. */
  announce(presence: Presence): void {
    if (presence.selections.length === 0) this.#present.delete(presence.author);
    else this.#present.set(presence.author, presence);
  }

  /** Who is where, in the order in which they came. */
  present(): readonly Presence[] {
    return [...this.#present.values()];
  }

  /** Whether an author is known to be just there. */
  isAt(author: AuthorId, selections: Presence["selections"]): boolean {
    const known = this.#present.get(author)?.selections ?? [];
    return known.length === selections.length &&
      known.every(({ anchor, head }, at) =>
        anchor === selections[at]?.anchor && head === selections[at]?.head
      );
  }

  /** Marks a range of the newest text; `mark` where its number is known, from a journal. */
  add({ from, to }: TextRange, grows: boolean, mark: MarkId = this.#lastMark + 1): MarkId {
    this.#marks.set(mark, { from, to, grows });
    this.#lastMark = Math.max(this.#lastMark, mark);
    return mark;
  }

  /** Where a mark is; undefined where there is none. */
  at(mark: MarkId): TextRange | undefined {
    const found = this.#marks.get(mark);
    return found === undefined ? undefined : { from: found.from, to: found.to };
  }

  remove(mark: MarkId): void {
    this.#marks.delete(mark);
  }

  /** Moves everything with a change that `author` has made; gives the marks whose text it touched. */
  apply(delta: Delta, author: string): MarkId[] {
    for (const [who, { selections }] of this.#present) {
      const bias = who === author ? 1 : -1;
      const moved = selections.map(({ anchor, head }) => ({
        anchor: delta.mapOffset(anchor, bias),
        head: delta.mapOffset(head, bias),
      }));
      this.#present.set(who, { author: who, selections: moved });
    }
    const touched: MarkId[] = [];
    for (const [id, mark] of this.#marks) {
      if (touches(delta, mark)) touched.push(id);
      const from = delta.mapOffset(mark.from, mark.grows ? -1 : 1);
      const to = delta.mapOffset(mark.to, mark.grows ? 1 : -1);
      // An empty mark that does not grow has both ends at one place; the insert lands behind it.
      mark.from = Math.min(from, to);
      mark.to = to;
    }
    return touched;
  }

  /** Everything as plain data. */
  save(): SavedPlaces {
    const marks = [...this.#marks].map(([mark, { from, to, grows }]) => ({ mark, from, to, grows }));
    return { present: this.present(), marks, lastMark: this.#lastMark };
  }

  /** Takes over what `save` has given. */
  load(saved: SavedPlaces): void {
    for (const presence of saved.present) this.announce(presence);
    for (const { mark, grows, ...range } of saved.marks) this.add(range, grows, mark);
    this.#lastMark = Math.max(this.#lastMark, saved.lastMark);
  }
}

/** True where a change lies in the range or at its edges. */
function touches(delta: Delta, { from, to }: TextRange): boolean {
  for (let at = 0; at < delta.from.length; at++) {
    if ((delta.from[at] as number) > to) return false;
    if ((delta.to[at] as number) >= from) return true;
  }
  return false;
}
