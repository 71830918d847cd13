import assert from "node:assert/strict";
import fc from "fast-check";
import { Anchors } from "../../../editor/text/anchors.ts";
import { Delta } from "../../../editor/text/delta.ts";
import { deltaOn, dice, randomChanges } from "./random_text.ts";

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("edit" as const), changes: randomChanges }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("add" as const),
      at: dice,
      bias: fc.constantFrom(-1 as const, 1 as const),
      count: fc.nat(90),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), at: dice }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("many" as const), gap: fc.integer({ min: 1, max: 5 }) }),
  },
);

Deno.test("Anchors move as Delta.mapOffset() moves each of them", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40, size: "max" }), (steps) => {
      const anchors = new Anchors();
      let text = "x".repeat(200);
      const model: { anchor: ReturnType<Anchors["add"]>; offset: number }[] = [];
      for (const one of steps) {
        if (one.kind === "add") {
          for (let count = 0; count <= one.count; count++) {
            const offset = (one.at + count * 7) % (text.length + 1);
            model.push({ anchor: anchors.add(offset, count % 3 === 0 ? one.bias : 1), offset });
          }
        } else if (one.kind === "remove") {
          const [gone] = model.splice(one.at % (model.length || 1), 1);
          gone?.anchor.release();
          if (gone !== undefined) {
            assert.equal(gone.anchor.offset, gone.offset, "where it was when it was released");
          }
        } else {
          const places = Array.from({ length: Math.floor(text.length / 6) }, (_, at) => at * 6);
          const delta = one.kind === "edit" ? deltaOn(text, one.changes) : Delta.of(
            text.length,
            places.map((from) => ({ from, to: from + (one.gap % 3), insert: "y".repeat(one.gap) })),
          );
          text = delta.applyToString(text);
          anchors.follow(delta);
          for (const entry of model) entry.offset = delta.mapOffset(entry.offset, entry.anchor.bias);
        }
        assert.deepEqual(model.map(({ anchor }) => anchor.offset), model.map(({ offset }) => offset));
        assert.equal(anchors.isEmpty, model.length === 0);
      }
    }),
    { seed: 401, numRuns: 150 },
  );
});
