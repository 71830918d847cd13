import assert from "node:assert/strict";
import { memoryPit } from "../../pit/memory_pit.ts";
import { RetentionSchedule } from "../../pit/stale/schedule.ts";
import { ManualClock } from "./manual_clock.ts";
import { noInstances } from "./no_instances.ts";

const HOUR = 3_600_000;
const policies = [{ name: "w", action: "warm", when: {} }] as const;

/** Lets what timers began come to its end. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

Deno.test("RetentionSchedule runs policies by itself only where the person set how often, and then so often", async () => {
  const clock = new ManualClock();
  await using pit = memoryPit(noInstances, clock);
  let last = -Infinity;
  await using schedule = new RetentionSchedule(pit.retention, clock, (at, everyMs) => {
    const isDue = at - last >= everyMs;
    if (isDue) last = at;
    return Promise.resolve(isDue);
  });
  const moved = async () => (await pit.retention.report()).tiers.warm.artifacts;
  await pit.artifacts.put(new TextEncoder().encode("one"));
  await pit.retention.configure({ policies, graceDays: 7 });
  schedule.start();
  clock.advance(HOUR);
  await settled();
  assert.equal(await moved(), 0, "nobody asked for it");
  await pit.retention.configure({ policies, graceDays: 7, everyHours: 2 });
  clock.advance(HOUR);
  await settled();
  assert.equal(await moved(), 1);
  await pit.artifacts.put(new TextEncoder().encode("two"));
  clock.advance(HOUR);
  await settled();
  assert.equal(await moved(), 1, "it is not due");
  for (let at = 0; at < 8; at++) {
    clock.advance(HOUR / 4);
    await settled();
  }
  assert.equal(await moved(), 2);
});
