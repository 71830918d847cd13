import assert from "node:assert/strict";
import fc from "fast-check";
import { SoftBreaks } from "../../../editor/view/soft_breaks.ts";

const step = fc.record({
  at: fc.nat(0xffff),
  removed: fc.oneof(fc.nat(5), fc.nat(3000)),
  gaps: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
  many: fc.boolean(),
  shift: fc.nat(30),
});

Deno.test("SoftBreaks are a sorted list: splice, shift, count and index", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30, size: "max" }), (steps) => {
      const breaks = new SoftBreaks();
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
