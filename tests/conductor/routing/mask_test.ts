import assert from "node:assert/strict";
import fc from "fast-check";
import { Breaker } from "../../../conductor/routing/breaker.ts";
import { hardReason, type MaskFacts, maskOptions } from "../../../conductor/routing/mask.ts";

const maybe = (arbitrary: fc.Arbitrary<number>) => fc.option(arbitrary, { nil: undefined });
const option: fc.Arbitrary<MaskFacts> = fc.record({
  id: fc.uuid(),
  wasTried: fc.boolean(),
  broken: fc.option(fc.constant("no answer"), { nil: undefined }),
  contextTokens: maybe(fc.integer({ min: 1, max: 2000 })),
  tokensIn: fc.integer({ min: 0, max: 2000 }),
  usd: fc.double({ min: 0, max: 1, noNaN: true }),
  budgetUsd: maybe(fc.double({ min: -0.1, max: 1, noNaN: true })),
  seconds: fc.double({ min: 0, max: 10, noNaN: true }),
  deadlineSeconds: maybe(fc.double({ min: 0, max: 10, noNaN: true })),
});

Deno.test("maskOptions() lets nothing through that budget or context forbid, and gives every other a reason", () => {
  fc.assert(
    fc.property(fc.array(option, { maxLength: 10 }), (options) => {
      const { allowed, masked } = maskOptions(options);
      assert.equal(allowed.length + masked.length, options.length);
      for (const one of allowed) assert.equal(hardReason(one), undefined);
      for (const { reason } of masked) assert.notEqual(reason, "");
      // Where anything may be taken at all, something is.
      if (options.some((one) => hardReason(one) === undefined)) assert.ok(allowed.length > 0);
    }),
    { seed: 3, numRuns: 300 },
  );
});

Deno.test("maskOptions() waives the mildest reason where only soft ones are left", () => {
  const base: MaskFacts = {
    id: "a",
    wasTried: false,
    broken: undefined,
    contextTokens: undefined,
    tokensIn: 1,
    usd: 0,
    budgetUsd: undefined,
    seconds: 5,
    deadlineSeconds: undefined,
  };
  const slow = { ...base, id: "slow", deadlineSeconds: 1 };
  const broken = { ...base, id: "broken", broken: "no answer" };
  const tried = { ...base, id: "tried", wasTried: true };
  assert.deepEqual(maskOptions([tried, broken, slow]).allowed.map(({ id }) => id), ["slow"]);
  assert.deepEqual(maskOptions([tried, broken]).allowed.map(({ id }) => id), ["broken"]);
  assert.deepEqual(maskOptions([tried]).allowed.map(({ id }) => id), ["tried"]);
});

Deno.test("Breaker opens after three calls in a row without an answer, and lets one try after a while", () => {
  const breaker = new Breaker();
  for (let call = 0; call < 2; call++) breaker.report("a", false, 0);
  assert.equal(breaker.reason("a", 0), undefined);
  breaker.report("a", false, 0);
  assert.match(breaker.reason("a", 1000) ?? "", /3 times in a row/);
  assert.equal(breaker.reason("a", 15_000), undefined);
  breaker.note("a", 15_000);
  assert.match(breaker.reason("a", 15_001) ?? "", /trying/);
  breaker.report("a", false, 16_000);
  assert.match(breaker.reason("a", 16_000 + 29_000) ?? "", /in a row/);
  assert.equal(breaker.reason("a", 16_000 + 30_000), undefined);
  breaker.report("a", true, 50_000);
  breaker.report("a", false, 50_000);
  assert.equal(breaker.reason("a", 50_000), undefined);
});
