import assert from "node:assert/strict";
import fc from "fast-check";
import { extensionId, type InstanceId } from "../../core/ids.ts";
import {
  type AcquireOptions,
  type InstanceState,
  type Lease,
  noLease,
  type PoolKind,
} from "../../core/ports/pool.ts";
import { FIRST_OPEN_MS } from "../../pit/pool/circuit.ts";
import { isLegalMove, MoveLog } from "../../pit/pool/moves.ts";
import { Places } from "../../pit/pool/places.ts";
import { InstancePool, LOOK_MS, type PoolOptions } from "../../pit/pool/pool.ts";
import { FakeInstances, settled, testPoolPort } from "../contracts/pool_contract.ts";
import { ManualClock } from "./manual_clock.ts";

testPoolPort("InstancePool", (instances) => new InstancePool(instances, new ManualClock()));

const never = new AbortController().signal;

Deno.test("InstancePool.acquire() waits out the back-off after a failed start, which doubles and then ends", async () => {
  const instances = new FakeInstances();
  instances.prompt = false;
  const clock = new ManualClock();
  const pool = new InstancePool(instances, clock);
  const kind = pool.register(extensionId("acme/thing"), { instances: 4, concurrency: 1 });
  const first = pool.acquire(kind, never);
  instances.starting[0]?.fail("broken");
  await assert.rejects(first);
  for (const delayMs of [100, 200, 400]) {
    const before = instances.starting.length;
    const calls = [pool.acquire(kind, never), pool.acquire(kind, never)];
    clock.advance(delayMs - 1);
    assert.equal(instances.starting.length, before, "the back-off is not over");
    clock.advance(1);
    assert.equal(instances.starting.length, before + 1, "one instance is tried alone");
    instances.starting.at(-1)?.fail("broken");
    for (const call of calls) await assert.rejects(call);
  }
  const call = pool.acquire(kind, never);
  clock.advance(800);
  instances.starting.at(-1)?.succeed();
  assert.notEqual(await call, noLease);
  const before = instances.starting.length;
  pool.acquire(kind, never).catch(() => {});
  assert.equal(instances.starting.length, before + 1, "a start that succeeded ends the back-off");
});

Deno.test("InstancePool keeps serving from a hot instance while another cannot start", async () => {
  const instances = new FakeInstances();
  const pool = new InstancePool(instances, new ManualClock());
  const kind = pool.register(extensionId("acme/thing"), { instances: 2, concurrency: 1 });
  const lease = await pool.acquire(kind, never);
  instances.prompt = false;
  const waiting = pool.acquire(kind, never);
  instances.starting[1]?.fail("no memory");
  await settled();
  pool.release(lease);
  assert.equal(pool.instanceOf(await waiting), "acme/thing#1");
});

Deno.test("InstancePool states of every kind follow the reading, with reasons", async () => {
  const instances = new FakeInstances();
  instances.prompt = false;
  const pool = new InstancePool(instances, new ManualClock());
  const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
  const state = () => pool.readings().map((reading) => `${reading.state}: ${reading.reason}`);
  const call = pool.acquire(kind, never);
  assert.deepEqual(state(), ["warming: a caller waits"]);
  instances.starting[0]?.succeed();
  const lease = await call;
  assert.deepEqual(state(), ["hot: it has started"]);
  assert.deepEqual(pool.readings().map(({ busy, leases }) => [busy, leases]), [[1, 1]]);
  const drained = pool.drain();
  assert.deepEqual(state(), ["cooling: the pool is drained"]);
  pool.release(lease);
  await drained;
  assert.deepEqual(state(), ["cold: the pool is drained"]);
});

