import assert from "node:assert/strict";
import { SystemClock } from "../../system/clock.ts";
import { testClockPort } from "../contracts/clock_contract.ts";

testClockPort("SystemClock", () => {
  const clock = new SystemClock();
  return { clock, pass: (ms) => new Promise((resolve) => void clock.schedule(ms, resolve)) };
});

Deno.test("SystemClock.schedule() does not fire at once for a delay longer than the platform's timers", async () => {
  const clock = new SystemClock();
  let isWoken = false;
  const cancel = clock.schedule(2 ** 40, () => isWoken = true);
  await new Promise<void>((resolve) => void clock.schedule(5, resolve));
  cancel();
  assert.equal(isWoken, false);
});
