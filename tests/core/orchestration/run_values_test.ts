import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../core/json.ts";
import { RunValues } from "../../../core/orchestration/run_values.ts";
import { MemoryArtifacts } from "../../../pit/artifact/memory.ts";
import { SystemClock } from "../../../system/clock.ts";

const INLINE_UNITS = 1024;

Deno.test("RunValues.store() keeps a value inline exactly where its JSON has at most 1,024 units", async () => {
  const values = new RunValues(new MemoryArtifacts(new SystemClock()));
  const text = fc.string({ unit: "binary", maxLength: 400 });
  const json = fc.oneof(
    fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }),
    fc.record({ a: text, b: text, c: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })) }),
    fc.array(text, { maxLength: 6 }),
    fc.integer({ min: 1000, max: 1050 }).map((length) => "x".repeat(length)),
    fc.integer({ min: 160, max: 180 }).map((length) => "\u0000".repeat(length)),
  );
  await fc.assert(
    fc.asyncProperty(json, async (value) => {
      const ref = await values.store(value as Json, {});
      assert.equal("value" in ref, JSON.stringify(value).length <= INLINE_UNITS);
      assert.ok(values.has(ref));
      assert.equal(JSON.stringify(values.get(ref)), JSON.stringify(value));
    }),
    { seed: 20261126, numRuns: 400 },
  );
});
