import assert from "node:assert/strict";
import { growthOf, rateOf } from "../../../../ui/app/monitor/performance/series.ts";

const series = { name: "cost.usd", stepMs: 1000, at: [5000, 9000], mean: [2, 4] };

Deno.test("growthOf() says that nothing came where nothing was kept, up to now", () => {
  assert.deepEqual(growthOf(series, 12_500), {
    at: [5000, 6000, 7000, 8000, 9000, 10_000, 11_000],
    values: [2, 0, 0, 0, 4, 0, 0],
  });
  // The step under way is shown with what is known of it, and not as nothing where it is not.
  assert.deepEqual(growthOf(series, 9400).at.at(-1), 9000);
  assert.deepEqual(growthOf({ ...series, at: [], mean: [] }, 12_500), { at: [], values: [] });
});

Deno.test("rateOf() falls to nothing after the last call", () => {
  const { values } = rateOf({ ...series, stepMs: 2000, at: [4000], mean: [6] }, 9000);
  assert.deepEqual(values, [3, 0]);
});
