import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import { type Lease, noLease } from "../../core/ports/pool.ts";
import { FIRST_OPEN_MS } from "../../pit/pool/circuit.ts";
import { InstancePool, LOOK_MS } from "../../pit/pool/pool.ts";
import { FakeInstances, settled } from "../contracts/pool_contract.ts";
import { ManualClock } from "./manual_clock.ts";

const never = new AbortController().signal;
const going = { durationMs: 1, failed: false };
const failing = { durationMs: 1, failed: true };

function poolWith(limits: { instances: number; concurrency: number }) {
  const instances = new FakeInstances();
  const clock = new ManualClock();
  const pool = new InstancePool(instances, clock);
  const kind = pool.register(extensionId("acme/thing"), limits);
  const open = async () => {
    for (let at = 0; at < 5; at++) pool.observe(kind, failing);
    await settled();
    assert.equal(pool.health()[0]?.state, "unhealthy");
  };
  return { instances, clock, pool, kind, open };
}

Deno.test("InstancePool lets nobody past an open circuit: not who waited already, not lease(), not prewarm()", async () => {
  const { pool, kind, open, instances, clock } = poolWith({ instances: 1, concurrency: 2 });
  const leases = [await pool.acquire(kind, never), await pool.acquire(kind, never)];
  const waiting = assert.rejects(pool.acquire(kind, never), { code: "busy" });
  await open();
  await waiting;
  for (const lease of leases) pool.release(lease);
  await settled();
  assert.equal(instances.starting.length, 1, "nothing is started meanwhile");
  assert.equal(pool.lease(kind), noLease);
  assert.equal(pool.prewarm(kind, 1, "it is needed soon"), 0);
  clock.advance(LOOK_MS);
  await settled();
  assert.equal(instances.starting.length, 1);
  assert.equal(pool.lease(kind), noLease);
});

Deno.test("InstancePool opens no places of an instance that was starting when the circuit opened", async () => {
  const { pool, kind, open, instances } = poolWith({ instances: 2, concurrency: 2 });
  instances.prompt = false;
  pool.prewarm(kind, 2, "it is needed soon");
  await open();
  for (const start of instances.starting) start.succeed();
  await settled();
  assert.equal(pool.lease(kind), noLease);
});

Deno.test("InstancePool admits one call while a circuit is half-open, and all places when it went well", async () => {
  const { pool, kind, open, clock } = poolWith({ instances: 2, concurrency: 4 });
  pool.release(await pool.acquire(kind, never));
  await open();
  clock.advance(FIRST_OPEN_MS);
  const trial = await pool.acquire(kind, never);
  assert.equal(pool.lease(kind), noLease, "its other places are not to be had");
  assert.equal(pool.prewarm(kind, 2, "it is needed soon"), 0);
  await assert.rejects(pool.acquire(kind, never), { code: "busy" });
  pool.release(trial);
  assert.equal(pool.lease(kind), noLease, "nobody knows yet how it went");
  pool.observe(kind, going);
  const leases = [0, 1, 2, 3].map(() => pool.lease(kind));
  assert.ok(leases.every((lease) => lease !== noLease), "the instance is open to all");
  for (const lease of leases) pool.release(lease);
});

Deno.test("InstancePool gives the places of a tried instance to others while the call that went well is still counted", async () => {
  const { pool, kind, open, clock } = poolWith({ instances: 1, concurrency: 3 });
  pool.release(await pool.acquire(kind, never));
  await open();
  clock.advance(FIRST_OPEN_MS);
  const trial = await pool.acquire(kind, never);
  // As where an operator is asked: told of before the place is given back.
  pool.observe(kind, going);
  const others = [pool.lease(kind), pool.lease(kind)];
  assert.ok(!others.includes(noLease));
  assert.equal(pool.lease(kind), noLease, "two and the one on trial are all");
  for (const lease of [trial, ...others]) assert.equal(pool.release(lease), true);
  const all = new Set<Lease>([pool.lease(kind), pool.lease(kind), pool.lease(kind)]);
  assert.ok(all.size === 3 && !all.has(noLease));
});

Deno.test("InstancePool lets another call try where the first ended without a word", async () => {
  const { pool, kind, open, clock, instances } = poolWith({ instances: 1, concurrency: 1 });
  pool.release(await pool.acquire(kind, never));
  await open();
  clock.advance(FIRST_OPEN_MS);
  pool.release(await pool.acquire(kind, never));
  const again = await pool.acquire(kind, never);
  assert.equal(instances.starting.length, 2, "on the instance that is there");
  pool.release(again, "it crashed");
  await settled();
  assert.equal(pool.health()[0]?.state, "unhealthy");
  await assert.rejects(pool.acquire(kind, never), { code: "busy" });
  assert.equal(pool.lease(kind), noLease);
});

Deno.test("InstancePool is not told how a circuit's try went by a call that began before it opened", async () => {
  const { pool, kind, open, clock } = poolWith({ instances: 1, concurrency: 1 });
  pool.release(await pool.acquire(kind, never));
  await open();
  clock.advance(FIRST_OPEN_MS);
  const trial = await pool.acquire(kind, never);
  pool.observe(kind, { durationMs: FIRST_OPEN_MS + 5, failed: false });
  assert.equal(pool.health()[0]?.state, "unhealthy");
  pool.release(trial);
});

Deno.test("InstancePool lets the next try where the caller whose try it was gave up before it had an instance", async () => {
  const { pool, kind, open, clock, instances } = poolWith({ instances: 1, concurrency: 1 });
  pool.release(await pool.acquire(kind, never));
  await open();
  clock.advance(FIRST_OPEN_MS);
  instances.prompt = false;
  const abort = new AbortController();
  const first = pool.acquire(kind, abort.signal);
  abort.abort();
  await assert.rejects(first, { code: "aborted" });
  instances.starting.at(-1)?.succeed();
  await settled();
  assert.equal(pool.lease(kind), noLease, "what was started for it is not for all");
  const trial = await pool.acquire(kind, never);
  assert.equal(instances.starting.length, 2);
  pool.release(trial);
  pool.observe(kind, going);
  assert.notEqual(pool.lease(kind), noLease);
});

Deno.test("InstancePool counts who waited once it has a place, and a wait without one apart", async () => {
  const { pool, kind, clock } = poolWith({ instances: 1, concurrency: 1 });
  let held = await pool.acquire(kind, never);
  for (let at = 0; at < 10; at++) {
    pool.release(held);
    held = pool.lease(kind);
  }
  for (let at = 0; at < 10; at++) {
    const asked = assert.rejects(pool.acquire(kind, never, { timeoutMs: 2_000 }), { code: "timeout" });
    clock.advance(2_000);
    await asked;
  }
  const { hits, misses, givenUp } = pool.counters();
  assert.deepEqual({ hits, misses, givenUp }, { hits: 10, misses: 1, givenUp: 10 });
});

Deno.test("InstancePool counts no hit for the lease of an instance that was found dead", async () => {
  const { pool, kind, instances } = poolWith({ instances: 1, concurrency: 1 });
  const lease = await pool.acquire(kind, never);
  instances.dead.add(pool.instanceOf(lease));
  pool.release(lease);
  pool.release(await pool.acquire(kind, never));
  const { hits, misses } = pool.counters();
  assert.deepEqual({ hits, misses }, { hits: 0, misses: 2 });
});
