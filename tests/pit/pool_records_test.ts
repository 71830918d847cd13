import assert from "node:assert/strict";
import { extensionId } from "../../core/ids.ts";
import { LmdbPoolRecords } from "../../pit/pool/records.ts";
import { Arbitration } from "../../pit/arbitration/arbitration.ts";
import { claimOf } from "../contracts/arbitration_contract.ts";
import { InstancePool } from "../../pit/pool/pool.ts";
import { openStore } from "../../pit/store.ts";
import { FakeInstances } from "../contracts/pool_contract.ts";
import { ManualClock } from "./manual_clock.ts";

const never = new AbortController().signal;

Deno.test("LmdbPoolRecords shows another opening of the folder what a pool is like while it lives and after its end", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock();
  try {
    await using store = await openStore(folder);
    await using other = await openStore(folder);
    const looking = new LmdbPoolRecords(other, clock);
    assert.deepEqual(await looking.statuses(), []);
    const pool = new InstancePool(new FakeInstances(), clock);
    const arbitration = new Arbitration(clock, { limits: { cpu: { total: 1 } } });
    const records = new LmdbPoolRecords(store, clock);
    records.record({ pool, arbitration }, 42);
    clock.advance(10_000);
    await records[Symbol.asyncDispose]();
    assert.deepEqual(await looking.statuses(), [], "a pool that held nothing leaves nothing");

    records.record({ pool, arbitration }, 42);
    const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
    pool.release(await pool.acquire(kind, never));
    clock.advance(2_000);
    await store.commit(() => {});
    const [living] = await looking.statuses();
    assert.deepEqual([living?.pid, living?.endedAt], [42, undefined]);
    assert.deepEqual(living?.limits, [{ kind: "cpu", total: 1, free: 1 }]);
    const claims = ["a", "b"].map((node) => ({ ...claimOf(node, []), amounts: { cpu: 1 } }));
    for (const claim of claims) arbitration.request(claim);
    clock.advance(2_000);
    await store.commit(() => {});
    const [busy] = await looking.statuses();
    assert.deepEqual(busy?.limits, [{ kind: "cpu", total: 1, free: 0 }]);
    assert.deepEqual(busy?.waiting?.map(({ by, reason }) => [by.node, reason]), [
      ["b", 'It asks for 1 of "cpu", of which 0 of 1 are free'],
    ]);
    assert.deepEqual(busy?.users?.map(({ of, grants, waiting }) => [of, grants, waiting]), [["", 1, 1]]);
    assert.deepEqual(living?.instances.map(({ state }) => state), ["hot"]);
    assert.deepEqual(living?.moves.map(({ from, to }) => `${from} ${to}`), ["cold warming", "warming hot"]);
    await pool.drain();
    await records[Symbol.asyncDispose]();
    const [ended] = await looking.statuses();
    assert.equal(ended?.endedAt, clock.now());
    assert.equal(ended?.process, living?.process);
    assert.ok(ended?.moves.some(({ to, reason }) => to === "cold" && reason !== ""));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("LmdbPoolRecords keeps the newest twenty processes", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock();
  try {
    await using store = await openStore(folder);
    for (let pid = 1; pid <= 23; pid++) {
      const records = new LmdbPoolRecords(store, clock);
      const pool = new InstancePool(new FakeInstances(), clock);
      records.record({ pool, arbitration: new Arbitration(clock) }, pid);
      const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
      pool.release(await pool.acquire(kind, never));
      clock.advance(5);
      await records[Symbol.asyncDispose]();
    }
    const pids = (await new LmdbPoolRecords(store, clock).statuses()).map(({ pid }) => pid);
    assert.deepEqual(pids, Array.from({ length: 20 }, (_, at) => 23 - at));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** 600 instances that die after their first use: four moves each. */
async function useMany(folder: string, clock: ManualClock, pid: number, keptForMs?: () => number) {
  await using store = await openStore(folder);
  const instances = new FakeInstances();
  const pool = new InstancePool(instances, clock);
  await using records = new LmdbPoolRecords(store, clock, keptForMs);
  records.record({ pool, arbitration: new Arbitration(clock) }, pid);
  const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
  for (let at = 0; at < 600; at++) {
    const lease = await pool.acquire(kind, never);
    instances.dead.add(pool.instanceOf(lease));
    pool.release(lease);
  }
  await pool.drain();
}

Deno.test("LmdbPoolRecords keeps every move of every process with its reason, and drops them when they are too old", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock();
  const all = async () => {
    await using store = await openStore(folder);
    return await Array.fromAsync(new LmdbPoolRecords(store, clock).moves());
  };
  try {
    await useMany(folder, clock, 1);
    clock.advance(5);
    await useMany(folder, clock, 2);
    const moves = await all();
    assert.equal(moves.length, 2 * 600 * 4, "more than any ring holds");
    assert.equal(new Set(moves.map(({ process }) => process)).size, 2);
    assert.ok(moves.every(({ reason }) => reason !== ""));
    clock.advance(10_000);
    await useMany(folder, clock, 3, () => 5_000);
    const pids = new Set((await all()).map(({ process }) => process.split("-").at(-1)));
    assert.deepEqual([...pids], ["3"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("LmdbPoolRecords has a move on the disk a quarter of a second after it, so that a killed process leaves it", async () => {
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock();
  try {
    await using store = await openStore(folder);
    await using other = await openStore(folder);
    const pool = new InstancePool(new FakeInstances(), clock);
    await using records = new LmdbPoolRecords(store, clock);
    records.record({ pool, arbitration: new Arbitration(clock) }, 1);
    const kind = pool.register(extensionId("acme/thing"), { instances: 1, concurrency: 1 });
    pool.release(await pool.acquire(kind, never));
    clock.advance(250);
    await store.commit(() => {});
    const seen = await Array.fromAsync(new LmdbPoolRecords(other, clock).moves());
    assert.deepEqual(seen.map(({ to }) => to), ["warming", "hot"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
