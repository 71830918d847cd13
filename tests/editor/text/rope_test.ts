import assert from "node:assert/strict";
import fc from "fast-check";
import { Rope } from "../../../editor/text/rope.ts";
import { deltaOn, dice, offsetIn, randomChanges, SHAPES, spliced, texts } from "./random_text.ts";

const encoder = new TextEncoder();
const bytes = (text: string) => encoder.encode(text).length;
const points = (text: string) => [...text].length;

/** Everything a rope says about its text, against the string. */
function check(rope: Rope, text: string, roll: number): void {
  rope.check();
  assert.equal(rope.toString(), text);
  assert.deepEqual([rope.length, rope.bytes, rope.points], [text.length, bytes(text), points(text)]);
  const lines = text.split("\n");
  assert.equal(rope.lines, lines.length);
  const at = offsetIn(text, roll);
  const before = text.slice(0, at);
  assert.equal(rope.lineAt(at), before.split("\n").length - 1);
  assert.equal(rope.bytesAt(at), bytes(before));
  assert.equal(rope.offsetOfBytes(bytes(before)), at);
  assert.equal(rope.pointsAt(at), points(before));
  assert.equal(rope.offsetOfPoints(points(before)), at);
  const line = roll % lines.length;
  const start = lines.slice(0, line).reduce((sum, other) => sum + other.length + 1, 0);
  assert.deepEqual([rope.lineStart(line), rope.lineEnd(line)], [start, start + lines[line]!.length]);
  assert.deepEqual([rope.charCodeAt(at), rope.codePointAt(at)], [text.charCodeAt(at), text.codePointAt(at)]);
}

const steps = fc.array(fc.record({ changes: randomChanges, roll: dice }), {
  minLength: 1,
  maxLength: 25,
  size: "max",
});

Deno.test("Rope follows a string through edits, in all units, and keeps its tree in order", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SHAPES), texts(), steps, (shape, start, all) => {
      let text = start;
      let rope = Rope.of(start, shape);
      check(rope, text, 7);
      for (const { changes, roll } of all) {
        const delta = deltaOn(text, changes);
        const before = rope;
        rope = delta.size === 1
          ? rope.replace(delta.from[0]!, delta.to[0]!, delta.insert[0]!)
          : rope.replaceAll(delta);
        assert.equal(before.toString(), text, "the rope before is as it was");
        text = spliced(text, delta);
        check(rope, text, roll);
      }
    }),
    { seed: 101, numRuns: 600 },
  );
});

Deno.test("Rope.slice() and concat() are those of strings, and share what they can", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SHAPES), texts(80), texts(80), dice, dice, (shape, a, b, x, y) => {
      const [from, to] = [offsetIn(a, x), offsetIn(a, y)].sort((p, q) => p - q) as [number, number];
      const rope = Rope.of(a, shape);
      const slice = rope.slice(from, to);
      check(slice, a.slice(from, to), x);
      assert.equal(rope.sliceString(from, to), a.slice(from, to));
      check(slice.concat(Rope.of(b, shape)), a.slice(from, to) + b, y);
      check(Rope.of(b, shape).concat(slice), b + a.slice(from, to), y);
      check(rope.replace(from, to, Rope.of(b, shape)), a.slice(0, from) + b + a.slice(to), x);
    }),
    { seed: 102, numRuns: 1500 },
  );
});

Deno.test("Rope.ofChunks() is the rope of the joined text, wherever the pieces part it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SHAPES), texts(200), fc.array(fc.nat(40)), (shape, text, sizes) => {
      const chunks: string[] = [];
      let at = 0;
      for (const size of sizes) chunks.push(text.slice(at, at += size));
      chunks.push(text.slice(at));
      check(Rope.ofChunks(chunks, shape), text, 3);
    }),
    { seed: 103, numRuns: 600 },
  );
});

