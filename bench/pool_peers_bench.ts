/**
 * The pool beside pools from npm (generic-pool, tarn), each with instances that start at once, so that only the pool itself is
 * measured: a place had and given back by a promise, and 1,000 callers for 8 places. Then what only ours has: how soon the dead are
 * found, and draining with calls under way.
 *
 * @module
 */

import { createPool } from "generic-pool";
import { Pool as Tarn } from "tarn";
import { extensionId, type InstanceId, instanceId } from "../core/ids.ts";
import { InstancePool } from "../pit/pool/pool.ts";
import { SystemClock } from "../system/clock.ts";
import { line, print, type Sample, sample } from "./tail.ts";

const PLACES = 8;
const CALLERS = 1_000;
const COUNT = 5_000;
const never = new AbortController().signal;

/** One way of having a place: resolves once it was had and `work` done. */
interface Subject {
  readonly name: string;
  use(work: () => Promise<void> | void): Promise<void>;
  end(): Promise<unknown>;
}

function ours(): Subject {
  const pool = new InstancePool(startAtOnce(), new SystemClock());
  const kind = pool.register(extensionId("bench/kind"), { instances: PLACES, concurrency: 1 });
  return {
    name: "ours",
    async use(work) {
      const lease = await pool.acquire(kind, never);
      await work();
      pool.release(lease);
    },
    end: () => pool.drain(),
  };
}

function tarn(): Subject {
  const pool = new Tarn<object>({ create: () => ({}), destroy: () => {}, min: 0, max: PLACES });
  return {
    name: "tarn",
    async use(work) {
      const one = await pool.acquire().promise;
      await work();
      pool.release(one);
    },
    end: () => pool.destroy(),
  };
}

function generic(): Subject {
  const factory = { create: () => Promise.resolve({}), destroy: () => Promise.resolve() };
  const pool = createPool(factory, { max: PLACES });
  return {
    name: "generic-pool",
    async use(work) {
      const one = await pool.acquire();
      await work();
      await pool.release(one);
    },
    end: () => pool.drain().then(() => pool.clear()),
  };
}

function startAtOnce(dead = new Set<InstanceId>()) {
  let count = 0;
  return {
    warm: (extension: string) => Promise.resolve(instanceId(`${extension}#${++count}`)),
    cool: () => Promise.resolve(),
    isAlive: (instance: InstanceId) => !dead.has(instance),
  };
}

async function compare(): Promise<void> {
  const floor = await sample(() => Promise.resolve(), COUNT);
  print(line("floor: a promise awaited", floor));
  for (const subject of [ours(), tarn(), generic()]) {
    print(
      line(
        `a place had and given back, ${subject.name}`,
        await sample(() => subject.use(() => {}), COUNT),
        floor,
      ),
    );
    await subject.end();
  }
  const bare = await sample(() => Promise.all(Array.from({ length: CALLERS }, turn)), 20);
  print(line(`floor: ${CALLERS} turns at once`, bare));
  for (const subject of [ours(), tarn(), generic()]) {
    const all = () => Promise.all(Array.from({ length: CALLERS }, () => subject.use(turn)));
    print(line(`${CALLERS} callers, ${PLACES} places, ${subject.name}`, await sample(all, 20), bare));
    await subject.end();
  }
}

/** Work of one turn of the microtask queue. */
async function turn(): Promise<void> {
  await undefined;
}

/** How long after its death an idle instance is found, at random moments. */
async function foundWithin(): Promise<Sample> {
  const dead = new Set<InstanceId>();
  const pool = new InstancePool(startAtOnce(dead), new SystemClock());
  const kind = pool.register(extensionId("bench/mortal"), { instances: 1, concurrency: 1 });
  const times: number[] = [];
  for (let at = 0; at < 12; at++) {
    const lease = await pool.acquire(kind, never);
    const victim = pool.instanceOf(lease);
    pool.release(lease);
    await pass(Math.random() * 500);
    const found = new Promise<void>((resolve) => {
      const unwatch = pool.watchMoves(({ to, instance }) => {
        if (to !== "failed" || instance !== victim) return;
        unwatch();
        resolve();
      });
    });
    dead.add(victim);
    const before = performance.now();
    await found;
    times.push(performance.now() - before);
  }
  await pool.drain();
  return times.sort((a, b) => a - b);
}

/** Draining while 100 calls of 50 ms are under way: how long after the last call, and how many calls were lost. */
async function draining(): Promise<void> {
  const pool = new InstancePool(startAtOnce(), new SystemClock());
  const kind = pool.register(extensionId("bench/busy"), { instances: 25, concurrency: 4 });
  let ended = 0;
  let lastAt = 0;
  const leases = await Promise.all(Array.from({ length: 100 }, () => pool.acquire(kind, never)));
  const calls = leases.map(async (lease) => {
    await pass(25 + Math.random() * 50);
    pool.instanceOf(lease);
    if (pool.release(lease)) ended++;
    lastAt = performance.now();
  });
  await pool.drain();
  const afterMs = performance.now() - lastAt;
  await Promise.all(calls);
  print(
    `drained ${afterMs.toFixed(2)} ms after the last of 100 calls under way; ${100 - ended} lost (floor 0)`,
  );
}

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

await compare();
print(line("a dead instance found (target < 1,000 ms)", await foundWithin()).replace(/ +floor$/, ""));
await draining();
