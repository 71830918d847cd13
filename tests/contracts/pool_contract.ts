/**
 * What every PoolPort promises. The maker is given how instances start, stop and die.
 *
 * @module
 */

import assert from "node:assert/strict";
import { type ExtensionId, extensionId, type InstanceId, instanceId } from "../../core/ids.ts";
import { type Lease, noLease, type PoolPort } from "../../core/ports/pool.ts";

/** Instances that start when told to. */
export class FakeInstances {
  readonly starting: { readonly succeed: () => void; readonly fail: (why: string) => void }[] = [];
  readonly cooled: InstanceId[] = [];
  readonly dead = new Set<InstanceId>();
  /** Where true, an instance starts at once. */
  prompt = true;
  #made = 0;

  warm(extension: ExtensionId): Promise<InstanceId> {
    return new Promise((resolve, reject) => {
      const succeed = () => resolve(instanceId(`${extension}#${++this.#made}`));
      this.starting.push({ succeed, fail: (why) => reject(new Error(why)) });
      if (this.prompt) succeed();
    });
  }

  cool(instance: InstanceId): Promise<void> {
    this.cooled.push(instance);
    return Promise.resolve();
  }

  isAlive(instance: InstanceId): boolean {
    return !this.dead.has(instance);
  }

  /** Bytes of each. */
  memory: number | undefined;

  /** Bytes of single ones. */
  readonly memories = new Map<InstanceId, number>();

  memoryOf(instance: InstanceId): number | undefined {
    return this.memories.get(instance) ?? this.memory;
  }
}

/** Lets promises that are already settled run their consequences. */
export async function settled(): Promise<void> {
  for (let at = 0; at < 20; at++) await Promise.resolve();
}

