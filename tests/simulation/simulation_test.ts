import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { consequences } from "../../core/orchestration/decide.ts";
import { evolve, replayAll } from "../../core/orchestration/evolve.ts";
import { restoreSnapshot, takeSnapshot } from "../../core/orchestration/snapshot.ts";
import type { RunState } from "../../core/orchestration/state.ts";
import { simulate } from "./simulation.ts";

/** The same runs every time; SYMPHONY_SEED sweeps others. */
const BASE_SEED = Number(Deno.env.get("SYMPHONY_SEED") ?? 20261124);

Deno.test("engine agrees with the naive scheduler at every step of random runs", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => void simulate(seed)), {
    numRuns: 400,
    seed: BASE_SEED,
  });
});

Deno.test("simulate() gives the same log for the same seed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      deepEqual(simulate(seed).log, simulate(seed).log);
    }),
    { numRuns: 20 },
  );
});

Deno.test("a run cut off after any event goes on alike from a replay and from a snapshot", () => {
  const drain = (state: RunState) => {
    for (
      let more = consequences(state, { now: 0 });
      more.length > 0;
      more = consequences(state, { now: 0 })
    ) {
      for (const event of more) evolve(state, event);
    }
    return takeSnapshot(state);
  };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.nat(), (seed, cut) => {
      const { plan, log } = simulate(seed);
      const replayed = replayAll(plan, log.slice(0, cut % log.length));
      const restored = restoreSnapshot(plan, takeSnapshot(replayed));
      deepEqual(drain(restored), drain(replayed));
    }),
    { numRuns: 400 },
  );
});

// Seeds that found something.

Deno.test("simulate(57): the end of a fan-out does not count as an attempt of its node", () => {
  simulate(57);
});

Deno.test("simulate(645): a node that was opened stays so when what it merely came after is retried", () => {
  simulate(645);
});

Deno.test("simulate(1666): a failed item does not count as an attempt of its node", () => {
  simulate(1666);
});

Deno.test("simulate(300184779): a failed item ends its essential fan-out also while that waits again for its sources", () => {
  simulate(300184779);
});

Deno.test("simulate(300103972): items of a list that is made anew are new, also where their node had not begun", () => {
  simulate(300103972);
});

Deno.test("simulate(700005641): an item that was skipped while it waited for a place does not take the next one's turn", () => {
  simulate(700005641);
});