Deno.test("Places agrees with a naive pool over random operations", () => {
  const operation = fc.record({
    what: fc.constantFrom("lease", "lease", "lease", "release", "release", "stale", "open", "close"),
    pick: fc.nat(1000),
  });
  fc.assert(fc.property(fc.array(operation, { maxLength: 200 }), (operations) => {
    const places = new Places();
    const kinds = [places.addKind(), places.addKind()];
    const model = [2, 1, 3, 2].map((count, at) => ({
      kind: at % 2,
      index: places.addInstance(kinds[at % 2] as number, count),
      count,
      open: false,
      held: new Set<number>(),
    }));
    const old: number[] = [];
    for (const { what, pick } of operations) {
      const instance = model[pick % model.length] as (typeof model)[number];
      const held = model.flatMap((one) => [...one.held]);
      if (what === "lease") {
        const lease = places.lease(pick % 2);
        const owner = model.find((one) => one.index === places.instanceOf(lease));
        const room = model.some((one) => one.kind === pick % 2 && one.open && one.held.size < one.count);
        assert.equal(lease !== 0, room);
        if (lease === 0) continue;
        assert.ok(owner?.open && owner.kind === pick % 2 && !held.includes(lease));
        owner.held.add(lease);
        assert.ok(owner.held.size <= owner.count);
      } else if (what === "release" && held.length > 0) {
        const lease = held[pick % held.length] as number;
        const owner = model.find((one) => one.held.delete(lease));
        assert.equal(places.release(lease), owner?.index);
        old.push(lease);
      } else if (what === "stale" && old.length > 0) {
        assert.equal(places.release(old[pick % old.length] as number), -1);
      } else if (what === "open" && !instance.open && instance.held.size === 0) {
        places.open(instance.index);
        instance.open = true;
      } else if (what === "close" && instance.open) {
        places.close(instance.index);
        instance.open = false;
      }
      for (const one of model) assert.equal(places.busy(one.index), one.held.size);
      for (const kind of kinds) {
        const free = model.filter((one) => one.kind === kind && one.open).map((one) =>
          one.count - one.held.size
        );
        assert.equal(places.free(kind), free.reduce((sum, here) => sum + here, 0));
      }
    }
  }));
});

Deno.test("Places gives positive 31-bit leases and never 0 when the generation starts again", () => {
  const places = new Places();
  const kind = places.addKind();
  places.open(places.addInstance(kind, 1));
  const first = places.lease(kind);
  places.release(first);
  for (let at = 1; at < 32_767; at++) {
    const lease = places.lease(kind);
    assert.ok(lease > 0 && lease < 2 ** 31 && lease !== first);
    assert.equal(places.release(lease), 0);
  }
  assert.equal(places.lease(kind), first, "after 32,767 leases of one place the numbers come again");
});

Deno.test("Places.addInstance() refuses more places than a lease can name", () => {
  const places = new Places();
  const kind = places.addKind();
  places.addInstance(kind, 65_535);
  assert.throws(() => places.addInstance(kind, 2), RangeError);
});

Deno.test("Places.lease() finds every kind where there are more than 64", () => {
  const places = new Places();
  for (let at = 0; at < 200; at++) places.open(places.addInstance(places.addKind(), 1));
  for (let kind = 0; kind < 200; kind++) assert.equal(places.instanceOf(places.lease(kind) as Lease), kind);
});

function poolWith(options: PoolOptions = {}) {
  const instances = new FakeInstances();
  const clock = new ManualClock();
  return { instances, clock, pool: new InstancePool(instances, clock, options) };
}

Deno.test("InstancePool.acquire() serves a higher priority first, and gives up after its time", async () => {
  const { clock, pool } = poolWith();
  const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
  const lease = await pool.acquire(kind, never);
  const served: string[] = [];
  const wait = (name: string, options: AcquireOptions) =>
    pool.acquire(kind, never, options).then((got) => {
      served.push(name);
      pool.release(got);
    });
  const late = pool.acquire(kind, never, { timeoutMs: 50 });
  const waits = [wait("first", {}), wait("second", { priority: 5 }), wait("third", { priority: 5 })];
  clock.advance(50);
  await assert.rejects(late, { code: "timeout" });
  pool.release(lease);
  await Promise.all(waits);
  assert.deepEqual(served, ["second", "third", "first"]);
});

