import assert from "node:assert/strict";
import fc from "fast-check";
import { PositionMap } from "../../../editor/lsp/position.ts";
import { deltaOfChanges, deltaOfTextEdits } from "../../../editor/lsp/text_edits.ts";
import { Rope } from "../../../editor/text/rope.ts";

const mapOf = (text: string) => new PositionMap(Rope.of(text), "utf-16");
const range = (a: number, b: number, c: number, d: number) => ({
  start: { line: a, character: b },
  end: { line: c, character: d },
});

function changes(text: string, edits: unknown): string | unknown[] {
  const delta = deltaOfTextEdits(mapOf(text), edits);
  return delta.ok ? [...delta.value.changes()] : delta.error;
}

Deno.test("deltaOfTextEdits() keeps the order of inserts at one place and puts them before what is replaced there", () => {
  const edits = [
    { range: range(0, 1, 0, 2), newText: "R" },
    { range: range(0, 1, 0, 1), newText: "1" },
    { range: range(0, 1, 0, 1), newText: "2" },
    { range: range(0, 0, 0, 0), newText: "0" },
  ];
  const delta = deltaOfTextEdits(mapOf("abc"), edits);
  assert.equal(delta.ok && delta.value.applyToString("abc"), "0a12Rc");
});

Deno.test("deltaOfTextEdits() touches only what a whole new text changes", () => {
  const before = "function f() {\nreturn 1;\n}\n\nkept\nold\n";
  const after = "function f() {\n  return 1;\n}\nkept\nnew\nmore\n";
  assert.deepEqual(changes(before, [{ range: range(0, 0, 99, 0), newText: after }]), [
    { from: 15, to: 15, insert: "  " },
    { from: 27, to: 28, insert: "" },
    { from: 33, to: 36, insert: "new\nmore" },
  ]);
  assert.deepEqual(changes("same\ntext", [{ range: range(0, 0, 9, 0), newText: "same\ntext" }]), []);
});

Deno.test("deltaOfTextEdits() replaces words whole, so that who edits one meanwhile is noticed", () => {
  assert.deepEqual(changes("foo bar", [{ range: range(0, 0, 0, 3), newText: "fooBar" }]), [{
    from: 0,
    to: 3,
    insert: "fooBar",
  }]);
  assert.deepEqual(changes("  x = old;", [{ range: range(0, 0, 0, 10), newText: " x = odd;" }]), [
    { from: 0, to: 2, insert: " " },
    { from: 6, to: 9, insert: "odd" },
  ]);
});

Deno.test("deltaOfTextEdits() refuses what overlaps or is no edit, and says why", () => {
  assert.match(
    String(
      changes("abcdef", [{ range: range(0, 0, 0, 3), newText: "x" }, {
        range: range(0, 2, 0, 4),
        newText: "y",
      }]),
    ),
    /overlap at offset 2/,
  );
  for (
    const bad of [5, [5], [null], [{}], [{ range: range(0, 0, 0, 1) }], [{ newText: "x" }], [{
      range: range(5, 0, 5, 1),
      newText: "x",
    }]]
  ) {
    assert.equal(typeof changes("abc", bad), "string", JSON.stringify(bad));
  }
  assert.deepEqual(changes("abc", []), []);
});

Deno.test("deltaOfChanges() gives the text that plain replacement gives, however it is refined", () => {
  const text = fc.array(fc.constantFrom("a", "b\n", "😀", "\n", " "), { maxLength: 40 }).map((parts) =>
    parts.join("")
  );
  fc.assert(
    fc.property(text, text, fc.nat(60), fc.nat(60), (before, insert, one, other) => {
      const rope = Rope.of(before);
      const [from, to] = [rope.snap(Math.min(one, other)), rope.snap(Math.max(one, other), 1)];
      const delta = deltaOfChanges(new PositionMap(rope, "utf-16"), [{ from, to, insert }]);
      assert.equal(
        delta.ok && delta.value.applyToString(before),
        before.slice(0, from) + insert + before.slice(to),
      );
    }),
    { seed: 3, numRuns: 2000 },
  );
});
