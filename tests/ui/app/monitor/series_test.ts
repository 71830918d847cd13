import assert from "node:assert/strict";
import type { MetricsNow } from "../../../../ui/api/metrics.ts";
import { rateNow, withSample } from "../../../../ui/app/monitor/performance/live_metrics.ts";
import { alone, growthOf, levelOf, withHoles } from "../../../../ui/app/monitor/performance/series.ts";

Deno.test("growthOf() is 0 in steps without calls, up to now; the step under way counts what has passed of it", () => {
  const series = { name: "tokens.in", stepMs: 10_000, at: [20_000, 60_000], mean: [40, 8] };
  const line = growthOf(series, 5_000, 64_000, "second");
  assert.deepEqual(line.at, [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
  assert.deepEqual(line.values, [0, 0, 4, 0, 0, 0, 2]);
  assert.deepEqual(growthOf(series, 5_000, 64_000, "step").values, [0, 0, 40, 0, 0, 0, 8]);
  assert.deepEqual(growthOf({ ...series, at: [], mean: [] }, 0, 20_000, "second").values, [0, 0]);
});

Deno.test("levels and latencies have holes where nothing was measured, and points that stand alone are known", () => {
  const level = levelOf({
    name: "clients",
    stepMs: 1000,
    at: [0, 10_000, 20_000, 90_000],
    mean: [1, 2, 3, 4],
  });
  assert.deepEqual(level.values, [1, 2, 3, null, 4]);
  const latency = withHoles({ at: [0, 1000, 5000], values: [3, 4, 5] }, 1000);
  assert.deepEqual(latency, { at: [0, 1000, 1001, 5000], values: [3, 4, null, 5] });
  assert.deepEqual(alone(latency.values), [3]);
  assert.deepEqual(alone([1, null, undefined, 2]), [0, 3]);
});

Deno.test("rateNow() is of the last seconds of this server's samples, 0 when nothing comes any more", () => {
  const sample = (at: number, tokens: number, sent: number) =>
    ({ at, counters: { "tokens.in": tokens, "events.sent": sent } }) as unknown as MetricsNow;
  let samples: readonly MetricsNow[] = [];
  for (const [at, tokens] of [[0, 0], [1000, 50], [2000, 100]] as const) {
    samples = withSample(samples, sample(at, tokens, at));
  }
  assert.equal(rateNow("tokens.in", samples), 50);
  for (let at = 3000; at <= 20_000; at += 1000) samples = withSample(samples, sample(at, 100, at));
  assert.equal(rateNow("tokens.in", samples), 0);
  // Another server counts from the beginning.
  samples = withSample(samples, sample(21_000, 3, 1));
  assert.equal(rateNow("tokens.in", samples), undefined);
});
