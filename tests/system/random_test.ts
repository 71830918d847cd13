import assert from "node:assert/strict";
import { SystemRandom } from "../../system/random.ts";

Deno.test("SystemRandom.next() gives numbers in [0, 1) that fill it evenly and do not repeat", () => {
  const random = new SystemRandom();
  const seen = new Set<number>();
  const tenths = new Array<number>(10).fill(0);
  for (let at = 0; at < 10_000; at++) {
    const value = random.next();
    assert.ok(value >= 0 && value < 1);
    seen.add(value);
    tenths[Math.floor(value * 10)]! += 1;
  }
  assert.equal(seen.size, 10_000);
  // A fair source leaves this range about once in 10^20 runs.
  for (const count of tenths) assert.ok(count > 700 && count < 1300, `a tenth was met ${count} times`);
});