Deno.test("InstancePool makes room by letting the least valuable idle instance go, and never a busy one", async () => {
  const { clock, pool, instances } = poolWith({ mostInstances: 2 });
  const kinds = ["a", "b", "c"].map((name) =>
    pool.register(extensionId(`acme/${name}`), { instances: 1, concurrency: 1 })
  );
  const [a, b, c] = kinds as [PoolKind, PoolKind, PoolKind];
  for (let at = 0; at < 10; at++) pool.release(await pool.acquire(a, never));
  pool.release(await pool.acquire(b, never));
  clock.advance(LOOK_MS);
  const lease = await pool.acquire(c, never);
  assert.deepEqual(instances.cooled, ["acme/b#2"], "a was used far more often");
  const busy = await pool.acquire(a, never);
  const waiting = pool.acquire(b, never);
  await settled();
  assert.equal(pool.readings().filter(({ state }) => state === "hot").length, 2);
  pool.release(lease);
  await waiting;
  assert.deepEqual(instances.cooled, ["acme/b#2", "acme/c#3"]);
  pool.release(busy);
  assert.equal(pool.counters().evictions, 2);
});

Deno.test("InstancePool cools what is idle too long, and finds the dead by itself", async () => {
  const { clock, pool, instances } = poolWith({ keepAliveMs: 2_000 });
  const kind = pool.register(extensionId("acme/thing"), { instances: 2, concurrency: 1 });
  const both = [await pool.acquire(kind, never), await pool.acquire(kind, never)];
  for (const lease of both) pool.release(lease);
  instances.dead.add(pool.readings()[0]?.instance as InstanceId);
  clock.advance(LOOK_MS);
  await settled();
  assert.deepEqual(pool.readings().map(({ state, reason }) => `${state}: ${reason}`), [
    "cold: it was found dead",
    "hot: it has started",
  ]);
  clock.advance(4 * LOOK_MS + 2_000);
  await settled();
  assert.match(pool.readings()[1]?.reason ?? "", /^nobody used it for \d s$/);
  clock.advance(LOOK_MS);
  assert.equal(clock.pending, 0, "nothing is watched any more");
});

Deno.test("InstancePool lets idle instances go when all together take too much memory", async () => {
  const { clock, pool, instances } = poolWith({ mostMemoryBytes: 200 });
  instances.memory = 60;
  const kind = pool.register(extensionId("acme/thing"), { instances: 3, concurrency: 1 });
  const leases = [
    await pool.acquire(kind, never),
    await pool.acquire(kind, never),
    await pool.acquire(kind, never),
  ];
  instances.memory = 90;
  clock.advance(LOOK_MS);
  assert.equal(instances.cooled.length, 0, "all are busy");
  for (const lease of leases) pool.release(lease);
  clock.advance(LOOK_MS);
  await settled();
  assert.equal(instances.cooled.length, 1);
});

Deno.test("InstancePool.changeBounds() lets idle instances go beyond fewer, and those start who wait for room", async () => {
  const { clock, pool, instances } = poolWith({ mostInstances: 1 });
  const kind = pool.register(extensionId("acme/thing"), { instances: 3, concurrency: 1 });
  const first = await pool.acquire(kind, never);
  const waiting = [pool.acquire(kind, never), pool.acquire(kind, never)];
  pool.changeBounds({ mostInstances: 3 });
  const leases = [first, ...await Promise.all(waiting)];
  for (const lease of leases) pool.release(lease);
  pool.changeBounds({ mostInstances: 1 });
  clock.advance(LOOK_MS);
  await settled();
  assert.equal(instances.cooled.length, 2);
  assert.deepEqual([pool.bounds().instances, pool.bounds().mostMemoryBytes], [1, Infinity]);
});

