/** Indentation, folds and comments by lines alone. */

import assert from "node:assert/strict";
import { insertNewlineAndIndent, toggleComment } from "@codemirror/commands";
import { foldService } from "@codemirror/language";
import { EditorState, type StateCommand, Text } from "@codemirror/state";
import { foldByLines, indentationOf, linesKnown } from "../../../../ui/app/editor/code/by_lines.ts";

function did(file: string, marked: string, command: StateCommand): string {
  const at = marked.indexOf("|");
  const doc = Text.of(marked.replace("|", "").split("\n"));
  let state = EditorState.create({ doc, selection: { anchor: at }, extensions: linesKnown(file, doc) });
  command({ state, dispatch: (transaction) => state = transaction.state });
  const text = state.doc.toString();
  return `${text.slice(0, state.selection.main.head)}|${text.slice(state.selection.main.head)}`;
}

Deno.test("a new line is indented as the one before, further in behind a bracket, and between two brackets on a line of its own", () => {
  const enter = (file: string, marked: string) => did(file, marked, insertNewlineAndIndent);
  assert.equal(enter("a.ts", "  one();|"), "  one();\n  |");
  assert.equal(enter("a.ts", "  if (x) {|"), "  if (x) {\n    |");
  assert.equal(enter("a.ts", "if (x) {|}"), "if (x) {\n  |\n}");
  assert.equal(enter("a.ts", "    a\n        b {|"), "    a\n        b {\n            |");
  assert.equal(enter("a.ts", "if (x) {\n|b"), "if (x) {\n\n|b");
  assert.equal(enter("a.go", "\tif x {|"), "\tif x {\n\t\t|");
  assert.equal(enter("a.py", "def f():|"), "def f():\n  |");
  assert.equal(enter("a.ts", "label:|"), "label:\n|");
  assert.equal(enter("a.md", "  - one {|"), "  - one {\n  |");
});

Deno.test("comments are toggled in the words of the file's language", () => {
  assert.equal(did("a.ts", "one|", toggleComment), "// one|");
  assert.equal(did("a.py", "one|", toggleComment), "# one|");
  assert.equal(did("x.workflow.jsonc", "// one|", toggleComment), "one|");
  assert.equal(did("a.css", "one|", toggleComment), "/* one| */");
  assert.equal(did("Makefile", "one|", toggleComment), "# one|");
});

Deno.test("indentationOf() tells tabs and the width of a step", () => {
  const of = (text: string) => indentationOf(Text.of(text.split("\n")));
  assert.equal(of("a\n\tb\n\tc"), "\t");
  assert.equal(of("a\n    b\n        c\n    d\ne\n    f"), "    ");
  assert.equal(of("/**\n * One.\n */\na {\n  b\n}\nc {\n  d\n}"), "  ");
  assert.equal(of("nothing"), "  ");
});

Deno.test("what is further in is folded below its line, and prose below its heading", () => {
  const folded = (file: string, text: string, line: number) => {
    const state = EditorState.create({
      doc: Text.of(text.split("\n")),
      extensions: foldService.of(foldByLines(file)),
    });
    const found = foldByLines(file)(state, state.doc.line(line).from);
    return found === null ? null : state.sliceDoc(found.from, found.to);
  };
  const code = "a {\n  b {\n    c\n\n  }\n}\nd";
  assert.equal(folded("a.ts", code, 1), "\n  b {\n    c\n\n  }");
  assert.equal(folded("a.ts", code, 2), "\n    c");
  assert.equal(folded("a.ts", code, 3), null);
  const prose = "# One\ntext\n## Two\nmore\n# Three";
  assert.equal(folded("a.md", prose, 1), "\ntext\n## Two\nmore");
  assert.equal(folded("a.md", prose, 3), "\nmore");
  assert.equal(folded("a.md", prose, 5), null);
});
