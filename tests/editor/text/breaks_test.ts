import assert from "node:assert/strict";
import fc from "fast-check";
import { Breaks } from "../../../editor/text/breaks.ts";

const step = fc.record({
  at: fc.nat(0xffff),
  removed: fc.oneof(fc.nat(5), fc.nat(3000)),
  gaps: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
  many: fc.boolean(),
  shift: fc.nat(30),
});

Deno.test("Breaks are a sorted list: splice, shift, count and index", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30, size: "max" }), (steps) => {
      const breaks = new Breaks();
      let model: number[] = [];
      for (const { at, removed, gaps, many, shift } of steps) {
        const from = model.length === 0 ? 0 : at % (model.length + 1);
        const to = Math.min(model.length, from + removed);
        let offset = model[from - 1] ?? 0;
        const offsets = (many ? Array.from({ length: 50 }, () => gaps).flat() : gaps).map((gap) =>
          offset += gap
        );
        // What follows must stay behind what was put in.
        const room = Math.max(shift, offset + 1 - (model[to] ?? Infinity));
        breaks.splice(from, to, offsets, room);
        model = [...model.slice(0, from), ...offsets, ...model.slice(to).map((value) => value + room)];
        assert.equal(breaks.length, model.length);
        for (
          const index of [0, 1, from, from + 1, model.length - 1, at % (model.length + 1), -1, model.length]
        ) {
          assert.equal(breaks.at(index), model[index]);
        }
        for (const place of [0, offset, offset - 1, at % 2000, (model.at(-1) ?? 0) + 1]) {
          assert.equal(breaks.count(place), model.filter((value) => value <= place).length);
        }
      }
      breaks.clear();
      assert.deepEqual([breaks.length, breaks.at(0), breaks.count(9)], [0, undefined, 0]);
    }),
    { seed: 601, numRuns: 150 },
  );
});

/** A list of breaks in a text of some length. */
const places = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3_000, size: "max" }).map((gaps) => {
  let at = 0;
  return gaps.map((gap) => at += gap);
});

Deno.test("Breaks.count() and at() are each other's inverse", () => {
  fc.assert(
    fc.property(places, fc.nat(30_000), (offsets, offset) => {
      const breaks = new Breaks();
      breaks.splice(0, 0, offsets, 0);
      const count = breaks.count(offset);
      assert.ok((breaks.at(count - 1) ?? -1) <= offset && offset < (breaks.at(count) ?? Infinity));
      for (let index = 0; index < offsets.length; index += 17) {
        assert.equal(breaks.count(breaks.at(index) ?? NaN), index + 1);
        assert.equal(breaks.count((breaks.at(index) ?? NaN) - 1), index);
      }
    }),
    { seed: 602, numRuns: 100 },
  );
});

Deno.test("Breaks.splice() is undone by its reverse", () => {
  fc.assert(
    fc.property(places, places, fc.nat(), fc.nat(), (offsets, others, one, other) => {
      const breaks = new Breaks();
      breaks.splice(0, 0, offsets, 0);
      const [a, b] = [one % (offsets.length + 1), other % (offsets.length + 1)];
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const base = offsets[from - 1] ?? 0;
      const put = others.map((offset) => offset + base);
      const shift = (put.at(-1) ?? 0) + 1;
      breaks.splice(from, to, put, shift);
      breaks.splice(from, from + put.length, offsets.slice(from, to), -shift);
      assert.deepEqual(Array.from(offsets, (_, index) => breaks.at(index)), offsets);
      assert.equal(breaks.length, offsets.length);
    }),
    { seed: 603, numRuns: 100 },
  );
});
