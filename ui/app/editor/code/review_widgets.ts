/** What stands in the text at places that wait: what was removed, and buttons. @module */

import { GutterMarker, WidgetType } from "@codemirror/view";
import type { AuthorMark } from "../author_marks.ts";
import { authorsText, markOfSet, nameOf, setText } from "../text_authors.ts";
import type { ConflictHere, HunkActs, HunkHere } from "./reviews.ts";

/** A change of an agent: what it took away, accept and reject. */
export class HunkWidget extends WidgetType {
  readonly #hunk: HunkHere;
  readonly #mark: AuthorMark;
  readonly #acts: HunkActs;

  constructor(hunk: HunkHere, acts: HunkActs) {
    super();
    this.#hunk = hunk;
    this.#mark = markOfSet(hunk.changeSet);
    this.#acts = acts;
  }

  override eq(other: WidgetType): boolean {
    if (!(other instanceof HunkWidget)) return false;
    const [one, two] = [this.#hunk, other.#hunk];
    return this.#mark.letter === other.#mark.letter && one.changeSet === two.changeSet &&
      one.undo.from === two.undo.from &&
      one.undo.to === two.undo.to && one.undo.insert === two.undo.insert;
  }

  override toDOM(): HTMLElement {
    const { changeSet, undo } = this.#hunk;
    const box = document.createElement("span");
    box.className = `editor-hunk ${this.#mark.classes}`;
    if (undo.insert !== "") {
      const removed = document.createElement("del");
      removed.className = "editor-removed";
      removed.textContent = undo.insert;
      box.append(removed);
    }
    const accept = button("✓", `Accept this change of ${changeSet}`, () => this.#acts.accept(this.#hunk));
    accept.classList.add("editor-hunk-accept");
    accept.dataset["tip"] = "Accept this change";
    const reject = button("✕", `Reject this change of ${changeSet}`, () => this.#acts.reject(this.#hunk));
    reject.classList.add("editor-hunk-reject");
    reject.dataset["tip"] = "Reject this change";
    box.append(tag(this.#mark, changeSet), accept, reject);
    return box;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** A line in the margin beside what an agent has changed. */
export class MarginMark extends GutterMarker {
  readonly #mark: AuthorMark;
  readonly #changeSet: string;

  constructor(changeSet: string) {
    super();
    this.#changeSet = changeSet;
    this.#mark = markOfSet(changeSet);
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof MarginMark && other.#changeSet === this.#changeSet &&
      other.#mark.letter === this.#mark.letter;
  }

  override toDOM(): HTMLElement {
    const bar = document.createElement("span");
    bar.className = `editor-margin-bar ${this.#mark.classes}`;
    bar.dataset["tip"] = `${this.#mark.letter}: ${setText(this.#changeSet)}`;
    return bar;
  }
}

/** A contradiction: leads to both sides. */
export class ConflictWidget extends WidgetType {
  readonly #place: ConflictHere;
  readonly #acts: HunkActs;

  constructor(place: ConflictHere, acts: HunkActs) {
    super();
    this.#place = place;
    this.#acts = acts;
  }

  override eq(other: WidgetType): boolean {
    return other instanceof ConflictWidget && other.#place.conflict.id === this.#place.conflict.id &&
      other.#place.conflict.current === this.#place.conflict.current;
  }

  override toDOM(): HTMLElement {
    const { proposedBy, currentBy } = this.#place.conflict;
    const box = document.createElement("span");
    const { changeSet } = this.#place;
    box.className = `editor-hunk editor-conflict-sign ${markOfSet(changeSet).classes}`;
    const [theirs, ours] = [nameOf(proposedBy), authorsText(currentBy)];
    const open = button(
      `≠ ${theirs}`,
      `Decide between ${ours} and ${theirs}`,
      () => this.#acts.show(this.#place),
    );
    open.dataset["tip"] = "Look at both sides";
    box.append(tag(markOfSet(changeSet), changeSet), open);
    return box;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function tag({ letter, classes }: AuthorMark, changeSet: string): HTMLElement {
  const made = document.createElement("span");
  made.className = `editor-tag ${classes}`;
  made.textContent = letter;
  made.setAttribute("aria-hidden", "true");
  made.dataset["tip"] = `By ${setText(changeSet)}`;
  return made;
}

function button(sign: string, label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.tabIndex = -1;
  made.textContent = sign;
  made.setAttribute("aria-label", label);
  made.addEventListener("mousedown", (event) => event.preventDefault());
  made.addEventListener("click", act);
  return made;
}
