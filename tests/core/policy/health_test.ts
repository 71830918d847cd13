import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ANSWERS_ON_PROBATION,
  ANSWERS_TO_HEAL,
  type Health,
  healthAfter,
  type HealthEvent,
  healthy,
} from "../../../core/policy/health.ts";

const after = (events: readonly HealthEvent[], from = healthy): Health =>
  events.reduce((health, event, at) => healthAfter(health, event, at), from);
const failed: HealthEvent = { type: "failed", reason: "it crashed" };
const exhausted: HealthEvent = { type: "exhausted", reason: "it failed 6 times" };

Deno.test("healthAfter() heals a degraded extension after enough answers in a row", () => {
  assert.equal(after([failed]).class, "degraded");
  assert.equal(after([failed, { type: "answered", count: ANSWERS_TO_HEAL - 1 }]).class, "degraded");
  assert.equal(after([failed, { type: "answered", count: ANSWERS_TO_HEAL }]).class, "healthy");
  assert.equal(
    after([failed, { type: "answered", count: ANSWERS_TO_HEAL - 1 }, failed, { type: "answered", count: 1 }])
      .class,
    "degraded",
  );
});

Deno.test("healthAfter() leads out of quarantine only over probation, where one failure leads back", () => {
  const quarantined = after([failed, exhausted]);
  assert.equal(quarantined.class, "quarantined");
  assert.equal(after([{ type: "answered", count: 1000 }, failed], quarantined).class, "quarantined");
  const released = after([{ type: "released" }], quarantined);
  assert.equal(released.class, "probation");
  assert.match(released.reason, /released after: it failed 6 times/);
  const back = after([{ type: "answered", count: ANSWERS_ON_PROBATION - 1 }, failed], released);
  assert.equal(back.class, "quarantined");
  assert.match(back.reason, /on probation: it crashed/);
  assert.equal(back.quarantines, 2);
  assert.equal(after([{ type: "answered", count: ANSWERS_ON_PROBATION }], released).class, "healthy");
  assert.equal(after([{ type: "replaced" }], quarantined).class, "probation");
});

Deno.test("healthAfter() keeps its invariants over any events", () => {
  const events = fc.array(
    fc.oneof(
      fc.constant(failed),
      fc.constant(exhausted),
      fc.record({ type: fc.constant("answered" as const), count: fc.integer({ min: 1, max: 60 }) }),
      fc.constant<HealthEvent>({ type: "released" }),
      fc.constant<HealthEvent>({ type: "replaced" }),
    ),
    { maxLength: 30 },
  );
  const order = ["healthy", "degraded", "probation", "quarantined"];
  fc.assert(
    fc.property(events, (all) => {
      let health = healthy;
      for (const [at, event] of all.entries()) {
        const next = healthAfter(health, event, at);
        if (health.class === "quarantined" && next.class !== "quarantined") {
          assert.ok(event.type === "released" || event.type === "replaced");
        }
        if (event.type === "failed") assert.ok(order.indexOf(next.class) >= order.indexOf(health.class));
        assert.equal(next.class === "healthy", next.reason === "");
        health = next;
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});
