/**
 * Marks and sets of ranges over a text that changes, against the plainest model there is, and the layers of plugins.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Annotations } from "../../../editor/plugins/annotations.ts";
import { Layer, Layers } from "../../../editor/plugins/layers.ts";
import { RangeSet } from "../../../editor/plugins/range_set.ts";
import { Delta } from "../../../editor/text/delta.ts";

Deno.test("RangeSet is a set of units, whatever is added, taken away and edited", () => {
  const moves = fc.array(
    fc.tuple(
      fc.constantFrom("add", "remove", "edit"),
      fc.nat({ max: 60 }),
      fc.nat({ max: 20 }),
      fc.nat({ max: 3 }),
    ),
    {
      maxLength: 30,
    },
  );
  fc.assert(
    fc.property(moves, (list) => {
      const set = new RangeSet();
      let units: boolean[] = new Array(80).fill(false);
      for (const [kind, at, size, insert] of list) {
        const from = Math.min(at, units.length);
        const to = Math.min(from + size, units.length);
        if (kind === "edit") {
          set.apply(Delta.replace(units.length, from, to, "x".repeat(insert)));
          // What is inserted belongs to a range that began before and went on there.
          const isInside = units[from - 1] === true && units[from] === true;
          units = [...units.slice(0, from), ...new Array(insert).fill(isInside), ...units.slice(to)];
        } else {
          if (kind === "add") set.add(from, to);
          else set.remove(from, to);
          units.fill(kind === "add", from, to);
        }
        const held = new Array(units.length).fill(false);
        for (const range of set.ranges) held.fill(true, range.from, range.to);
        assert.deepEqual(held, units);
        const missing = new Array(units.length).fill(true);
        for (const range of set.missing(0, units.length)) missing.fill(false, range.from, range.to);
        assert.deepEqual(missing, units);
      }
    }),
    { seed: 20_261_126, numRuns: 300 },
  );
});

Deno.test("Annotations move with the text and go when their text is edited", () => {
  const marks = new Annotations();
  marks.replace("lint", 0, 20, [{ from: 2, to: 5, data: 1 }, { from: 8, to: 8, data: 2 }, {
    from: 10,
    to: 12,
    data: 3,
  }]);
  marks.apply(Delta.replace(20, 0, 0, "ab"));
  marks.apply(Delta.replace(22, 5, 6, ""));
  assert.deepEqual([...marks.within(0, 40)].map(({ from, to, data }) => [from, to, data]), [[9, 9, 2], [
    11,
    13,
    3,
  ]]);
  marks.replace("lint", 11, 13, []);
  marks.replace("todo", 0, 1, [{ from: 0, to: 1, data: null }]);
  assert.deepEqual([...marks.within(0, 40)].map(({ type, data }) => [type, data]), [["lint", 2], [
    "todo",
    null,
  ]]);
});

Deno.test("Layers keep the order of the plugins' numbers, and a layer knows when nothing changes", () => {
  const layers = new Layers();
  for (const id of [7, 0, 3]) layers.of(id);
  assert.deepEqual(layers.all.map(({ pluginId }) => pluginId), [0, 3, 7]);
  assert.equal(layers.remove(3), true);
  assert.equal(layers.remove(3), false);
  const layer = new Layer(1);
  const spans = [{ from: 1, to: 4, value: 0 }, { from: 6, to: 9, value: 1 }];
  assert.equal(layer.replaceSpans(0, 10, spans), true);
  assert.equal(layer.replaceSpans(0, 10, spans), false);
  assert.equal(layer.replaceSpans(2, 7, [{ from: 2, to: 4, value: 0 }, { from: 6, to: 7, value: 1 }]), false);
  assert.equal(layer.replaceSpans(2, 7, []), true);
});
