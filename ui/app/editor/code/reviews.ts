/**
 * What agents have changed and nobody has decided about yet, in the text itself: what was added is marked in the agent's
 * colour, what was removed stands struck out where it was, and each place has its two buttons.
 *
 * @module
 */

import {
  type EditorState,
  type Extension,
  Facet,
  StateEffect,
  StateField,
  type Transaction,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, WidgetType } from "@codemirror/view";
import type { TextChange } from "../../../../core/ports/text_editing.ts";
import { colourOf } from "../text_authors.ts";
import { type ReviewHere, setReviews } from "./from_server.ts";

/** One place of a change set in the text as it is now. */
export interface HunkHere {
  readonly changeSet: string;
  /** Brings back what was there. */
  readonly undo: TextChange;
}

export interface HunkActs {
  readonly accept: (hunk: HunkHere) => void;
  readonly reject: (hunk: HunkHere) => void;
}

class HunkWidget extends WidgetType {
  readonly #hunk: HunkHere;
  readonly #acts: HunkActs;

  constructor(hunk: HunkHere, acts: HunkActs) {
    super();
    this.#hunk = hunk;
    this.#acts = acts;
  }

  override eq(other: WidgetType): boolean {
    return other instanceof HunkWidget && isSame(this.#hunk, other.#hunk);
  }

  override toDOM(): HTMLElement {
    const box = document.createElement("span");
    box.className = `editor-hunk author-${colourOf(this.#hunk.changeSet)}`;
    if (this.#hunk.undo.insert !== "") {
      const removed = document.createElement("del");
      removed.className = "editor-removed";
      removed.textContent = this.#hunk.undo.insert;
      box.append(removed);
    }
    for (
      const [word, sign, act] of [
        ["Accept", "✓", this.#acts.accept],
        ["Reject", "✕", this.#acts.reject],
      ] as const
    ) {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.className = `editor-hunk-${word.toLowerCase()}`;
      button.textContent = sign;
      button.setAttribute("aria-label", `${word} this change of ${this.#hunk.changeSet}`);
      button.dataset["tip"] = `${word} this change`;
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => act(this.#hunk));
      box.append(button);
    }
    return box;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

interface Shown {
  readonly hunks: readonly HunkHere[];
  readonly decided: readonly HunkHere[];
  readonly set: DecorationSet;
}

/** The hunks of the text as it is now, for lists and keys. */
export function hunksOf(state: EditorState): readonly HunkHere[] {
  return state.field(shown, false)?.hunks ?? [];
}

/** True where some places of the set were decided about one by one. */
export function hasDecided(state: EditorState, changeSet: string): boolean {
  return state.field(shown, false)?.decided.some((hunk) => hunk.changeSet === changeSet) === true;
}

/** A place that was decided about, as it is after the decision: it is shown no more. */
export const decideHunk = StateEffect.define<HunkHere>();

/** A set that was decided about: nothing of it is shown, and a later one of its name is another. */
export const forgetSet = StateEffect.define<string>();

/** What the core still offers for a place that was put back by hand: bringing in once more what is there already. */
function isOfferedAgain(decided: HunkHere, { changeSet, undo }: HunkHere): boolean {
  return decided.changeSet === changeSet && decided.undo.insert === undo.insert && undo.from === undo.to &&
    decided.undo.from === decided.undo.to && Math.abs(undo.from - decided.undo.from) <= undo.insert.length;
}

const actsOf = Facet.define<HunkActs, HunkActs>({
  combine: ([acts]) => acts ?? { accept: () => undefined, reject: () => undefined },
});

const shown = StateField.define<Shown>({
  create: () => ({ hunks: [], decided: [], set: Decoration.none }),
  update(before, transaction) {
    let now = transaction.docChanged ? moved(before, transaction) : before;
    for (const effect of transaction.effects) {
      if (effect.is(setReviews)) {
        now = drawn(effect.value.flatMap(hunksIn), now.decided, transaction.state);
      } else if (effect.is(decideHunk)) {
        now = drawn(now.hunks, [...now.decided, effect.value], transaction.state);
      } else if (effect.is(forgetSet)) {
        const others = ({ changeSet }: HunkHere) => changeSet !== effect.value;
        now = drawn(now.hunks.filter(others), now.decided.filter(others), transaction.state);
      }
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field, ({ set }) => set),
});

function hunksIn({ changeSet, undo }: ReviewHere): HunkHere[] {
  return undo.map((change) => ({ changeSet, undo: change }));
}

function isSame(one: HunkHere, other: HunkHere): boolean {
  return one.changeSet === other.changeSet && one.undo.from === other.undo.from &&
    one.undo.to === other.undo.to && one.undo.insert === other.undo.insert;
}

function drawn(all: readonly HunkHere[], decided: readonly HunkHere[], state: EditorState): Shown {
  const { length } = state.doc;
  const hunks = all.filter((hunk) =>
    hunk.undo.to <= length && !decided.some((one) => isSame(one, hunk) || isOfferedAgain(one, hunk))
  );
  const acts = state.facet(actsOf);
  const ranges = hunks.flatMap((hunk) => {
    const { from, to } = hunk.undo;
    const widget = Decoration.widget({ widget: new HunkWidget(hunk, acts), side: 1 }).range(to);
    const mark = Decoration.mark({ class: `editor-added author-${colourOf(hunk.changeSet)}` });
    return from < to ? [mark.range(from, to), widget] : [widget];
  });
  return { hunks, decided, set: Decoration.set(ranges, true) };
}

/** Until the review is read again, places move with the text. */
function moved({ hunks, decided, set }: Shown, { changes }: Transaction): Shown {
  const move = (all: readonly HunkHere[]): HunkHere[] =>
    all.map(({ changeSet, undo }) => ({
      changeSet,
      undo: {
        ...undo,
        from: changes.mapPos(undo.from, 1),
        to: changes.mapPos(undo.to, undo.from === undo.to ? 1 : -1),
      },
    })).filter(({ undo }) => undo.from <= undo.to);
  return { hunks: move(hunks), decided: move(decided), set: set.map(changes) };
}

/** Shows them; `acts` is what the buttons do. */
export function reviewsShown(acts: HunkActs): Extension {
  return [actsOf.of(acts), shown];
}
