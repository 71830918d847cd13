/**
 * kill -9 of host processes at random: a few seconds here; as long as one likes, with the distribution of recovery times, by
 * `deno run -A bench/extensions_bench.ts storm=300`.
 *
 * @module
 */

import assert from "node:assert/strict";
import { denoHostCommand } from "../../extensions/host/host_command.ts";
import { killStorm } from "./zoo/kill_storm.ts";

const seconds = 4;

/** Numbers from 0 to 1, the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

Deno.test("every call is answered or failed typed and answered when tried again, while hosts are killed at random", async () => {
  const report = await killStorm({
    command: denoHostCommand(),
    durationMs: seconds * 1000,
    everyMs: 300,
    random: randomFrom(9),
    spares: true,
  });
  const { kills, answered, lost, recoveries } = report;
  assert.deepEqual(lost, []);
  assert.ok(kills >= 3, `${kills} kills`);
  assert.ok(answered > 100, `${answered} answers`);
  assert.ok(recoveries.length > 0);
});
