import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type RestartPolicy,
  supervise,
  type Supervised,
  unsupervised,
} from "../../../core/actor/supervision.ts";

const policy: RestartPolicy = { budget: 2, windowMs: 1_000, firstDelayMs: 10, longestDelayMs: 25 };

function failedAt(times: readonly number[], state: Supervised = unsupervised): Supervised {
  return times.reduce(
    (now, atMs) => supervise(now, { type: "failed", atMs, reason: `at ${atMs}` }, policy),
    state,
  );
}

Deno.test("supervise() doubles the delay with each failure, up to the longest", () => {
  assert.equal(failedAt([100]).notBeforeMs, 110);
  assert.equal(failedAt([100, 200]).notBeforeMs, 220);
  assert.equal(failedAt([100, 200, 300]).notBeforeMs, 325);
});

Deno.test("supervise() puts an actor into quarantine with the last reason when the budget is spent", () => {
  assert.equal(failedAt([100, 200]).quarantine, undefined);
  assert.match(failedAt([100, 200, 300]).quarantine ?? "", /3 times within 1 s, at last: at 300/);
});

Deno.test("supervise() forgets failures older than the window", () => {
  assert.equal(failedAt([0, 600, 1_200, 1_800, 2_400]).quarantine, undefined);
});

Deno.test("supervise() starts anew after a pardon and keeps the count of restarts", () => {
  const started = supervise(failedAt([0]), { type: "started" }, policy);
  assert.equal(started.restarts, 1);
  const pardoned = supervise(failedAt([1, 2], started), { type: "pardoned" }, policy);
  assert.deepEqual(pardoned, { ...unsupervised, restarts: 1 });
});

Deno.test("supervise() counts a first start as no restart", () => {
  assert.equal(supervise(unsupervised, { type: "started" }, policy).restarts, 0);
});

Deno.test("supervise() never leaves quarantine by failing more", () => {
  fc.assert(fc.property(fc.array(fc.nat(10_000), { maxLength: 30 }), (gaps) => {
    let at = 0;
    let state = unsupervised;
    let quarantined = false;
    for (const gap of gaps) {
      state = supervise(state, { type: "failed", atMs: at += gap, reason: "x" }, policy);
      quarantined ||= state.quarantine !== undefined;
      assert.equal(state.quarantine !== undefined, quarantined);
      assert.ok(state.notBeforeMs - at <= policy.longestDelayMs);
    }
  }));
});
