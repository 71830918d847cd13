import assert from "node:assert/strict";
import fc from "fast-check";
import type { Span, Timeline } from "../../../../ui/api/runs.ts";
import {
  FOLDED_MS,
  lanesOf,
  MOST_LANES,
  rowsOfTimeline,
  rulerStep,
  slowestChain,
  TimeScale,
} from "../../../../ui/app/monitor/runs/timeline/timeline_rows.ts";

const spans = fc.array(
  fc.record({ startedAt: fc.integer({ min: 0, max: 1000 }), length: fc.integer({ min: 0, max: 300 }) }),
  { maxLength: 7 },
).map((list) =>
  list.map(({ startedAt, length }): Span => ({
    node: "a",
    attempt: 1,
    startedAt,
    endedAt: startedAt + length,
    end: "completed",
  })).sort((a, b) => a.startedAt - b.startedAt)
);

Deno.test("lanesOf() keeps every span once, none over another of its lane, and sums up what finds no lane", () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 1, max: 6 }), fc.boolean(), (all, most, isCritical) => {
      const critical = isCritical ? slowestChain(all) : new Set<Span>();
      const { lanes, rest } = lanesOf(all, critical, most);
      assert.deepEqual(new Set([...lanes.flat(), ...rest]), new Set(all));
      assert.equal(lanes.flat().length + rest.length, all.length);
      assert.ok(lanes.length <= most && (rest.length === 0 || lanes.length === most));
      for (const lane of lanes) {
        for (let at = 1; at < lane.length; at++) {
          assert.ok((lane[at - 1]?.endedAt ?? Infinity) <= (lane[at]?.startedAt ?? 0));
        }
      }
      for (const span of critical) assert.ok(lanes[0]?.includes(span));
    }),
    { seed: 7, numRuns: 500 },
  );
});

Deno.test("slowestChain() is what a fan-out's length is made of, and nothing beside it", () => {
  const span = (item: number, startedAt: number, endedAt?: number): Span => ({
    node: "a",
    item,
    attempt: 1,
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    end: endedAt === undefined ? "running" : "completed",
  });
  // Two at once: item 1 keeps its worker until 30, then item 3 ends last.
  const all = [span(0, 0, 10), span(1, 0, 30), span(2, 10, 35), span(3, 30, 60), span(4, 35, 50)];
  const items = (spans: readonly Span[]) => [...slowestChain(spans)].map(({ item }) => item).sort();
  assert.deepEqual(items(all), [1, 3]);
  // All at once: the slowest alone. One that still runs is the one that is waited for.
  assert.deepEqual(items([span(0, 0, 10), span(1, 0, 12), span(2, 0, 11)]), [1]);
  assert.deepEqual(items([span(0, 0, 10), span(1, 10), span(2, 0, 90)]), [0, 1]);
});

Deno.test("rowsOfTimeline() gives as many lanes as are needed, and says how much is in none", () => {
  const many = (count: number): Timeline => ({
    startedAt: 0,
    spans: Array.from({ length: count }, (_, item) => ({
      node: "a",
      item,
      attempt: 1,
      startedAt: 0,
      endedAt: 10 + item,
      end: item === 0 ? "failed" : "completed",
    })),
    criticalPath: [{ node: "a", fromMs: 0, toMs: 10 + count }],
    idle: [],
  });
  const fits = rowsOfTimeline(many(MOST_LANES), (key) => key);
  assert.deepEqual([fits.length, fits.some(({ more }) => more !== undefined)], [MOST_LANES, false]);
  assert.equal(fits.reduce((sum, { critical }) => sum + critical.size, 0), 1, "one bar is critical");
  const over = rowsOfTimeline(many(MOST_LANES + 3), (key) => key);
  assert.equal(over.length, MOST_LANES + 1);
  assert.equal(over.at(-1)?.more?.count, 3);
  assert.equal(over.at(-1)?.more?.stretches.length, 1);
});

Deno.test("TimeScale never runs backwards, and shows a folded gap as long as it says", () => {
  const timeline: Timeline = {
    startedAt: 1000,
    endedAt: 101_000,
    spans: [],
    criticalPath: [],
    idle: [{ from: 11_000, to: 91_000 }],
  };
  const scale = new TimeScale(timeline, 0, true);
  assert.equal(scale.at(91_000) - scale.at(11_000), FOLDED_MS);
  assert.equal(scale.length, 20_000 + FOLDED_MS);
  let before = -1;
  for (let moment = 1000; moment <= 101_000; moment += 250) {
    const place = scale.at(moment);
    assert.ok(place > before);
    before = place;
  }
  assert.equal(new TimeScale(timeline, 0, false).length, 100_000);
});

Deno.test("rowsOfTimeline() orders nodes by when they began and marks the critical path", () => {
  const span = (node: string, startedAt: number): Span => ({
    node,
    attempt: 1,
    startedAt,
    endedAt: startedAt + 5,
    end: "completed",
  });
  const rows = rowsOfTimeline({
    startedAt: 0,
    spans: [span("b", 10), span("a", 0), span("a", 2)],
    criticalPath: [{ node: "b", fromMs: 10, toMs: 15 }],
    idle: [],
  }, (key) => key);
  assert.deepEqual(rows.map(({ key, title, isCritical }) => [key, title, isCritical]), [
    ["/a", "/a", false],
    ["/a", "", false],
    ["/b", "/b", true],
  ]);
});

Deno.test("rulerStep() gives round steps of no more marks than wanted", () => {
  for (const length of [7, 900, 12_345, 3_600_000, 90_000_000]) {
    assert.ok(length / rulerStep(length, 10) <= 10);
  }
});