Deno.test("Rope.equals() compares text, not trees", () => {
  fc.assert(
    fc.property(texts(60), texts(6), dice, (text, other, roll) => {
      const at = offsetIn(text, roll);
      const edited = Rope.of(text, SHAPES[0]).replace(at, at, other).replace(at, at + other.length, "");
      assert.ok(edited.equals(Rope.of(text, SHAPES[2])));
      const changed = text.slice(0, at) + other + text.slice(at);
      assert.equal(Rope.of(changed).equals(Rope.of(text)), changed === text);
    }),
    { seed: 104, numRuns: 500 },
  );
});

Deno.test("Rope reads by chunks without a gap, from any place to any other", () => {
  fc.assert(
    fc.property(fc.constantFrom(...SHAPES), texts(80), dice, dice, (shape, text, x, y) => {
      const rope = Rope.of(text, shape);
      const [from, to] = [offsetIn(text, x), offsetIn(text, y)].sort((p, q) => p - q) as [number, number];
      assert.equal([...rope.chunks(from, to)].join(""), text.slice(from, to));
      const { text: chunk, start } = rope.chunkAt(from);
      assert.equal(chunk, text.slice(start, start + chunk.length));
      assert.ok(start <= from && (from < start + chunk.length || from === text.length));
    }),
    { seed: 105, numRuns: 500 },
  );
});

Deno.test("Rope stores a lone surrogate as U+FFFD and refuses a cut inside a pair", () => {
  assert.equal(Rope.of("a\ud83db").toString(), "a\ufffdb");
  assert.equal(Rope.of("ab").replace(1, 1, "\ude00").toString(), "a\ufffdb");
  const rope = Rope.of("a😀b");
  const inside = { name: "RangeError", message: /inside a surrogate pair/ };
  for (
    const cut of [
      () => rope.slice(2),
      () => rope.replace(2, 3, ""),
      () => rope.bytesAt(2),
      () => rope.pointsAt(2),
    ]
  ) {
    assert.throws(cut, inside);
  }
  assert.deepEqual([
    rope.snap(2),
    rope.snap(2, 1),
    rope.snap(3),
    rope.snap(-5),
    rope.snap(99),
    rope.snap(NaN),
  ], [1, 3, 3, 0, 4, 0]);
});

Deno.test("Rope refuses what is not in the text, naming place and length", () => {
  const rope = Rope.of("one\ntwo");
  assert.throws(() => rope.slice(3, 9), {
    name: "RangeError",
    message: "Cannot take 3 to 9: the text has 7 units",
  });
  assert.throws(() => rope.replace(5, 4, ""), RangeError);
  assert.throws(() => rope.lineStart(3), { message: "Cannot find line 3: the text has 2" });
  assert.throws(() => rope.offsetOfBytes(8), RangeError);
  assert.throws(() => rope.offsetOfPoints(-1), RangeError);
  assert.throws(() => rope.lineAt(NaN), RangeError);
  assert.throws(
    () => rope.replaceAll({ from: [4, 2], to: [5, 3], insert: ["", ""] }),
    /the change before it ends at 5/,
  );
  assert.deepEqual([rope.charCodeAt(7), rope.codePointAt(-1)], [NaN, undefined]);
});

Deno.test("Rope.offsetOfBytes() inside a code point gives its start", () => {
  const rope = Rope.of("é漢😀");
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 8, 9].map((at) => rope.offsetOfBytes(at)), [
    0,
    0,
    1,
    1,
    1,
    2,
    2,
    2,
    4,
  ]);
});

Deno.test("Rope of a long line, many lines and nothing answers for its ends", () => {
  for (const text of ["", "\n", "x".repeat(5000), "\n".repeat(5000), "é\n".repeat(3000)]) {
    const rope = Rope.of(text);
    assert.equal(rope.lineStart(rope.lines), text.length);
    assert.equal(rope.lineAt(text.length), rope.lines - 1);
    assert.equal(rope.isAscii, !text.includes("é"));
    rope.check();
  }
});
