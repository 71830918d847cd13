import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { simulate } from "./simulation.ts";

Deno.test("engine agrees with the naive scheduler at every step of random runs", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => void simulate(seed)), {
    numRuns: 400,
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
