import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { retryDelay } from "../../../core/orchestration/retry.ts";
import { failureClasses, isRetryable, type NodeFailure } from "../../../core/policy/failure.ts";
import type { RetryPolicy } from "../../../core/workflow/definition.ts";

const policy: RetryPolicy = { max: 3, backoff: "exponential", initialMs: 100, capMs: 350, jitter: 0 };
const broken: NodeFailure = { class: "connection", message: "Lost" };
const never = () => {
  throw new Error("chance was asked");
};

Deno.test("retryDelay() doubles, adds or keeps the delay by the policy, up to the cap", () => {
  const delays = (backoff: RetryPolicy["backoff"]) =>
    [0, 1, 2].map((spent) => retryDelay({ ...policy, backoff }, broken, spent, never)).join(" ");
  strictEqual(delays("constant"), "100 100 100");
  strictEqual(delays("linear"), "100 200 300");
  strictEqual(delays("exponential"), "100 200 350");
});

Deno.test("retryDelay() gives none when the budget is spent", () => {
  strictEqual(retryDelay(policy, broken, 3, never), undefined);
  strictEqual(retryDelay({ ...policy, max: 0 }, broken, 0, never), undefined);
});

Deno.test("retryDelay() gives none for a failure that trying again cannot help", () => {
  for (const kind of failureClasses) {
    const failure: NodeFailure = { class: kind, message: "It broke" };
    strictEqual(retryDelay(policy, failure, 0, never) !== undefined, isRetryable(failure), kind);
  }
});

Deno.test("retryDelay() waits at least as long as the other side asked, beyond the cap too", () => {
  strictEqual(retryDelay(policy, { ...broken, retryAfterMs: 5000 }, 0, never), 5000);
  strictEqual(retryDelay(policy, { ...broken, retryAfterMs: 5 }, 0, never), 100);
});

Deno.test("retryDelay() lets chance take away the jitter's share and no more", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (chance) => {
    const delay = retryDelay({ ...policy, jitter: 0.25 }, broken, 0, () => chance) as number;
    ok(delay >= 75 && delay <= 100, `${delay}`);
  }));
});
