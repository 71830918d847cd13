import assert from "node:assert/strict";
import fc from "fast-check";
import type { Heads } from "../../../conductor/decision.ts";
import { smallestFlip } from "../../../conductor/routing/flip.ts";
import { type Preference, preferences, utility } from "../../../core/policy/preference.ts";

const head: fc.Arbitrary<Heads> = fc.record({
  quality: fc.double({ min: 0, max: 1, noNaN: true }),
  qualitySd: fc.constant(0.1),
  usd: fc.double({ min: 0, max: 0.05, noNaN: true }),
  seconds: fc.double({ min: 0, max: 20, noNaN: true }),
  failure: fc.double({ min: 0, max: 0.3, noNaN: true }),
});

function score({ quality, usd, seconds, failure }: Heads, preference: Preference): number {
  return utility(preference, quality, usd, seconds, failure);
}

function bestOf(heads: readonly Heads[], preference: Preference): number {
  const scores = heads.map((one) => score(one, preference));
  return scores.indexOf(Math.max(...scores));
}

Deno.test("smallestFlip() names a weight at which the other is as good as the best, and no smaller change of it flips", () => {
  fc.assert(
    fc.property(
      fc.array(head, { minLength: 2, maxLength: 6 }),
      fc.constantFrom(...Object.values(preferences)),
      (
        heads,
        preference,
      ) => {
        const best = bestOf(heads, preference);
        const flip = smallestFlip(heads, preference, best);
        if (flip === undefined) return;
        const there = { ...preference, [flip.weight]: flip.to };
        const gap = score(heads[best] as Heads, there) - score(heads[flip.action] as Heads, there);
        assert.ok(Math.abs(gap) < 1e-6, `the gap there is ${gap}`);
        for (let share = 0.05; share < 0.96; share += 0.1) {
          const between = { ...preference, [flip.weight]: flip.from + (flip.to - flip.from) * share };
          const lead = score(heads[best] as Heads, between) - score(heads[flip.action] as Heads, between);
          assert.ok(lead >= -1e-9, `it flips before, at ${share} of the way`);
        }
      },
    ),
    { seed: 4, numRuns: 300 },
  );
});

Deno.test("smallestFlip() says nothing where one is better in everything", () => {
  const better = { quality: 0.9, qualitySd: 0, usd: 0.001, seconds: 1, failure: 0.01 };
  const worse = { quality: 0.5, qualitySd: 0, usd: 0.002, seconds: 2, failure: 0.02 };
  assert.equal(smallestFlip([better, worse], preferences.balanced, 0), undefined);
});