Deno.test("InstancePool opens the circuit of a kind that keeps failing, and one call closes it again", async () => {
  const { clock, pool } = poolWith();
  const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
  const call = async (failed: boolean) => {
    const lease = await pool.acquire(kind, never);
    pool.observe(kind, { durationMs: 1, failed });
    pool.release(lease);
    await settled();
  };
  for (let at = 0; at < 5; at++) await call(false);
  assert.equal(pool.health()[0]?.state, "healthy");
  for (let at = 0; at < 5; at++) await call(true);
  assert.equal(pool.health()[0]?.state, "unhealthy");
  assert.equal(pool.lease(kind), noLease, "nobody gets past the circuit");
  await assert.rejects(pool.acquire(kind, never), /5 of the last 10 calls failed: its circuit is open/);
  clock.advance(FIRST_OPEN_MS);
  await call(true);
  clock.advance(FIRST_OPEN_MS);
  await assert.rejects(pool.acquire(kind, never), /circuit is open/, "it stays open for longer");
  clock.advance(FIRST_OPEN_MS);
  await call(false);
  await call(false);
  assert.notEqual(pool.health()[0]?.state, "unhealthy");
});

Deno.test("InstancePool.prewarm() starts within the limits, and counts the cold starts that it avoided", async () => {
  const { pool, instances } = poolWith({ mostInstances: 3 });
  const kind = pool.register(extensionId("acme/thing"), { instances: 2, concurrency: 1 });
  assert.equal(pool.prewarm(kind, 5, "it is needed soon"), 2);
  await settled();
  const leases = [await pool.acquire(kind, never), await pool.acquire(kind, never)];
  assert.equal(instances.starting.length, 2);
  const { hits, misses, prewarmed, coldStarts, coldStartsAvoided } = pool.counters();
  assert.deepEqual({ hits, misses, prewarmed, coldStarts, coldStartsAvoided }, {
    hits: 2,
    misses: 0,
    prewarmed: 2,
    coldStarts: 0,
    coldStartsAvoided: 2,
  });
  for (const lease of leases) pool.release(lease);
  const moves = pool.moves().map(({ from, to, reason }) => `${from} → ${to}: ${reason}`);
  assert.deepEqual(moves.slice(0, 1), ["cold → warming: it is needed soon"]);
});

Deno.test("MoveLog keeps the latest moves in order and refuses illegal ones", () => {
  const log = new MoveLog(3);
  const move = (from: InstanceState, to: InstanceState) =>
    log.note({ extension: extensionId("acme/thing"), instance: undefined, from, to, reason: "test", at: 0 });
  move("cold", "warming");
  move("warming", "hot");
  move("hot", "failed");
  move("failed", "cold");
  assert.deepEqual(log.list().map(({ to }) => to), ["hot", "failed", "cold"]);
  const states: InstanceState[] = ["cold", "warming", "hot", "cooling", "failed"];
  const legal = new Set([
    "cold>warming",
    "warming>hot",
    "warming>failed",
    "hot>cooling",
    "hot>failed",
    "cooling>cold",
    "failed>cold",
  ]);
  for (const from of states) {
    for (const to of states) {
      assert.equal(isLegalMove(from, to), legal.has(`${from}>${to}`), `${from} to ${to}`);
    }
  }
  assert.throws(() => move("cold", "hot"), /cannot move from cold to hot/);
});

