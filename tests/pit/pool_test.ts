import assert from "node:assert/strict";
import fc from "fast-check";
import { extensionId } from "../../core/ids.ts";
import { type Lease, noLease } from "../../core/ports/pool.ts";
import { Places } from "../../pit/pool/places.ts";
import { InstancePool } from "../../pit/pool/pool.ts";
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
