import assert from "node:assert/strict";
import { temporaryFolder } from "../pit/temporary_store.ts";
import { PitWorld } from "./pit_world.ts";
import { RandomSource } from "./random_source.ts";

/** More on demand: `SYMPHONY_PIT_STEPS=200000 SYMPHONY_SEED=7 deno test -A tests/simulation/pit_simulation_test.ts`. */
const STEPS = Number(Deno.env.get("SYMPHONY_PIT_STEPS") ?? 20_000);
const SEED = Number(Deno.env.get("SYMPHONY_SEED") ?? 20_261_126);
/** A world's model grows; many small ones see more than a large one. */
const STEPS_A_WORLD = 2_500;

Deno.test(`the Pit keeps its promises over ${STEPS} random steps with faults (seed ${SEED})`, async () => {
  const sums = { faults: 0, granted: 0, deferred: 0, leases: 0, artifacts: 0, events: 0 };
  for (let world = 0; world * STEPS_A_WORLD < STEPS; world++) {
    const seed = SEED + world;
    await using folder = temporaryFolder();
    const pit = new PitWorld(folder.path, new RandomSource(seed));
    await pit.open();
    try {
      for (let step = 0; step < STEPS_A_WORLD; step++) {
        await pit.step().catch((cause) => {
          throw new Error(`Step ${step} of SYMPHONY_SEED=${seed} broke a promise: ${cause}`, { cause });
        });
      }
      pit.drainClaims();
      await pit.checkAll();
      for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += pit.counts[key];
    } finally {
      await pit.close();
    }
  }
  // A simulation that does nothing proves nothing.
  for (const [what, count] of Object.entries(sums)) assert.ok(count > STEPS / 200, `${count} ${what}`);
});
