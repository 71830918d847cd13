/** Texts with carriage returns, as they are edited in the page: both characters stay together, whoever edits what. */

import assert from "node:assert/strict";
import { history, insertNewlineAndIndent, moveLineDown, redo, undo } from "@codemirror/commands";
import {
  EditorSelection,
  EditorState,
  type StateCommand,
  Text,
  type TransactionSpec,
} from "@codemirror/state";
import { fromServer } from "../../../../ui/app/editor/code/from_server.ts";
import { lineEndFilter, lineEndOf, stepOver } from "../../../../ui/app/editor/code/line_ends.ts";

const text = "one\r\ntwo\r\n\r\nlast";

function stateOf(doc: string, at: number, head = at): EditorState {
  return EditorState.create({
    doc: Text.of(doc.split("\n")),
    selection: EditorSelection.single(at, head),
    extensions: [EditorState.lineSeparator.of("\n"), history(), lineEndFilter],
  });
}

function did(state: EditorState, act: StateCommand | TransactionSpec): EditorState {
  if (typeof act !== "function") return state.update(act).state;
  let after = state;
  act({ state, dispatch: (transaction) => after = transaction.state });
  return after;
}

const shown = ({ doc, selection: { main } }: EditorState) => {
  const whole = doc.toString();
  return `${whole.slice(0, main.head)}|${whole.slice(main.head)}`;
};

Deno.test("line ends of two characters are typed, deleted and selected as one", () => {
  const at = (marked: string) => marked.indexOf("|");
  const type = (state: EditorState, insert: string) => did(state, state.replaceSelection(insert));
  const start = (marked: string) => stateOf(marked.replace("|", ""), at(marked));
  assert.equal(lineEndOf(stateOf(text, 0)), "\r\n");
  assert.equal(lineEndOf(stateOf("one\ntwo\r\n", 0)), "\n");
  // Typing at the end, where the caret was put behind the return.
  const end = did(stateOf(text, 0), { selection: { anchor: 4 } });
  assert.equal(shown(end), "one|\r\ntwo\r\n\r\nlast");
  assert.equal(shown(type(end, "!")), "one!|\r\ntwo\r\n\r\nlast");
  // A step to the right from the end of a line is to the next, with and without selecting; elsewhere it is not ours.
  assert.equal(shown(did(end, stepOver(false))), "one\r\n|two\r\n\r\nlast");
  assert.deepEqual(did(end, stepOver(true)).selection.main.toJSON(), { anchor: 3, head: 5 });
  assert.equal(stepOver(false)({ state: stateOf(text, 1), dispatch: () => assert.fail() }), false);
  // A new line, in the midst and at the end; pasting of many.
  assert.equal(shown(did(end, insertNewlineAndIndent)), "one\r\n|\r\ntwo\r\n\r\nlast");
  assert.equal(shown(did(start("o|ne\r\ntwo"), insertNewlineAndIndent)), "o\r\n|ne\r\ntwo");
  assert.equal(shown(did(start("  {|}\r\ntwo"), insertNewlineAndIndent)).includes("\r\r"), false);
  assert.equal(shown(type(end, "a\nb\r\nc")), "onea\r\nb\r\nc|\r\ntwo\r\n\r\nlast");
  // Deleting forwards over the end, and backwards over it.
  assert.equal(shown(did(end, { changes: { from: 3, to: 4 } })), "one|two\r\n\r\nlast");
  assert.equal(shown(did(stateOf(text, 5), { changes: { from: 4, to: 5 } })), "one|two\r\n\r\nlast");
  // A line to its end, and a line's text with the return.
  assert.equal(shown(did(stateOf(text, 0, 4), { changes: { from: 0, to: 4 } })), "|\r\ntwo\r\n\r\nlast");
  // Lines are moved with their ends; all of it is undone and done again.
  const moved = did(stateOf(text, 1), moveLineDown);
  assert.equal(moved.doc.toString(), "two\r\none\r\n\r\nlast");
  assert.equal(did(moved, undo).doc.toString(), text);
  assert.equal(did(did(moved, undo), redo).doc.toString(), moved.doc.toString());
  // Others' changes are as they are, and texts with line feeds alone, too.
  const others = { changes: { from: 4, insert: "x" }, annotations: fromServer.of([]) };
  assert.equal(did(stateOf(text, 0), others).doc.toString(), "one\rx\ntwo\r\n\r\nlast");
  assert.equal(shown(did(start("on|e\ntwo"), insertNewlineAndIndent)), "on\n|e\ntwo");
});

Deno.test("whatever is edited, no carriage return is left without its line feed, and no line feed without its return", () => {
  let seed = 7;
  const chance = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
  for (let round = 0; round < 300; round++) {
    let state = stateOf("a\r\nbb\r\n\r\nccc\r\n", 0);
    for (let step = 0; step < 12; step++) {
      const [one, other] = [chance(state.doc.length + 1), chance(state.doc.length + 1)];
      const insert = ["", "x", "\n", "p\nq", "\r\n"][chance(5)] ?? "";
      // The first line's end says what the text is.
      const from = Math.max(3, Math.min(one, other));
      const to = Math.max(from, Math.max(one, other) - chance(3));
      state = did(state, {
        changes: { from, to: Math.min(to, state.doc.length), insert: state.toText(insert) },
        selection: { anchor: from },
      });
      const now = state.doc.toString();
      assert.equal(/\r(?!\n)|(?<!\r)\n/.test(now), false, JSON.stringify(now));
      assert.equal(now.slice(state.selection.main.head - 1, state.selection.main.head + 1) === "\r\n", false);
    }
  }
});
