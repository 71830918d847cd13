/**
 * One engine in a process of its own: replays every sequential session again and again and writes, a line of JSON for each, the quickest
 * run, and what the runs that took least of the processor took of it (all threads): the one figure that other programs on the machine do not disturb. Argument: the engine's index.
 *
 * @module
 */

import process from "node:process";
import { print } from "../tail.ts";
import { ENGINES } from "./engines.ts";
import { sequentialTraces } from "./trace_files.ts";

/** Each session is replayed for at least this long, in ms, after one time that does not count. */
const SPAN_MS = 1500;

const engine = ENGINES[Number(Deno.args[0])]!;
const replay = await engine.load();
for (const trace of sequentialTraces()) {
  const isRight = replay(trace) === trace.endContent;
  const times: number[] = [];
  const cpuTimes: number[] = [];
  const end = performance.now() + SPAN_MS;
  while (times.length === 0 || (performance.now() < end && times.length < 200)) {
    const began = performance.now();
    const cpu = process.cpuUsage();
    replay(trace);
    const { user, system } = process.cpuUsage(cpu);
    times.push(performance.now() - began);
    cpuTimes.push((user + system) / 1000);
  }
  times.sort((a, b) => a - b);
  cpuTimes.sort((a, b) => a - b);
  const rate = (ms: number) => trace.units.length / ms * 1000;
  print(
    JSON.stringify({
      trace: trace.name,
      counts: trace.counts,
      isRight,
      best: rate(times[0]!),
      cpu: rate(cpuTimes[Math.floor(cpuTimes.length / 10)]!),
    }),
  );
}
