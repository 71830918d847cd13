import assert from "node:assert/strict";
import fc from "fast-check";
import { Rope } from "../../../editor/text/rope.ts";
import { TextBuffer } from "../../../editor/text/text_buffer.ts";
import { deltaOn, dice, offsetIn, type RandomChange, SHAPES, spliced, texts } from "./random_text.ts";

const step = fc.record({
  /** Near the last edit, as people type, or anywhere. */
  near: fc.constantFrom(true, true, true, false),
  change: fc.record({ from: dice, size: fc.constantFrom(0, 0, 1, 2, 7), insert: texts(3) }),
  read: fc.constantFrom("no", "no", "snapshot", "slice", "points", "all"),
});

Deno.test("TextBuffer follows a string through typing, and its snapshots stay as they were", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SHAPES),
      texts(60),
      fc.array(step, { maxLength: 60, size: "max" }),
      (shape, start, steps) => {
        const buffer = new TextBuffer(Rope.of(start, shape));
        let text = start;
        let cursor = 0;
        const kept: [Rope, string][] = [];
        for (const { near, change, read } of steps) {
          const from = near ? offsetIn(text, Math.max(0, cursor - (change.from % 3))) : change.from;
          const moved: RandomChange = { ...change, from: Math.min(from, near ? text.length : from) };
          const delta = deltaOn(text, near ? [{ ...moved, from: offsetIn(text, moved.from) }] : [moved]);
          const before = text;
          text = spliced(text, delta);
          for (const { from, to, insert } of delta.changes()) {
            assert.equal(buffer.sliceString(from, to), before.slice(from, to));
            buffer.replace(from, to, insert);
            cursor = from + insert.length;
          }
          assert.equal(buffer.length, text.length);
          if (read === "snapshot") {
            const rope = buffer.snapshot();
            assert.equal(buffer.snapshot(), rope, "one object until the next change");
            rope.check();
            kept.push([rope, text]);
          } else if (read === "slice") {
            const [a, b] = [offsetIn(text, change.from), offsetIn(text, change.from * 7 % 1000003)].sort((
              x,
              y,
            ) => x - y) as [number, number];
            assert.equal(buffer.sliceString(a, b), text.slice(a, b));
          } else if (read === "points") {
            for (const roll of [cursor, cursor + 3, cursor - 2, change.from]) {
              const at = offsetIn(text, Math.abs(roll));
              assert.equal(buffer.offsetOfPoints([...text.slice(0, at)].length), at);
            }
          } else if (read === "all") {
            const cut = text.split("").findIndex((_, at) => buffer.cutsPair(at));
            assert.equal(cut, text.search(/(?<=[\ud800-\udbff])[\udc00-\udfff]/));
          }
        }
        assert.equal(buffer.snapshot().toString(), text);
        for (const [rope, then] of kept) assert.equal(rope.toString(), then);
      },
    ),
    { seed: 501, numRuns: 400 },
  );
});

Deno.test("TextBuffer.replaceAll() carries out many changes on top of one that is pending", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SHAPES),
      texts(60),
      texts(3),
      fc.array(fc.record({ from: dice, size: fc.nat(4), insert: texts(2) }), { minLength: 1, maxLength: 12 }),
      (shape, start, typed, changes) => {
        const buffer = new TextBuffer(Rope.of(start, shape));
        buffer.replace(0, 0, typed);
        const text = typed + start;
        const delta = deltaOn(text, changes);
        buffer.replaceAll(delta, delta.newLength);
        assert.equal(buffer.snapshot().toString(), spliced(text, delta));
        buffer.snapshot().check();
      },
    ),
    { seed: 502, numRuns: 300 },
  );
});
