/**
 * Texts whose lines end with a carriage return and a line feed. The core keeps both as characters; here the return is not seen, no caret
 * stands between the two, both are deleted together, and what is typed or pasted ends its lines as the text does.
 *
 * A text is such a text where its first line ends so.
 *
 * @module
 */

import {
  ChangeSet,
  EditorSelection,
  EditorState,
  type Extension,
  RangeSetBuilder,
  type StateCommand,
  Text,
  type Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  EditorView,
  keymap,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { fromServer } from "./from_server.ts";

/** How the lines of a text end. */
export function lineEndOf({ doc }: EditorState): "\n" | "\r\n" {
  return doc.lines > 1 && doc.line(1).text.endsWith("\r") ? "\r\n" : "\n";
}

/** True between a carriage return and its line feed. */
function isBetween(doc: Text, at: number): boolean {
  return at > 0 && at < doc.length && doc.sliceString(at - 1, at + 1) === "\r\n";
}

/** The person's edits and carets, so that the two characters stay one. */
const asOne = EditorState.transactionFilter.of((transaction) => {
  const { startState } = transaction;
  if (transaction.annotation(fromServer) !== undefined || lineEndOf(startState) === "\n") return transaction;
  const changes = transaction.docChanged ? wholeEnds(startState.doc, transaction.changes) : undefined;
  const doc = changes === undefined ? startState.doc : changes.apply(startState.doc);
  const wanted = transaction.newSelection;
  const moved = changes === undefined ? wanted : movedSelection(transaction, changes, doc);
  const selection = outside(doc, moved);
  if (changes === undefined && selection.eq(wanted)) return transaction;
  return rebuilt(transaction, changes, selection);
});

/** The same changes, none of which begins or ends between the two characters, with whole line ends in what they insert. */
function wholeEnds(doc: Text, changes: ChangeSet): ChangeSet {
  const specs: { from: number; to: number; insert: Text }[] = [];
  let last = 0;
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    let [from, to] = [fromA, toA];
    if (isBetween(doc, from)) from--;
    if (isBetween(doc, to)) {
      // The return alone was deleted: the line end is meant.
      if (toA - fromA === 1 && from === fromA && inserted.length === 0) to++;
      else to = Math.max(from, to - 1);
    }
    from = Math.max(from, last);
    to = Math.max(from, to);
    last = to;
    specs.push({ from, to, insert: withReturns(inserted) });
  }, true);
  return ChangeSet.of(specs, doc.length);
}

function withReturns(text: Text): Text {
  if (text.lines === 1) return text;
  const lines = text.toString().split("\n");
  return Text.of(lines.map((line, at) => at < lines.length - 1 && !line.endsWith("\r") ? `${line}\r` : line));
}

/** Where the selection of the transaction is after the changes that take the place of its own. */
function movedSelection(
  { changes: given, newSelection }: Transaction,
  made: ChangeSet,
  doc: Text,
): EditorSelection {
  const pieces: { fromA: number; toA: number; fromB: number; toB: number; text: Text }[] = [];
  given.iterChanges((fromA, toA, fromB, toB, text) => pieces.push({ fromA, toA, fromB, toB, text }), true);
  const starts: number[] = [];
  made.iterChanges((_fromA, _toA, fromB) => starts.push(fromB), true);
  const place = (at: number): number => {
    let shift = 0;
    for (const [index, { toA, fromB, toB, text }] of pieces.entries()) {
      if (at < fromB) break;
      if (at <= toB) {
        // In what was inserted: as far into it, with the returns that came to it.
        return Math.min(doc.length, (starts[index] ?? 0) + withReturns(text.slice(0, at - fromB)).length);
      }
      shift = toB - toA;
    }
    return made.mapPos(Math.min(at - shift, made.length), 1);
  };
  const ranges = newSelection.ranges.map(({ anchor, head }) =>
    EditorSelection.range(place(anchor), place(head))
  );
  return EditorSelection.create(ranges, newSelection.mainIndex);
}

/** No end of a range between the two characters. */
function outside(doc: Text, selection: EditorSelection): EditorSelection {
  if (!selection.ranges.some(({ anchor, head }) => isBetween(doc, anchor) || isBetween(doc, head))) {
    return selection;
  }
  const place = (at: number) => isBetween(doc, at) ? at - 1 : at;
  const ranges = selection.ranges.map(({ anchor, head }) =>
    EditorSelection.range(place(anchor), place(head))
  );
  return EditorSelection.create(ranges, selection.mainIndex);
}

/** From the end of a line to the next, over both characters at once; false where the caret is elsewhere. */
export const stepOver: (isExtended: boolean) => StateCommand = (isExtended) => ({ state, dispatch }) => {
  const { doc, selection } = state;
  const isBefore = (at: number) => isBetween(doc, at + 1);
  if (!selection.ranges.some(({ empty, head }) => (isExtended || empty) && isBefore(head))) return false;
  const ranges = selection.ranges.map((range) => {
    if (!isExtended && !range.empty) return EditorSelection.cursor(range.to);
    const head = isBefore(range.head) ? range.head + 2 : Math.min(doc.length, range.head + 1);
    return isExtended ? EditorSelection.range(range.anchor, head) : EditorSelection.cursor(head);
  });
  const moved = EditorSelection.create(ranges, selection.mainIndex);
  dispatch(state.update({ selection: moved, scrollIntoView: true, userEvent: "select" }));
  return true;
};

function rebuilt(
  transaction: Transaction,
  changes: ChangeSet | undefined,
  selection: EditorSelection,
): TransactionSpec {
  return {
    ...(changes === undefined ? {} : { changes }),
    selection,
    effects: transaction.effects,
    scrollIntoView: transaction.scrollIntoView,
    annotations: annotationsOf(transaction),
  };
}

/** All of them; CodeMirror's type does not show the list. */
function annotationsOf(transaction: Transaction): NonNullable<TransactionSpec["annotations"]> {
  return (transaction as unknown as { annotations: never[] }).annotations ?? [];
}

const hidden = Decoration.replace({});

/** What is seen has no returns at its lines' ends. */
const unseen = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet = Decoration.none;

    constructor(view: EditorView) {
      this.#look(view);
    }

    update({ docChanged, viewportChanged, view }: ViewUpdate): void {
      if (docChanged || viewportChanged) this.#look(view);
    }

    #look({ state, visibleRanges }: EditorView): void {
      const seen = new RangeSetBuilder<Decoration>();
      let last = -1;
      for (const { from, to } of lineEndOf(state) === "\n" ? [] : visibleRanges) {
        for (let at = from; at <= to;) {
          const line = state.doc.lineAt(at);
          if (line.from > last && line.to < state.doc.length && line.text.endsWith("\r")) {
            seen.add(line.to - 1, line.to, hidden);
            last = line.from;
          }
          at = line.to + 1;
        }
      }
      this.decorations = seen.finish();
    }
  },
  { decorations: ({ decorations }) => decorations },
);

export function lineEnds(): Extension {
  return [
    asOne,
    unseen,
    keymap.of(
      [{ key: "ArrowRight" }, { key: "Mod-ArrowRight", mac: "Alt-ArrowRight" }, { mac: "Ctrl-f" }].map((
        binding,
      ) => ({
        ...binding,
        run: stepOver(false),
        shift: stepOver(true),
      })),
    ),
  ];
}

/** Of which `lineEnds` the state alone is, for tests. */
export const lineEndFilter: Extension = asOne;
