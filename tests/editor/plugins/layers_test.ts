/**
 * Spans, marks and sets of ranges over a text that changes, against the plainest model there is: one value a unit.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Annotations } from "../../../editor/plugins/annotations.ts";
import { Layer, Layers } from "../../../editor/plugins/layers.ts";
import { RangeSet } from "../../../editor/plugins/range_set.ts";
import { type Span, SpanLayer } from "../../../editor/plugins/span_layer.ts";
import { Delta } from "../../../editor/text/delta.ts";

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

Deno.test("SpanLayer holds what one value a unit would hold, after any replacements and edits", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const layer = new SpanLayer();
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

Deno.test("SpanLayer finds what touches a range among many blocks", () => {
  const layer = new SpanLayer();
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
