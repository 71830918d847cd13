import { deepEqual, strictEqual } from "node:assert/strict";
import { SimulatedClock } from "./simulated_clock.ts";

Deno.test("SimulatedClock fires alarms by moment, then in the order set", () => {
  const clock = new SimulatedClock(0);
  const fired: string[] = [];
  clock.schedule(20, () => fired.push(`late ${clock.now()}`));
  clock.schedule(10, () => fired.push(`first ${clock.now()}`));
  clock.schedule(10, () => fired.push(`second ${clock.now()}`));
  clock.advance(15);
  deepEqual(fired, ["first 10", "second 10"]);
  clock.advance(5);
  deepEqual(fired, ["first 10", "second 10", "late 20"]);
});

Deno.test("SimulatedClock fires within one advance what an alarm sets", () => {
  const clock = new SimulatedClock(0);
  const fired: number[] = [];
  const again = () => {
    fired.push(clock.now());
    if (fired.length < 3) clock.schedule(5, again);
  };
  clock.schedule(0, again);
  clock.advance(100);
  deepEqual(fired, [0, 5, 10]);
  strictEqual(clock.now(), 100);
});

Deno.test("SimulatedClock forgets a cancelled alarm", () => {
  const clock = new SimulatedClock(0);
  const cancel = clock.schedule(1, () => {
    throw new Error("it fired");
  });
  cancel();
  clock.advance(10);
  strictEqual(clock.pending, 0);
});
