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
