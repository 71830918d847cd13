/**
 * The pool's hot path: one lease and its release, in batches, beside a bare free list's pop and push. Target: 50–100 ns
 * for the pair, aim < 50. Run it with `deno run -A bench/pool_bench.ts`.
 *
 * @module
 */

import { extensionId, instanceId } from "../core/ids.ts";
import type { Lease, PoolKind } from "../core/ports/pool.ts";
import { InstancePool } from "../pit/pool/pool.ts";
import { SystemClock } from "../system/clock.ts";
import { print } from "./tail.ts";

const BATCH = 100_000;
const ROUNDS = 60;

/** The median time of one operation in nanoseconds, over batches, and the slowest batch's. */
function nanoseconds(batch: () => number): { p50: number; worst: number } {
  const times: number[] = [];
  let kept = 0;
  for (let round = 0; round < ROUNDS + 10; round++) {
    const before = performance.now();
    kept += batch();
    if (round >= 10) times.push((performance.now() - before) / BATCH * 1e6);
  }
  // Using the result keeps the compiler from leaving the work out.
  if (!Number.isFinite(kept)) throw new Error("the benchmark computed nothing");
  times.sort((a, b) => a - b);
  return { p50: times[ROUNDS >> 1] as number, worst: times.at(-1) as number };
}

function report(name: string, { p50, worst }: { p50: number; worst: number }, floor?: number): void {
  const ratio = floor === undefined ? "floor" : `${(p50 / floor).toFixed(2)} × floor`;
  print(
    `${name.padEnd(50)} p50 ${p50.toFixed(1).padStart(7)} ns   worst batch ${
      worst.toFixed(1).padStart(7)
    } ns   ${ratio}`,
  );
}

const free = Int32Array.from({ length: 64 }, (_, at) => at);
let top = free.length;
const floor = nanoseconds(() => {
  let sum = 0;
  for (let at = 0; at < BATCH; at++) {
    const place = free[--top] as number;
    sum += place;
    free[top++] = place;
  }
  return sum;
});
report("floor: pop and push of a free list", floor);

const pool = new InstancePool({
  warm: (extension) => Promise.resolve(instanceId(extension)),
  cool: () => Promise.resolve(),
  isAlive: () => true,
}, new SystemClock());
const never = new AbortController().signal;
const kinds: PoolKind[] = [];
for (let at = 0; at < 16; at++) {
  const kind = pool.register(extensionId(`bench/kind-${at}`), { instances: 4, concurrency: 8 });
  const leases = await Promise.all(Array.from({ length: 32 }, () => pool.acquire(kind, never)));
  for (const lease of leases) pool.release(lease);
  kinds.push(kind);
}

const [first] = kinds;
if (first === undefined) throw new Error("the pool has no kinds");
report(
  "lease and release, one kind (target 50–100)",
  nanoseconds(() => {
    let sum = 0;
    for (let at = 0; at < BATCH; at++) {
      const lease = pool.lease(first);
      sum += lease;
      pool.release(lease);
    }
    return sum;
  }),
  floor.p50,
);

const held: Lease[] = new Array<Lease>(16).fill(0 as Lease);
report(
  "lease and release, 16 kinds, 16 held at a time",
  nanoseconds(() => {
    let sum = 0;
    for (let at = 0; at < BATCH; at++) {
      const slot = at & 15;
      if (at >= 16) pool.release(held[slot] as Lease);
      const lease = pool.lease(kinds[slot] as PoolKind);
      held[slot] = lease;
      sum += lease;
    }
    for (const lease of held) pool.release(lease);
    return sum;
  }),
  floor.p50,
);
const before = performance.now();
for (let at = 0; at < 20_000; at++) pool.release(await pool.acquire(first, never));
print(`acquire and release, awaited: ${((performance.now() - before) / 20_000 * 1e6).toFixed(0)} ns each`);
await pool.drain();
