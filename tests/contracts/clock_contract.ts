/**
 * What every ClockPort promises. `pass` lets that much time go by.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { ClockPort } from "../../core/ports/clock.ts";

/** Registers the suite for one adapter. */
export function testClockPort(
  name: string,
  make: () => { readonly clock: ClockPort; readonly pass: (ms: number) => Promise<void> },
): void {
  Deno.test(`${name}.now() and monotonic() do not go back`, async () => {
    const { clock, pass } = make();
    const [now, monotonic] = [clock.now(), clock.monotonic()];
    await pass(2);
    assert.ok(Number.isInteger(now) && clock.now() >= now);
    assert.ok(clock.monotonic() > monotonic);
  });

  Deno.test(`${name}.schedule() wakes once, in order of time, and never inside the call`, async () => {
    const { clock, pass } = make();
    const woken: string[] = [];
    clock.schedule(20, () => woken.push("late"));
    clock.schedule(1, () => woken.push("early"));
    clock.schedule(0, () => woken.push("now"));
    clock.schedule(-5, () => woken.push("past"));
    assert.deepEqual(woken, []);
    await pass(60);
    assert.deepEqual([...woken].sort(), ["early", "late", "now", "past"]);
    assert.equal(woken.at(-1), "late");
  });

  Deno.test(`${name}.schedule() gives what cancels it, also twice and too late`, async () => {
    const { clock, pass } = make();
    const woken: string[] = [];
    const cancel = clock.schedule(1, () => woken.push("cancelled"));
    const tooLate = clock.schedule(1, () => woken.push("kept"));
    cancel();
    cancel();
    await pass(40);
    tooLate();
    assert.deepEqual(woken, ["kept"]);
  });
}