Deno.test("InstancePool keeps its invariants over random calls, deaths and failures", async () => {
  const step = fc.record({
    kind: fc.nat(3),
    what: fc.constantFrom("acquire", "release", "release", "fail", "die", "pass", "prewarm"),
    pick: fc.nat(100),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      const { pool, instances, clock } = poolWith({ mostInstances: 4, keepAliveMs: 5_000 });
      const kinds = [0, 1, 2, 3].map((at) =>
        pool.register(extensionId(`acme/k${at}`), { instances: 2, concurrency: 1 + at % 2 })
      );
      const held: Lease[] = [];
      const waits: Promise<void>[] = [];
      for (const { kind, what, pick } of steps) {
        const one = kinds[kind] as PoolKind;
        if (what === "acquire") {
          waits.push(
            pool.acquire(one, never, { timeoutMs: 60_000 }).then((lease) => void held.push(lease), () => {}),
          );
        } else if (what === "prewarm") pool.prewarm(one, 2, "random");
        else if (what === "pass") clock.advance(pick * 50);
        else if (what === "die") {
          const alive = pool.readings().filter(({ state }) => state === "hot");
          const victim = alive[pick % Math.max(1, alive.length)]?.instance;
          if (victim !== undefined) instances.dead.add(victim);
        } else if (held.length > 0) {
          const [lease] = held.splice(pick % held.length, 1) as [Lease];
          assert.equal(pool.release(lease, what === "fail" ? "broken" : undefined), true);
        }
        await settled();
        const readings = pool.readings();
        assert.ok(readings.filter(({ state }) => state !== "cold").length <= 4, "too many live (I5)");
        assert.equal(
          readings.reduce((sum, { busy }) => sum + busy, 0),
          held.length,
          "leases and busy places",
        );
        assert.equal(new Set(held).size, held.length, "a place is held twice");
        for (const lease of held) pool.instanceOf(lease);
      }
      const drained = pool.drain();
      for (const lease of held.splice(0)) pool.release(lease);
      await drained;
      await Promise.all(waits);
      assert.equal(instances.cooled.length, new Set(instances.cooled).size, "none is stopped twice");
      assert.ok(pool.readings().every(({ state }) => state === "cold"));
    }),
    { numRuns: 150, seed: 20261126 },
  );
});

Deno.test("InstancePool evicts nobody else while somebody who makes room is on the way out", async () => {
  const { pool, instances } = poolWith({ mostInstances: 2 });
  const kinds = ["a", "b", "c"].map((name) =>
    pool.register(extensionId(`acme/${name}`), { instances: 1, concurrency: 1 })
  );
  const [a, b, c] = kinds as [PoolKind, PoolKind, PoolKind];
  pool.release(await pool.acquire(a, never));
  pool.release(await pool.acquire(b, never));
  const { promise: cooled, resolve } = Promise.withResolvers<void>();
  const stopping: InstanceId[] = [];
  instances.cool = (instance) => {
    stopping.push(instance);
    return cooled;
  };
  const waiting = pool.acquire(c, never);
  pool.register(extensionId("acme/c"), { instances: 1, concurrency: 1 });
  pool.register(extensionId("acme/c"), { instances: 1, concurrency: 1 });
  assert.equal(stopping.length, 1);
  resolve();
  pool.release(await waiting);
  assert.equal(pool.counters().evictions, 1);
});

Deno.test("InstancePool.acquire() serves the earlier deadline first among equals, and starves nobody", async () => {
  const { clock, pool } = poolWith();
  const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
  let held = await pool.acquire(kind, never);
  const served: string[] = [];
  const wait = (name: string, options: AcquireOptions) =>
    void pool.acquire(kind, never, options).then((lease) => {
      served.push(name);
      held = lease;
    });
  const next = async () => {
    pool.release(held);
    await settled();
  };
  const now = clock.now();
  wait("whenever", {});
  wait("late", { deadline: now + 20_000 });
  wait("soon", { deadline: now + 5_000 });
  wait("urgent", { priority: 1, deadline: now + 60_000 });
  for (let at = 0; at < 3; at++) await next();
  assert.deepEqual(served.splice(0), ["urgent", "soon", "late"]);
  // One that is due in ten seconds comes each second; who waits since the beginning has its turn all the same.
  let waitedS = 0;
  for (; !served.includes("whenever"); waitedS++) {
    assert.ok(waitedS < 60, "it starves");
    wait("other", { deadline: clock.now() + 10_000 });
    clock.advance(1_000);
    await next();
  }
  assert.ok(waitedS >= 19 && waitedS <= 31, `${waitedS} s`);
});
