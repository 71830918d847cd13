import assert from "node:assert/strict";
import fc from "fast-check";
import { Rope } from "../../../editor/text/rope.ts";
import { Lines } from "../../../editor/view/lines.ts";
import { Reader } from "../../../editor/view/reader.ts";
import { columnRuler, pixelRuler, type Ruler, Widths } from "../../../editor/view/ruler.ts";
import { anEdit, aText, deltaOf } from "./texts.ts";

function wrapped(text: Rope, ruler: Ruler): Lines {
  const lines = new Lines();
  lines.setRuler(text, ruler);
  while (!lines.isConverged) lines.wrapSome(text, 0, 10);
  return lines;
}

function shown(lines: Lines, text: Rope): string[] {
  return Array.from(lines.from(text, 0, Infinity), ({ start, end }) => text.sliceString(start, end));
}

/** Checks every conversion of `lines` against the lines it shows. */
function checkConversions(lines: Lines, text: Rope): void {
  const all = [...lines.from(text, 0, Infinity)];
  assert.equal(all.length, lines.count(text));
  const offsets = Array.from({ length: text.length + 1 }, (_, offset) => offset).filter((offset) =>
    text.snap(offset) === offset
  );
  assert.deepEqual(lines.linesAt(text, offsets), offsets.map((offset) => lines.lineAt(text, offset)));
  assert.equal(all.map(({ start, end }) => text.sliceString(start, end)).join(""), text.toString());
  all.forEach(({ start, end, logical }, index) => {
    assert.equal(lines.lineStart(text, index), start);
    assert.equal(lines.lineAt(text, start), index);
    if (end > start) assert.equal(lines.lineAt(text, text.snap(end - 1)), index);
    assert.equal(logical, text.lineStart(text.lineAt(start)) === start ? text.lineAt(start) : undefined);
  });
}

Deno.test("Lines of an edited text are those of the text wrapped anew", () => {
  const property = fc.property(
    aText,
    fc.array(anEdit, { maxLength: 12 }),
    fc.nat({ max: 12 }),
    (start, edits, limit) => {
      const ruler = columnRuler(limit + 1);
      let text = Rope.of(start);
      const lines = wrapped(text, ruler);
      for (const edit of edits) {
        const delta = deltaOf(text, edit);
        const after = delta.apply(text);
        const summary = delta.summary();
        const before = lines.count(text);
        const change = summary === undefined ? undefined : lines.edit(after, text, summary);
        text = after;
        assert.deepEqual(shown(lines, text), shown(wrapped(text, ruler), text));
        if (change !== undefined) assert.equal(lines.count(text), before + change.added - change.removed);
        checkConversions(lines, text);
      }
    },
  );
  fc.assert(property, { numRuns: 1500, seed: 3 });
});

Deno.test("Lines say which lines of a long paragraph an edit left alone", () => {
  // Words of uneven lengths, so that lines find together again soon.
  let seed = 1;
  const lengths = Array.from({ length: 10_000 }, () => (seed = (seed * 48271) % 0x7fffffff) % 11 + 1);
  const words = Rope.of(lengths.map((length) => "abcdefghijk".slice(0, length)).join(" "));
  const ruler = columnRuler(20);
  const lines = wrapped(words, ruler);
  fc.assert(
    fc.property(anEdit, (edit) => {
      const own = wrapped(words, ruler);
      const delta = deltaOf(words, { ...edit, insert: edit.insert.replaceAll(/[\n\r\u2028]/g, "") });
      const summary = delta.summary();
      if (summary === undefined) return;
      const text = delta.apply(words);
      const change = own.edit(text, words, summary);
      assert.ok(change !== undefined && change.removed < 300, "only lines near the edit change");
      const before = shown(lines, words);
      const after = shown(own, text);
      assert.deepEqual(after.slice(0, change.start), before.slice(0, change.start));
      assert.deepEqual(after.slice(change.start + change.added), before.slice(change.start + change.removed));
      assert.deepEqual(after, shown(wrapped(text, ruler), text));
    }),
    { numRuns: 60, seed: 4 },
  );
});

Deno.test("Lines measured in pixels ask for what they do not know and end as if they had known", () => {
  fc.assert(
    fc.property(aText, fc.array(anEdit, { maxLength: 6 }), (start, edits) => {
      const width = (text: string) => [...text].length * 7 + (text.includes("x") ? 3 : 0);
      const widths = new Widths();
      const ruler = pixelRuler(50, widths);
      const all: Ruler = { limit: 50, isColumns: false, width, estimate: width };
      let text = Rope.of(start);
      const lines = new Lines();
      lines.setRuler(text, ruler);
      const settle = () => {
        for (let round = 0; !lines.isConverged; round++) {
          assert.ok(round < 1000, "wrapping ends");
          for (const unknown of lines.unknown(text, 0)) widths.set(unknown, width(unknown));
          lines.wrapSome(text, 0, 10);
        }
      };
      settle();
      for (const edit of edits) {
        const delta = deltaOf(text, edit);
        const after = delta.apply(text);
        const summary = delta.summary();
        if (summary !== undefined) lines.edit(after, text, summary);
        text = after;
        settle();
        assert.deepEqual(shown(lines, text), shown(wrapped(text, all), text));
      }
    }),
    { numRuns: 400, seed: 5 },
  );
});

Deno.test("Lines.offsetAt() gives places that Lines.place() gives back", () => {
  fc.assert(
    fc.property(
      aText,
      fc.nat({ max: 30 }),
      fc.nat({ max: 40 }),
      fc.nat({ max: 9 }),
      (source, line, column, limit) => {
        const text = Rope.of(source);
        const lines = limit === 0 ? new Lines() : wrapped(text, columnRuler(limit));
        const offset = lines.offsetAt(new Reader(text), line, column);
        const [backLine, backColumn] = lines.place(text, offset);
        assert.ok(backLine <= Math.max(line, 0) || line >= lines.count(text));
        if (line < lines.count(text)) {
          assert.equal(backLine, line, `line ${line}, column ${column} of ${JSON.stringify(source)}`);
          assert.ok(backColumn <= column);
        } else assert.equal(offset, text.length);
      },
    ),
    { numRuns: 3000, seed: 6 },
  );
});

Deno.test("Lines.wrapSome() begins with what is visible and goes on in batches", () => {
  const text = Rope.of("aaa bbb ccc ddd\n".repeat(3000));
  const lines = new Lines();
  lines.setRuler(text, columnRuler(8));
  lines.wrapSome(text, 2000, 30);
  assert.equal(lines.needsWrap(text, 2000, 2030), false);
  assert.equal(lines.isConverged, false);
  assert.equal(lines.lineStart(text, 100), 100 * 16, "lines before are not wrapped yet");
  let batches = 1;
  while (lines.wrapSome(text, 2000, 30) !== undefined) batches++;
  assert.ok(batches > 5 && batches < 20);
  assert.equal(lines.count(text), 6001);
});
