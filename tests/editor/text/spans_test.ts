/**
 * Spans over a text that changes, against the plainest model there is, one value a unit, and the laws they keep.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Delta } from "../../../editor/text/delta.ts";
import { type Span, Spans } from "../../../editor/text/spans.ts";

/** Ranges with a value, ascending and apart, below `length`. */
function spansIn(length: number): fc.Arbitrary<Span[]> {
  return fc.array(fc.tuple(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 6 }), fc.nat({ max: 3 })), {
    maxLength: length,
  }).map((list) => {
    const spans: Span[] = [];
    let at = 0;
    for (const [gap, size, value] of list) {
      const from = at + gap;
      if (from + size > length) break;
      spans.push({ from, to: from + size, value });
      at = from + size;
    }
    return spans;
  });
}

type Step =
  | {
    readonly type: "replace";
    readonly at: number;
    readonly length: number;
    readonly spans: readonly Span[];
  }
  | {
    readonly type: "edit";
    readonly changes: readonly (readonly [gap: number, remove: number, insert: number])[];
  };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant("replace" as const),
      at: fc.nat({ max: 300 }),
      length: fc.nat({ max: 120 }),
      spans: spansIn(120),
    }),
    fc.record({
      type: fc.constant("edit" as const),
      changes: fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 8 }), fc.nat({ max: 4 })), {
        minLength: 1,
        maxLength: 50,
      }),
    }),
  ),
  { maxLength: 20 },
);

/** One value a unit, and where each span begins. */
class Model {
  units: { value: number; begins: boolean }[] = Array.from(
    { length: 400 },
    () => ({ value: -1, begins: false }),
  );

  replace(from: number, to: number, spans: readonly Span[]): void {
    if (to < this.units.length && this.units[to]!.value !== -1) this.units[to]!.begins = true;
    for (let at = from; at < to; at++) this.units[at] = { value: -1, begins: false };
    for (const span of spans) {
      for (let at = span.from; at < span.to; at++) {
        this.units[at] = { value: span.value, begins: at === span.from };
      }
    }
  }

  edit(delta: Delta): void {
    let growth = 0;
    for (const { from, to, insert } of delta.changes()) {
      const at = from + growth;
      // What is inserted belongs to a span that began before and went on there.
      const inside = at > 0 && this.units[at]?.begins === false ? this.units[at]!.value : -1;
      const removed = this.units.splice(at, to - from);
      const after = this.units[at];
      // The rest of a span whose beginning is gone begins here.
      if (after !== undefined && after.value !== -1 && removed.some(({ begins }) => begins)) {
        after.begins = true;
      }
      const filler = Array.from({ length: insert.length }, () => ({ value: inside, begins: false }));
      this.units.splice(at, 0, ...filler);
      growth += insert.length - (to - from);
    }
  }

  spans(): Span[] {
    const spans: { from: number; to: number; value: number }[] = [];
    for (const [at, { value, begins }] of this.units.entries()) {
      if (value === -1) continue;
      const last = spans.at(-1);
      if (!begins && last !== undefined && last.to === at && last.value === value) last.to++;
      else spans.push({ from: at, to: at + 1, value });
    }
    return spans;
  }
}

function deltaOf(length: number, changes: readonly (readonly [number, number, number])[]): Delta {
  const list: { from: number; to: number; insert: string }[] = [];
  let at = 0;
  for (const [gap, remove, insert] of changes) {
    const from = at + gap + 1;
    if (from + remove > length) break;
    list.push({ from, to: from + remove, insert: "x".repeat(insert) });
    at = from + remove;
  }
  return Delta.of(length, list);
}

Deno.test("Spans holds what one value a unit would hold, after any replacements and edits", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const layer = new Spans();
      const model = new Model();
      for (const step of list) {
        if (step.type === "edit") {
          const delta = deltaOf(model.units.length, step.changes);
          layer.apply(delta);
          model.edit(delta);
        } else {
          const from = Math.min(step.at, model.units.length);
          const to = Math.min(from + step.length, model.units.length);
          const spans = step.spans.map((span) => ({ ...span, from: span.from + from, to: span.to + from }))
            .filter((span) => span.to <= to);
          layer.replace(from, to, spans);
          model.replace(from, to, spans);
        }
        assert.deepEqual([...layer.within(0, Infinity)], model.spans());
      }
    }),
    { seed: 20_261_126, numRuns: 300 },
  );
});

