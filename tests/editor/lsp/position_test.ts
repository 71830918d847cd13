import assert from "node:assert/strict";
import fc from "fast-check";
import { type PositionEncoding, PositionMap } from "../../../editor/lsp/position.ts";
import { walkPositions } from "../../../editor/lsp/position_walk.ts";
import { Rope } from "../../../editor/text/rope.ts";

const encodings: readonly PositionEncoding[] = ["utf-8", "utf-16", "utf-32"];
const tiny = { leaf: 8, branch: 4 };

/** Texts with every kind of line end and every width of character. */
const texts = fc.array(fc.constantFrom("a", "bc", "é", "漢", "😀", "\n", "\r\n", "\r", " "), {
  maxLength: 60,
})
  .map((parts) => parts.join(""));

/** The lines of a text as the protocol says, each with its start and the end of its content. */
function linesOf(text: string): { start: number; end: number }[] {
  const lines: { start: number; end: number }[] = [];
  let start = 0;
  for (const found of text.matchAll(/\r\n|\r|\n/g)) {
    lines.push({ start, end: found.index });
    start = found.index + found[0].length;
  }
  lines.push({ start, end: text.length });
  return lines;
}

function units(text: string, encoding: PositionEncoding): number {
  if (encoding === "utf-16") return text.length;
  return encoding === "utf-8" ? new TextEncoder().encode(text).length : [...text].length;
}

function boundaries(text: string): number[] {
  const all = [0];
  for (const character of text) all.push((all.at(-1) as number) + character.length);
  return all;
}

Deno.test("PositionMap names each offset as a naive count does, and finds it again", () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(...encodings), (text, encoding) => {
      const map = new PositionMap(Rope.of(text), encoding);
      const lines = linesOf(text);
      assert.equal(map.lines, lines.length);
      for (const offset of boundaries(text)) {
        const line = lines.findLastIndex(({ start }) => start <= offset);
        const { start, end } = lines[line] as { start: number; end: number };
        const position = map.position(offset);
        assert.deepEqual(position, { line, character: units(text.slice(start, offset), encoding) });
        // Between the halves of "\r\n" there is no position: it counts as the end of the line.
        assert.equal(map.offset(position), Math.min(offset, end));
      }
    }),
    { seed: 1, numRuns: 1000 },
  );
});

Deno.test("PositionMap brings what a server invents into the text", () => {
  fc.assert(
    fc.property(
      texts,
      fc.constantFrom(...encodings),
      fc.oneof(fc.nat(70), fc.constantFrom(-1, NaN, Infinity, 2 ** 31 - 1, 1.5)),
      fc.oneof(fc.nat(70), fc.constantFrom(-1, NaN, Infinity, 2 ** 31 - 1, 1.5)),
      (text, encoding, line, character) => {
        const offset = new PositionMap(Rope.of(text), encoding).offset({ line, character });
        assert.ok(boundaries(text).includes(offset), `${offset} is in the text and cuts no pair`);
      },
    ),
    { seed: 2, numRuns: 1000 },
  );
});

Deno.test("PositionMap.editSpan() refuses what would cut a character or means nothing", () => {
  const map = (encoding: PositionEncoding) => new PositionMap(Rope.of("a😀b\nc"), encoding);
  const range = (a: number, b: number, c: number, d: number) => ({
    start: { line: a, character: b },
    end: { line: c, character: d },
  });
  assert.deepEqual(map("utf-16").editSpan(range(0, 1, 0, 3)), { from: 1, to: 3 });
  assert.deepEqual(map("utf-8").editSpan(range(0, 1, 0, 5)), { from: 1, to: 3 });
  assert.deepEqual(map("utf-32").editSpan(range(0, 1, 0, 2)), { from: 1, to: 3 });
  assert.equal(map("utf-16").editSpan(range(0, 2, 0, 3)), undefined, "cuts a pair");
  assert.equal(map("utf-8").editSpan(range(0, 3, 0, 5)), undefined, "cuts a code point");
  assert.equal(map("utf-8").editSpan(range(1, 0, 0, 5)), undefined, "ends before it starts");
  assert.equal(map("utf-8").editSpan(range(0, -1, 0, 5)), undefined, "negative");
  assert.equal(map("utf-8").editSpan(range(9, 0, 9, 5)), undefined, "behind the text");
  assert.equal(
    map("utf-8").editSpan({ start: { line: 0, character: NaN }, end: { line: 0, character: 1 } }),
    undefined,
  );
  assert.equal(map("utf-8").editSpan(null as unknown as Parameters<PositionMap["editSpan"]>[0]), undefined);
  assert.deepEqual(map("utf-16").editSpan(range(0, 0, 2, 0)), { from: 0, to: 6 }, "the whole text");
  assert.deepEqual(
    map("utf-16").editSpan(range(0, 4, 0, 999)),
    { from: 4, to: 4 },
    "past the end of its line",
  );
  assert.deepEqual(map("utf-16").editSpan(range(2, 0, 2, 0)), { from: 6, to: 6 }, "the end");
});

Deno.test("PositionMap over a large text agrees with one over the same text in tiny leaves", () => {
  const text = "let 漢 = '😀';\r\nlone\rreturn\n".repeat(200);
  const [large, small] = [Rope.of(text), Rope.of(text, tiny)];
  for (const encoding of encodings) {
    const [a, b] = [new PositionMap(large, encoding), new PositionMap(small, encoding)];
    for (let at = 0; at < text.length; at += 7) {
      const offset = large.snap(at);
      assert.deepEqual(a.position(offset), b.position(offset));
      assert.equal(a.offset(a.position(offset)), b.offset(b.position(offset)));
    }
  }
});

Deno.test("walkPositions() gives what PositionMap gives, for texts without lone carriage returns", () => {
  const parts = fc.constantFrom("a", "bc", "é", "漢", "😀", "\n", "\r\n", "\r\n", " ");
  fc.assert(
    fc.property(
      fc.array(parts, { minLength: 1, maxLength: 80 }).map((all) => all.join("")),
      fc.constantFrom(...encodings),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      (text, encoding, shares) => {
        const rope = Rope.of(text, tiny);
        const map = new PositionMap(rope, encoding);
        const offsets = shares.map((share) => rope.snap(Math.round(share * text.length))).sort((a, b) =>
          a - b
        );
        assert.deepEqual(
          walkPositions(rope, encoding, offsets),
          offsets.map((offset) => ({
            position: map.position(offset),
            partsReturn: text[offset] === "\n" && text[offset - 1] === "\r",
          })),
        );
      },
    ),
    { seed: 4, numRuns: 1000 },
  );
});
