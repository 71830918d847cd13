/**
 * The log of revisions against a plain list of them: what it finds by group and by author, whatever is noted, taken back and forgotten.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { RevisionLog } from "../../../editor/text/revision_log.ts";

interface Noted {
  readonly end: number;
  readonly author: string;
  readonly group: number;
}

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("push" as const),
      size: fc.integer({ min: 1, max: 2 }),
      author: fc.constantFrom("ann", "bob", "agent"),
      priority: fc.nat({ max: 1 }),
      // The same again, the next, one below, or any.
      group: fc.oneof(
        fc.constantFrom("same" as const, "next" as const, "down" as const),
        fc.nat({ max: 12 }),
      ),
      times: fc.integer({ min: 1, max: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("pop" as const), times: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("forget" as const), share: fc.nat({ max: 9 }) }) },
);

Deno.test("RevisionLog finds the events of a group and of an author as a look at all of them does", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: "max" }), fc.nat({ max: 40 }), (steps, from) => {
      const log = new RevisionLog(0, 0, 0);
      let model: Noted[] = [];
      let floor = 0;
      for (const each of steps) {
        if (each.type === "push") {
          for (let time = 0; time < each.times; time++) {
            const last = model.at(-1);
            const before = last?.group ?? 0;
            const group = each.group === "same"
              ? before
              : each.group === "next"
              ? before + 1
              : each.group === "down"
              ? Math.max(0, before - 1)
              : each.group;
            const end = (last?.end ?? floor) + each.size;
            log.push(end, end, each.author, each.priority, group);
            model.push({ end, author: each.author, group });
          }
        } else if (each.type === "pop") {
          for (let time = 0; time < each.times && model.length > 0; time++) {
            log.pop();
            model.pop();
          }
        } else {
          const count = Math.floor(model.length * each.share / 20);
          if (count === 0) continue;
          log.forget(log.first + count);
          floor = model[count - 1]!.end;
          model = model.slice(count);
        }
      }
      const start = (index: number) => model[index - 1]?.end ?? floor;
      const first = log.first + Math.min(from, model.length);
      for (const group of new Set([...model.map((each) => each.group), 99])) {
        const found = [...log.ofGroup(group, first)].flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, at) => start + at)
        );
        const wanted = model.flatMap((each, index) =>
          each.group === group && log.first + 1 + index >= first
            ? Array.from({ length: each.end - start(index) }, (_, at) => start(index) + at)
            : []
        );
        assert.deepEqual(found, wanted);
      }
      for (const author of ["ann", "bob", "agent", "nobody"]) {
        const found = [...log.ofAuthor(author)].flatMap(({ from, to, group }) =>
          Array.from({ length: to - from + 1 }, (_, at) => [to - at, group ?? log.groupOf(to - at)])
        );
        const wanted = model.map((each, index) => [log.first + 1 + index, each.group] as const)
          .filter((_, index) => model[index]!.author === author).reverse();
        assert.deepEqual(found, wanted.map((each) => [...each]));
      }
      for (let lv = floor; lv < (model.at(-1)?.end ?? floor); lv++) {
        const at = model.findIndex(({ end }) => end > lv);
        const { group, end } = log.groupAt(lv);
        assert.equal(log.revisionOf(lv), log.first + 1 + at);
        assert.equal(group, model[at]!.group);
        const through = model.findIndex((each) => each.end === end);
        assert.ok(through >= at && model.slice(at, through + 1).every((each) => each.group === group));
      }
    }),
    { seed: 20_261_126, numRuns: 1_500 },
  );
});
