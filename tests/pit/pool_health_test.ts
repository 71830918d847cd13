import assert from "node:assert/strict";
import fc from "fast-check";
import { extensionId, instanceId } from "../../core/ids.ts";
import { InstancePool, LOOK_MS } from "../../pit/pool/pool.ts";
import { Places } from "../../pit/pool/places.ts";
import { FakeInstances, settled } from "../contracts/pool_contract.ts";
import { ManualClock } from "./manual_clock.ts";

const never = new AbortController().signal;
const MB = 2 ** 20;
const SECOND = 1_000;

/** A pool with two instances that have settled at 50 MB and take 10 ms a call. */
async function settledPool() {
  const instances = new FakeInstances();
  instances.memory = 50 * MB;
  const clock = new ManualClock();
  const pool = new InstancePool(instances, clock);
  const kind = pool.register(extensionId("acme/thing"), { instances: 2, concurrency: 1 });
  const call = (durationMs: number, failed = false) => {
    const lease = pool.lease(kind);
    const instance = pool.instanceOf(lease);
    pool.release(lease);
    pool.observe(kind, { durationMs, failed, lease });
    return instance;
  };
  const both = [await pool.acquire(kind, never), await pool.acquire(kind, never)];
  for (const lease of both) pool.release(lease);
  for (let at = 0; at < 20; at++) call(10);
  clock.advance(10 * SECOND);
  await settled();
  assert.equal(pool.health()[0]?.state, "healthy");
  return { instances, clock, pool, kind, call };
}

const first = instanceId("acme/thing#1");
const second = instanceId("acme/thing#2");

Deno.test("InstancePool finds an instance that takes too much memory within a second at any moment, and replaces it", async () => {
  for (let offsetMs = 0; offsetMs < LOOK_MS; offsetMs += 50) {
    const { instances, clock, pool } = await settledPool();
    clock.advance(offsetMs);
    instances.memories.set(second, 400 * MB);
    clock.advance(SECOND);
    await settled();
    assert.deepEqual(instances.cooled, [second]);
    const reasons = pool.moves().filter(({ at }) => at >= clock.now() - SECOND).map(({ to, reason }) =>
      `${to}: ${reason}`
    );
    assert.equal(reasons[0], "cooling: it is degraded: it takes 400 MB, others of its kind 50 MB");
    assert.ok(reasons.includes("warming: in place of one that was degraded"), reasons.join("\n"));
    assert.equal(pool.readings().filter(({ state }) => state === "hot").length, 2);
    assert.equal(pool.health()[0]?.usualMemoryBytes, 50 * MB);
  }
});

Deno.test("InstancePool lets a peak of memory pass, and growth that all of a kind have", async () => {
  const { instances, clock, pool } = await settledPool();
  instances.memories.set(second, 400 * MB);
  clock.advance(LOOK_MS);
  instances.memories.set(second, 50 * MB);
  clock.advance(10 * SECOND);
  instances.memories.set(second, 110 * MB);
  clock.advance(10 * SECOND);
  await settled();
  assert.deepEqual(instances.cooled, []);
  assert.equal(pool.health()[0]?.state, "healthy");
});

Deno.test("InstancePool finds an instance that is slow or fails within a second, uses it last while it works, and replaces it", async () => {
  for (const bad of [{ durationMs: 100, failed: false }, { durationMs: 10, failed: true }]) {
    const { instances, clock, pool, kind, call } = await settledPool();
    const victim = call(10);
    for (let at = 0; at < 5; at++) assert.equal(call(bad.durationMs, bad.failed && at < 3), victim);
    const held = pool.lease(kind);
    assert.equal(pool.instanceOf(held), victim);
    clock.advance(SECOND);
    assert.equal(pool.health()[0]?.state, "degraded");
    assert.match(
      pool.health()[0]?.reason ?? "",
      bad.failed ? /calls failed/ : /its calls take 100 ms|calls take/,
    );
    assert.deepEqual(instances.cooled, [], "its call is under way");
    pool.release(held);
    // It is on top of the stack again until the next look.
    clock.advance(LOOK_MS);
    await settled();
    assert.deepEqual(instances.cooled, [victim]);
  }
});

Deno.test("InstancePool replaces ever less often where that does not help, and then uses the degraded last", async () => {
  const { instances, clock, pool, call } = await settledPool();
  const pass = async (ms: number) => {
    for (let at = 0; at < ms; at += LOOK_MS) {
      clock.advance(LOOK_MS);
      await settled();
    }
  };
  for (const { instance } of pool.readings()) instances.memories.set(instance!, 400 * MB);
  await pass(29 * SECOND);
  assert.equal(instances.cooled.length, 1, "one at a time");
  const fresh = instanceId("acme/thing#3");
  const degraded = pool.readings().find(({ degraded }) => degraded !== undefined)?.instance;
  assert.ok(degraded === first || degraded === second);
  assert.equal(call(10), fresh);
  await pass(2 * SECOND);
  assert.equal(instances.cooled.length, 2);
  instances.memories.set(fresh, 400 * MB);
  await pass(59 * SECOND);
  assert.equal(instances.cooled.length, 2);
  await pass(2 * SECOND);
  assert.equal(instances.cooled.length, 3);
});

Deno.test("Places.sink() has an instance's places taken last, and loses none", () => {
  fc.assert(fc.property(fc.array(fc.nat(3), { maxLength: 12 }), fc.nat(3), (taken, sunk) => {
    const places = new Places();
    const kind = places.addKind();
    const instances = [0, 1, 2, 3].map(() => places.addInstance(kind, 3));
    for (const instance of instances) places.open(instance);
    const all = Array.from({ length: 12 }, () => places.lease(kind));
    for (const at of taken) places.release(all.splice(at % all.length, 1)[0] ?? 0);
    places.sink(sunk);
    const order: number[] = [];
    for (let lease = places.lease(kind); lease !== 0; lease = places.lease(kind)) {
      order.push(places.instanceOf(lease));
    }
    assert.equal(order.length, 12 - all.length);
    const from = order.indexOf(sunk);
    assert.ok(from === -1 || order.slice(from).every((one) => one === sunk), order.join(" "));
  }));
});
