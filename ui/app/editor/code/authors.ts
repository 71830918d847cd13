/**
 * Where others are in the text, and what they have just changed, each in their own colour.
 *
 * @module
 */

import { type Extension, RangeSet, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, WidgetType } from "@codemirror/view";
import { markOf, nameOf, ownAuthor } from "../text_authors.ts";
import { fromServer, setPresence } from "./from_server.ts";

/** How long a change of another counts as fresh. */
const FRESH_MS = 8000;
const MOST_FRESH = 500;

class CaretWidget extends WidgetType {
  readonly #author: string;

  constructor(author: string) {
    super();
    this.#author = author;
  }

  override eq(other: WidgetType): boolean {
    return other instanceof CaretWidget && other.#author === this.#author;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = `editor-caret ${markOf(this.#author).classes}`;
    caret.setAttribute("aria-hidden", "true");
    // By the style sheet: it is no text of the file.
    caret.dataset["name"] = nameOf(this.#author);
    caret.dataset["letter"] = markOf(this.#author).letter;
    return caret;
  }
}

const carets = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, transaction) {
    let now = set.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setPresence)) continue;
      const end = transaction.state.doc.length;
      const clip = (offset: number) => Math.max(0, Math.min(end, offset));
      now = RangeSet.of(
        effect.value.flatMap(({ author, selections }) =>
          selections.flatMap(({ anchor, head }) => {
            const [from, to] = [clip(Math.min(anchor, head)), clip(Math.max(anchor, head))];
            const caret = Decoration.widget({ widget: new CaretWidget(author), side: 1 }).range(clip(head));
            const colour = `editor-others ${markOf(author).classes}`;
            return from === to ? [caret] : [Decoration.mark({ class: colour }).range(from, to), caret];
          })
        ),
        true,
      );
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const faded = StateEffect.define<number>();

interface Fresh {
  readonly set: DecorationSet;
  readonly times: readonly number[];
}

const fresh = StateField.define<Fresh>({
  create: () => ({ set: Decoration.none, times: [] }),
  update({ set, times }, transaction) {
    let now = set.map(transaction.changes);
    const authors = transaction.annotation(fromServer)?.filter((author) => author !== ownAuthor) ?? [];
    if (transaction.docChanged && authors.length > 0) {
      const at = Date.now();
      const colour = `editor-fresh ${markOf(authors[0] as string).classes}`;
      const title = `Changed by ${authors.map(nameOf).join(", ")}`;
      const added: ReturnType<Decoration["range"]>[] = [];
      transaction.changes.iterChangedRanges((_from, _to, from, to) => {
        if (from < to && added.length < MOST_FRESH) {
          added.push(Decoration.mark({ class: colour, attributes: { title }, at }).range(from, to));
        }
      });
      now = now.update({ add: added, sort: true });
      return { set: now, times: [...times, at] };
    }
    for (const effect of transaction.effects) {
      if (!effect.is(faded)) continue;
      now = now.update({ filter: (_from, _to, mark) => Number(mark.spec["at"]) > effect.value });
      return { set: now, times: times.filter((at) => at > effect.value) };
    }
    return { set: now, times };
  },
  provide: (field) => EditorView.decorations.from(field, ({ set }) => set),
});

const fader = ViewPlugin.define((view) => {
  const timer = setInterval(() => {
    const before = Date.now() - FRESH_MS;
    if (view.state.field(fresh).times.some((at) => at <= before)) {
      view.dispatch({ effects: faded.of(before) });
    }
  }, 1000);
  return { destroy: () => clearInterval(timer) };
});

export function authorsShown(): Extension {
  return [carets, fresh, fader];
}
