import assert from "node:assert/strict";
import fc from "fast-check";
import { GroupNumbers } from "../../../editor/text/group_numbers.ts";
import { NumberRanges } from "../../../editor/text/number_ranges.ts";

Deno.test("NumberRanges is a set of numbers, told as ranges that do not touch", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(60), fc.nat(6)), { maxLength: 40, size: "max" }), (all) => {
      const ranges = new NumberRanges();
      const model = new Set<number>();
      for (const [from, size] of all) {
        if (size === 0) ranges.add(from);
        else ranges.addRange(from, from + size);
        for (let value = from; value <= from + size; value++) model.add(value);
        for (let value = -1; value < 70; value++) assert.equal(ranges.has(value), model.has(value));
      }
      const told = ranges.ranges();
      assert.ok(told.every(([from, to], at) => from <= to && from > (told[at - 1]?.[1] ?? -9) + 1));
      assert.equal(told.reduce((sum, [from, to]) => sum + to - from + 1, 0), model.size);
    }),
    { seed: 801, numRuns: 300 },
  );
});

Deno.test("GroupNumbers gives each number once, past those that were chosen, however large", () => {
  const groups = new GroupNumbers();
  const given = new Set<number>();
  for (const chosen of [3, 2, 0x7fffffff, 3]) {
    groups.take(chosen);
    given.add(chosen);
  }
  for (let count = 0; count < 5; count++) {
    assert.ok(!given.has(groups.next));
    given.add(groups.next);
    groups.take(groups.next);
  }
  assert.equal(groups.next, 8);
  groups.takeBelow(20);
  assert.equal(groups.next, 20);
});
