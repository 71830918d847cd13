/**
 * The run log: durable events a second from one run, awaited one by one, in flights, and all at once; and replay.
 * Floors: a synced write of the same bytes to a file for each commit, and bare `JSON.stringify` of the events.
 * Target: over 100,000 small events a second with group commit. Run it with `deno run -A bench/log_bench.ts [folder]`.
 *
 * @module
 */

import { newRunId, nodeId } from "../core/ids.ts";
import type { RunEvent } from "../core/orchestration/event.ts";
import { LmdbDag } from "../pit/dag/lmdb.ts";
import { openStore } from "../pit/store.ts";
import { line, print, sample } from "./tail.ts";

const folder = await Deno.makeTempDir({ dir: Deno.args[0] ?? ".", prefix: "symphony-bench-" });
const store = await openStore(folder);
const dag = new LmdbDag(store);
const node = nodeId("node_1");
const event = (at: number): RunEvent => ({
  type: "node.completed",
  at,
  node,
  attempt: 1,
  output: { value: { at } },
  durationMs: 1.5,
});

async function newRun(mark: number) {
  const run = newRunId(1_700_000_000_000 + mark, () => 0.25);
  await dag.create({ run, workflow: "bench", state: "running", startedAt: mark });
  return run;
}

function rate(name: string, count: number, ms: number): void {
  print(`${name.padEnd(46)} ${Math.round(count / ms * 1000).toLocaleString("en")} events a second`);
}

async function flights(mark: number, count: number, width: number): Promise<void> {
  const run = await newRun(mark);
  const before = performance.now();
  for (let at = 0; at < count;) {
    const calls: Promise<void>[] = [];
    const end = Math.min(count, at + width);
    for (; at < end; at++) calls.push(dag.append(run, at, [event(at)]));
    await Promise.all(calls);
  }
  rate(
    width >= count ? `all ${count} asked for at once` : `in flights of ${width}`,
    count,
    performance.now() - before,
  );
}

try {
  const file = await Deno.open(`${folder}/floor`, { create: true, write: true });
  const bytes = new TextEncoder().encode(`[${JSON.stringify(event(1))}]`);
  const floor = await sample(() => {
    file.writeSync(bytes);
    file.syncDataSync();
  }, 500);
  file.close();
  const run = await newRun(0);
  const one = await sample((at) => dag.append(run, at, [event(at)]), 500);
  print(line("floor: file write, synced", floor));
  print(line("append of one event, awaited", one, floor));
  const before = performance.now();
  for (let at = 0; at < 200_000; at++) JSON.stringify([event(at)]);
  rate("floor: JSON.stringify of each", 200_000, performance.now() - before);
  await flights(1, 5_000, 10);
  await flights(2, 20_000, 100);
  await flights(3, 200_000, 1_000);
  await flights(4, 200_000, 200_000);
  const start = performance.now();
  let count = 0;
  for await (const events of dag.replay(newRunId(1_700_000_000_004, () => 0.25))) count += events.length;
  rate("replay", count, performance.now() - start);
} finally {
  await store[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
}