/** Registers the suite for one adapter. */
export function testPoolPort(name: string, make: (instances: FakeInstances) => PoolPort): void {
  const extension = extensionId("acme/thing");
  const never = new AbortController().signal;
  const code = (expected: string) => (error: unknown) =>
    error instanceof Error && "code" in error && error.code === expected;

  Deno.test(`${name}.acquire() warms an instance; then lease() and release() need no other`, async () => {
    const instances = new FakeInstances();
    const pool = make(instances);
    const kind = pool.register(extension, { instances: 2, concurrency: 1 });
    assert.equal(pool.lease(kind), noLease);
    const first = await pool.acquire(kind, never);
    assert.notEqual(first, noLease);
    assert.equal(pool.lease(kind), noLease, "its only place is taken");
    assert.equal(pool.release(first), true);
    const second = pool.lease(kind);
    assert.notEqual(second, noLease);
    assert.equal(pool.instanceOf(second), "acme/thing#1");
    assert.equal(instances.starting.length, 1);
  });

  Deno.test(`${name}.release() refuses a lease that was given back, and one that was never given`, async () => {
    const pool = make(new FakeInstances());
    const kind = pool.register(extension, { instances: 1, concurrency: 2 });
    const lease = await pool.acquire(kind, never);
    assert.equal(pool.release(lease), true);
    assert.equal(pool.release(lease), false);
    const next = pool.lease(kind);
    assert.notEqual(next, lease);
    assert.equal(pool.release(lease), false, "the old lease does not end the new one");
    assert.throws(() => pool.instanceOf(lease), code("closed"));
    assert.equal(pool.release(noLease), false);
    for (const strange of [-1, 2 ** 31 - 1, 12_345] as Lease[]) assert.equal(pool.release(strange), false);
    assert.equal(pool.release(next), true);
  });

  Deno.test(`${name} gives at most instances × concurrency places, all different`, async () => {
    const pool = make(new FakeInstances());
    const kind = pool.register(extension, { instances: 3, concurrency: 2 });
    const leases = await Promise.all(Array.from({ length: 6 }, () => pool.acquire(kind, never)));
    assert.equal(new Set(leases).size, 6);
    assert.equal(new Set(leases.map((lease) => pool.instanceOf(lease))).size, 3);
    assert.equal(pool.lease(kind), noLease);
  });

  Deno.test(`${name}.acquire() serves those who wait in order of arrival`, async () => {
    const pool = make(new FakeInstances());
    const kind = pool.register(extension, { instances: 1, concurrency: 1 });
    let lease = await pool.acquire(kind, never);
    const order: number[] = [];
    const waiting = [0, 1, 2].map((at) =>
      pool.acquire(kind, never).then((got) => {
        order.push(at);
        return got;
      })
    );
    for (const wait of waiting) {
      pool.release(lease);
      assert.equal(pool.lease(kind), noLease, "a later lease does not overtake those who wait");
      lease = await wait;
    }
    assert.deepEqual(order, [0, 1, 2]);
  });

  Deno.test(`${name}.acquire() rejects with aborted at once and later, and keeps its place for the next`, async () => {
    const pool = make(new FakeInstances());
    const kind = pool.register(extension, { instances: 1, concurrency: 1 });
    const lease = await pool.acquire(kind, never);
    await assert.rejects(pool.acquire(kind, AbortSignal.abort()), code("aborted"));
    const abort = new AbortController();
    const impatient = pool.acquire(kind, abort.signal);
    const patient = pool.acquire(kind, never);
    abort.abort();
    await assert.rejects(impatient, code("aborted"));
    pool.release(lease);
    assert.notEqual(await patient, noLease);
  });

  Deno.test(`${name}.acquire() tells those who wait when no instance can be started`, async () => {
    const instances = new FakeInstances();
    instances.prompt = false;
    const pool = make(instances);
    const kind = pool.register(extension, { instances: 1, concurrency: 1 });
    const calls = [pool.acquire(kind, never), pool.acquire(kind, never)];
    instances.starting[0]?.fail("no such file");
    for (const call of calls) {
      await assert.rejects(
        call,
        (error: unknown) => code("extension")(error) && /no such file/.test(String(error)),
      );
    }
  });

  Deno.test(`${name}.release() with a failure stops the instance and starts another for the next`, async () => {
    const instances = new FakeInstances();
    const pool = make(instances);
    const kind = pool.register(extension, { instances: 1, concurrency: 2 });
    const [a, b] = [await pool.acquire(kind, never), await pool.acquire(kind, never)] as const;
    const waiting = pool.acquire(kind, never);
    pool.release(a, "it crashed");
    assert.equal(pool.readings()[0]?.state, "failed");
    assert.equal(pool.readings()[0]?.reason, "it crashed");
    assert.deepEqual(instances.cooled, [], "its other call has not ended");
    assert.equal(pool.instanceOf(b), "acme/thing#1");
    pool.release(b);
    assert.equal(pool.instanceOf(await waiting), "acme/thing#2");
    assert.deepEqual(instances.cooled, ["acme/thing#1"]);
  });

  Deno.test(`${name}.acquire() passes over an instance that died idle`, async () => {
    const instances = new FakeInstances();
    const pool = make(instances);
    const kind = pool.register(extension, { instances: 2, concurrency: 3 });
    const lease = await pool.acquire(kind, never);
    instances.dead.add(pool.instanceOf(lease));
    pool.release(lease);
    const next = await pool.acquire(kind, never);
    assert.equal(pool.instanceOf(next), "acme/thing#2");
    assert.deepEqual(instances.cooled, ["acme/thing#1"]);
  });

  Deno.test(`${name}.drain() waits for calls, refuses new ones, and stops every instance once`, async () => {
    const instances = new FakeInstances();
    const pool = make(instances);
    const kind = pool.register(extension, { instances: 2, concurrency: 1 });
    const [a, b] = [await pool.acquire(kind, never), await pool.acquire(kind, never)] as const;
    const waiting = pool.acquire(kind, never);
    pool.release(a);
    const c = await waiting;
    const late = pool.acquire(kind, never);
    let isDrained = false;
    const drained = pool.drain().then(() => isDrained = true);
    await assert.rejects(late, code("closed"));
    await assert.rejects(pool.acquire(kind, never), code("closed"));
    assert.equal(pool.lease(kind), noLease);
    pool.release(b);
    await settled();
    assert.equal(isDrained, false);
    pool.release(c);
    await drained;
    assert.deepEqual([...instances.cooled].sort(), ["acme/thing#1", "acme/thing#2"]);
    await pool.drain();
  });

  Deno.test(`${name}.drain() stops an instance that was still starting`, async () => {
    const instances = new FakeInstances();
    instances.prompt = false;
    const pool = make(instances);
    const kind = pool.register(extension, { instances: 1, concurrency: 1 });
    const waiting = pool.acquire(kind, never);
    const drained = pool.drain();
    await assert.rejects(waiting, code("closed"));
    instances.starting[0]?.succeed();
    await drained;
    assert.deepEqual(instances.cooled, ["acme/thing#1"]);
  });

  Deno.test(`${name}.register() again gives the same kind and the new limits`, async () => {
    const pool = make(new FakeInstances());
    const kind = pool.register(extension, { instances: 1, concurrency: 1 });
    await pool.acquire(kind, never);
    const waiting = pool.acquire(kind, never);
    assert.equal(pool.register(extension, { instances: 2, concurrency: 1 }), kind);
    assert.equal(pool.instanceOf(await waiting), "acme/thing#2");
    assert.throws(() => pool.register(extension, { instances: 0, concurrency: 1 }), RangeError);
    assert.notEqual(pool.register(extensionId("acme/other"), { instances: 1, concurrency: 1 }), kind);
  });
}
