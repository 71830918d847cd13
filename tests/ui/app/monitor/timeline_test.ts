import assert from "node:assert/strict";
import fc from "fast-check";
import type { Span, Timeline } from "../../../../ui/api/runs.ts";
import {
  FOLDED_MS,
  lanesOf,
  rowsOfTimeline,
  rulerStep,
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

Deno.test("lanesOf() keeps every span once, and none over another of its lane", () => {
  fc.assert(
    fc.property(spans, (all) => {
      const lanes = lanesOf(all);
      assert.equal(lanes.flat().length, all.length);
      for (const lane of lanes) {
        for (let at = 1; at < lane.length; at++) {
          assert.ok((lane[at - 1]?.endedAt ?? Infinity) <= (lane[at]?.startedAt ?? 0));
        }
      }
    }),
    { seed: 7, numRuns: 300 },
  );
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
