/**
 * Which instance goes: cold starts of a pool with room for few, over the hours of 57 applications (Azure Functions 2019,
 * CC BY 4.0, in the evaluation data), by policy; beside them Belady's choice, which knows what comes and cannot be beaten.
 * And the pause of a pool with 10,000 kinds and 1,000 live instances when it makes room.
 *
 * @module
 */

import { extensionId, instanceId } from "../core/ids.ts";
import { type EvictionPolicy, FadingFrequency, Gdsf, Lru, type Popularity } from "../pit/pool/eviction.ts";
import { InstancePool } from "../pit/pool/pool.ts";
import { SystemClock } from "../system/clock.ts";
import { percentile, print } from "./tail.ts";
import { type Call, zipfCalls } from "./zipf_calls.ts";

const DATA = new URL("../../shared/data/rl/dev/prewarm/azure2019_apps.csv", import.meta.url);

function readCalls(text: string): { calls: Call[]; sizesMb: number[] } {
  const rows = text.trim().split("\n").slice(1).map((line) => line.split(","));
  const sizesMb = rows.map(([, mb]) => Number(mb));
  const calls = rows.flatMap(([, , , minutes], app) =>
    (minutes ?? "").split(";").filter((part) => part !== "").map((part): Call => ({
      app,
      at: Number(part.split(":")[0]) * 60_000,
    }))
  );
  return { calls: calls.sort((a, b) => a.at - b.at || a.app - b.app), sizesMb };
}

/** Misses over all calls, with room for `room` instances. */
function replay(
  calls: readonly Call[],
  room: number,
  policy: EvictionPolicy,
): number {
  const live = new Set<number>();
  const known = new Map<number, Popularity>();
  let misses = 0;
  for (const { app, at } of calls) {
    const popularity = known.get(app) ?? policy.fresh(at);
    known.set(app, popularity);
    if (!live.has(app)) {
      misses++;
      if (live.size >= room) {
        let least = -1;
        let leastValue = Infinity;
        for (const other of live) {
          const value = policy.value(known.get(other) as Popularity, { sizeMb: 1, loadMs: 1_000 }, at);
          if (value < leastValue) [least, leastValue] = [other, value];
        }
        policy.evicted(known.get(least) as Popularity, leastValue);
        live.delete(least);
      }
      live.add(app);
    }
    policy.used(popularity, 1, at);
  }
  return misses / calls.length;
}

function belady(calls: readonly Call[], room: number): number {
  const next = new Float64Array(calls.length);
  const later = new Map<number, number>();
  for (let at = calls.length - 1; at >= 0; at--) {
    const { app } = calls[at] as Call;
    next[at] = later.get(app) ?? Infinity;
    later.set(app, at);
  }
  const live = new Map<number, number>();
  let misses = 0;
  calls.forEach(({ app }, at) => {
    if (!live.has(app)) {
      misses++;
      if (live.size >= room) {
        const [farthest] = [...live].reduce((a, b) => b[1] > a[1] ? b : a);
        live.delete(farthest);
      }
    }
    live.set(app, next[at] as number);
  });
  return misses / calls.length;
}

async function pauses(): Promise<void> {
  const pool = new InstancePool(
    {
      warm: (extension) => Promise.resolve(instanceId(extension)),
      cool: () => Promise.resolve(),
      isAlive: () => true,
    },
    new SystemClock(),
    { mostInstances: 1_000 },
  );
  const never = new AbortController().signal;
  const kinds = Array.from(
    { length: 10_000 },
    (_, at) => pool.register(extensionId(`bench/kind-${at}`), { instances: 1, concurrency: 1 }),
  );
  // In turns with a loop that only waits for as long: what stalls both is the machine's, not the pool's.
  const times: number[] = [];
  const idle: number[] = [];
  for (let turn = 0; turn < 120; turn++) {
    const began = performance.now();
    for (let at = turn * 100; at < (turn + 1) * 100; at++) {
      const before = performance.now();
      const lease = await pool.acquire(kinds[(at * 7) % kinds.length]!, never);
      pool.release(lease);
      times.push(performance.now() - before);
    }
    const end = 2 * performance.now() - began;
    let worst = 0;
    for (let last = performance.now(); last < end;) {
      await undefined;
      const now = performance.now();
      worst = Math.max(worst, now - last);
      last = now;
    }
    idle.push(worst);
  }
  const over = (pauses: readonly number[]) => pauses.filter((ms) => ms > 5).length;
  times.sort((a, b) => a - b);
  const shown = [0.5, 0.99, 1].map((share) => percentile(times, share).toFixed(3));
  print(
    `10,000 kinds, 1,000 live, each of 12,000 calls evicts and starts one: p50 ${shown[0]} ms, p99 ${
      shown[1]
    } ms, worst ${shown[2]} ms, ${over(times)} over 5 ms (target: none)`,
  );
  print(
    `  a loop that only waits, in turns with it: worst ${Math.max(...idle).toFixed(3)} ms, ${
      over(idle)
    } over 5 ms`,
  );
  const { hits, misses, evictions } = pool.counters();
  print(`  hits ${hits}, misses ${misses}, evictions ${evictions}`);
  await pool.drain();
}

/** Prints both tables. */
export async function eviction(): Promise<void> {
  await pauses();
  table("calls by Zipf's law (0.9) of 57 applications, made from a seed", zipfCalls(57, 20_000));
  const text = await Deno.readTextFile(DATA).catch(() => undefined);
  if (text === undefined) return print("Recorded calls: not beside the project");
  const { calls, sizesMb } = readCalls(text);
  table(`minutes with calls of ${sizesMb.length} recorded applications`, calls);
}

/** Miss rates by policy and room. */
function table(what: string, calls: readonly Call[]): void {
  print(`Miss rate over ${calls.length.toLocaleString("en")} ${what}`);
  for (const room of [8, 16, 32]) {
    const of = (policy: EvictionPolicy) => `${(replay(calls, room, policy) * 100).toFixed(1)} %`.padStart(7);
    print(
      `  room for ${String(room).padStart(2)}: LRU ${of(new Lru())}   GDSF ${
        of(new Gdsf())
      }   ours (fading frequency) ${of(new FadingFrequency())}   ` +
        `Belady, the floor ${(belady(calls, room) * 100).toFixed(1)} %`,
    );
  }
}

if (import.meta.main) await eviction();
