/**
 * What is known to hurt editors: ten thousand carets, and a line of 1.5 MB. Each keystroke with its history, the carets carried along, and
 * a snapshot for the view.
 *
 * @module
 */

import { Delta } from "../../editor/text/delta.ts";
import { TextDocument } from "../../editor/text/document.ts";
import { line, print, sample } from "../tail.ts";

const CARETS = 10_000;
const LINE = "const value = compute(first, second);\n";
const starts = Array.from({ length: CARETS }, (_, at) => at * LINE.length + 5);

print(`${CARETS.toLocaleString("en")} carets, one character in each`);
{
  let text = LINE.repeat(CARETS);
  let carets = starts.slice();
  const floor = await sample(() => {
    let next = "";
    let done = 0;
    for (const caret of carets) {
      next += text.slice(done, caret) + "x";
      done = caret;
    }
    text = next + text.slice(done);
    carets = carets.map((caret, at) => caret + at + 1);
    return text.charCodeAt(5);
  }, 100);
  print(`  ${line("floor: a plain string, joined anew", floor)}`);
  const document = new TextDocument(LINE.repeat(CARETS));
  carets = starts.slice();
  const ours = await sample(() => {
    const delta = Delta.of(document.length, carets.map((at) => ({ from: at, to: at, insert: "x" })));
    document.edit({ delta, author: "user", group: 1 });
    carets = delta.mapOffsets(carets, 1);
    return document.text.length;
  }, 100);
  print(`  ${line("symphony TextDocument, with history", ours, floor)}`);
  const { ChangeSet, EditorSelection, EditorState } = await import("@codemirror/state");
  let state = EditorState.create({
    doc: LINE.repeat(CARETS),
    extensions: EditorState.allowMultipleSelections.of(true),
    selection: EditorSelection.create(starts.map((at) => EditorSelection.cursor(at))),
  });
  const theirs = await sample(() => {
    const changes = ChangeSet.of(
      state.selection.ranges.map(({ head }) => ({ from: head, insert: "x" })),
      state.doc.length,
    );
    state = state.update({ changes }).state;
    return state.doc.length;
  }, 100);
  print(`  ${line("CodeMirror EditorState, without history", theirs, floor)}`);
  print(
    "  the real xi-core, with its front end           810 ms (xi-engine.md, measured on a machine of this kind)",
  );
}

print("one line of 1.5 MB, one character in its middle");
{
  let text = "x".repeat(1.5e6);
  const floor = await sample((step) => {
    text = `${text.slice(0, 700_000 + step)}y${text.slice(700_000 + step)}`;
    return text.charCodeAt(700_000);
  }, 300);
  print(`  ${line("floor: a plain string", floor)}`);
  const document = new TextDocument(`before\n${"x".repeat(1.5e6)}\nafter`);
  const ours = await sample((step) => {
    document.replace(700_000 + step, 700_000 + step, "y", "user");
    return document.text.lineAt(700_000);
  }, 3000);
  print(`  ${line("symphony TextDocument, with history", ours, floor)}`);
  const { Text } = await import("@codemirror/state");
  let other = Text.of(["before", "x".repeat(1.5e6), "after"]);
  const theirs = await sample((step) => {
    other = other.replace(700_000 + step, 700_000 + step, Text.of(["y"]));
    return other.lineAt(700_000).number;
  }, 300);
  print(`  ${line("CodeMirror Text", theirs, floor)}`);
  print("  the real xi-core, with its front end           50 ms, 104 ms with word wrap (xi-engine.md)");
}
