import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addTokens,
  costUsd,
  NO_TOKENS,
  priceOf,
  type Tokens,
} from "../../../extensions/bundled/instrument/price.ts";

const PRICES = { "model-a": { input: 2, output: 10, cachedInput: 0.2, cacheWrite: 2.5 } };

Deno.test("priceOf() knows a model by its name and by its dated versions, and no other", () => {
  for (const name of ["model-a", "model-a-20260317", "model-a-2026-03-17"]) {
    assert.equal(priceOf(name, PRICES), PRICES["model-a"]);
  }
  for (const name of ["model", "model-a-mini", "model-a-2026", "constructor", ""]) {
    assert.equal(priceOf(name, PRICES), undefined);
  }
});

Deno.test("costUsd() prices plain, cached and written input apart", () => {
  const tokens = { input: 1_000_000, output: 100_000, cachedInput: 400_000, cacheWrite: 100_000 };
  assert.equal(costUsd(tokens, PRICES["model-a"]), 0.5 * 2 + 0.1 * 10 + 0.4 * 0.2 + 0.1 * 2.5);
});

Deno.test("costUsd() is unknown without a price or without counts, and 0 for what is free", () => {
  assert.equal(costUsd({ ...NO_TOKENS, input: 5, output: 5 }, undefined), undefined);
  assert.equal(costUsd(NO_TOKENS, PRICES["model-a"]), undefined);
  assert.equal(costUsd(NO_TOKENS, { input: 0, output: 0 }), 0);
});

Deno.test("addTokens() makes the cost of two requests the sum of their costs", () => {
  const count = fc.nat(1_000_000);
  const tokens: fc.Arbitrary<Tokens> = fc.tuple(count, count, count, count).map((
    [plain, output, cached, write],
  ) => ({
    input: plain + cached + write,
    output,
    cachedInput: cached,
    cacheWrite: write,
  }));
  fc.assert(fc.property(tokens, tokens, (a, b) => {
    const price = PRICES["model-a"];
    const apart = (costUsd(a, price) as number) + (costUsd(b, price) as number);
    assert.ok(Math.abs(apart - (costUsd(addTokens(a, b), price) as number)) < 1e-9);
  }));
});