Deno.test("Spans finds what touches a range among many blocks", () => {
  const layer = new Spans();
  layer.replace(
    0,
    30_000,
    Array.from({ length: 3_000 }, (_, at) => ({ from: at * 10, to: at * 10 + 5, value: at })),
  );
  assert.deepEqual([...layer.within(12_344, 12_361)].map(({ value }) => value), [1234, 1235, 1236]);
  assert.deepEqual([...layer.within(12_345, 12_350)], []);
  layer.apply(Delta.replace(30_000, 12_000, 12_000, "xxx"));
  assert.deepEqual([...layer.within(12_343, 12_344)], [{ from: 12_343, to: 12_348, value: 1234 }]);
  assert.equal(layer.size, 3_000);
});

/** Spans over a text of 400 units, changes of it, and a range. */
const situation = fc.record({
  spans: spansIn(400),
  changes: fc.array(fc.tuple(fc.nat({ max: 40 }), fc.nat({ max: 8 }), fc.nat({ max: 4 })), { maxLength: 50 }),
  range: fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 400 })),
});

function holding(list: readonly Span[]): Spans {
  const spans = new Spans();
  spans.replace(0, 400, list);
  return spans;
}

const all = (spans: Spans) => [...spans.within(0, Infinity)];

Deno.test("Spans stay ascending, apart and not empty, and keep their values in order, under any change", () => {
  fc.assert(
    fc.property(situation, ({ spans: list, changes }) => {
      const spans = holding(list);
      const delta = deltaOf(400, changes);
      spans.apply(delta);
      let end = 0;
      for (const { from, to } of all(spans)) {
        assert.ok(end <= from && from < to && to <= delta.newLength);
        end = to;
      }
      const values = list.map(({ value }) => value);
      let at = 0;
      for (const { value } of all(spans)) {
        while (at < values.length && values[at] !== value) at++;
        assert.ok(at++ < values.length, "a value that was not there, or in another order");
      }
      assert.equal(spans.size, all(spans).length);
    }),
    { seed: 20_261_127, numRuns: 500 },
  );
});

Deno.test("Spans.apply() of a change that changes nothing leaves them, and one of many places is one place after the other", () => {
  fc.assert(
    fc.property(situation, ({ spans: list, changes }) => {
      const still = holding(list);
      still.apply(Delta.identity(400));
      assert.deepEqual(all(still), list);
      const delta = deltaOf(400, changes);
      const [together, apart] = [holding(list), holding(list)];
      together.apply(delta);
      let length = 400;
      // From the end, so that offsets before stay what they are.
      for (const { from, to, insert } of [...delta.changes()].reverse()) {
        const one = Delta.replace(length, from, to, insert);
        apart.apply(one);
        length = one.newLength;
      }
      assert.deepEqual(all(together), all(apart));
    }),
    { seed: 20_261_128, numRuns: 500 },
  );
});

Deno.test("Spans.within() is what touches the range, and putting it back in its place changes nothing but cuts", () => {
  fc.assert(
    fc.property(situation, ({ spans: list, range: [one, other] }) => {
      const spans = holding(list);
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const touching = list.filter((span) => span.to > from && span.from < to);
      if (from < to) assert.deepEqual([...spans.within(from, to)], touching);
      const inside = touching.map((span) => ({
        ...span,
        from: Math.max(span.from, from),
        to: Math.min(span.to, to),
      }));
      spans.replace(from, to, inside);
      const once = all(spans);
      spans.replace(from, to, inside);
      assert.deepEqual(all(spans), once);
      const unit = (each: readonly Span[]) =>
        each.flatMap((span) =>
          Array.from({ length: span.to - span.from }, (_, at) => [span.from + at, span.value])
        );
      assert.deepEqual(unit(once), unit(list));
    }),
    { seed: 20_261_129, numRuns: 500 },
  );
});
