import assert from "node:assert/strict";
import fc from "fast-check";
import { SeededRandom } from "../../../conductor/random.ts";
import { drawAction, matchProbabilities, normalBelow } from "../../../conductor/routing/matching.ts";

const arms = fc.array(
  fc.record({
    mean: fc.double({ min: -2, max: 2, noNaN: true }),
    spread: fc.double({ min: 1e-6, max: 1, noNaN: true }),
  }),
  { minLength: 1, maxLength: 12 },
);

function probabilities(of: readonly { mean: number; spread: number }[], floor: number): Float64Array {
  const into = new Float64Array(of.length);
  matchProbabilities(
    Float64Array.from(of, ({ mean }) => mean),
    Float64Array.from(of, ({ spread }) => spread),
    floor,
    into,
  );
  return into;
}

Deno.test("matchProbabilities() gives a distribution with the floor under every action", () => {
  fc.assert(
    fc.property(arms, fc.double({ min: 0, max: 0.2, noNaN: true }), (of, floor) => {
      const shares = probabilities(of, floor);
      const sum = shares.reduce((total, share) => total + share, 0);
      assert.ok(Math.abs(sum - 1) < 1e-9, `they sum to ${sum}`);
      for (const share of shares) assert.ok(share >= floor / of.length - 1e-12 && share <= 1 + 1e-12);
    }),
    { seed: 1, numRuns: 300 },
  );
});

Deno.test("matchProbabilities() agrees with sampling every score and taking the largest, within its 32 cells", () => {
  const random = new SeededRandom(3);
  const cases = [
    [{ mean: 0.5, spread: 0.1 }, { mean: 0.5, spread: 0.1 }],
    [{ mean: 0.6, spread: 0.05 }, { mean: 0.5, spread: 0.2 }, { mean: 0.1, spread: 0.3 }],
    [{ mean: 0.5, spread: 0.001 }, { mean: 0.45, spread: 0.2 }, { mean: 0.48, spread: 0.02 }],
    Array.from({ length: 10 }, (_, at) => ({ mean: 0.5 + at * 0.02, spread: 0.1 })),
  ];
  for (const of of cases) {
    const counts = new Float64Array(of.length);
    const draws = 40_000;
    for (let draw = 0; draw < draws; draw++) {
      const scores = of.map(({ mean, spread }) => mean + spread * random.normal());
      const best = scores.indexOf(Math.max(...scores));
      counts[best] = (counts[best] as number) + 1;
    }
    probabilities(of, 0).forEach((share, at) => {
      const sampled = (counts[at] as number) / draws;
      assert.ok(Math.abs(share - sampled) < 0.03, `${share} by integration, ${sampled} by sampling`);
    });
  }
});

Deno.test("drawAction() draws with the probabilities it is given (chi-square)", () => {
  const random = new SeededRandom(8);
  const shares = probabilities(
    Array.from({ length: 7 }, (_, at) => ({ mean: at * 0.05, spread: 0.15 })),
    0.05,
  );
  const counts = new Float64Array(shares.length);
  const draws = 100_000;
  for (let draw = 0; draw < draws; draw++) {
    const action = drawAction(shares, random.next());
    counts[action] = (counts[action] as number) + 1;
  }
  let chiSquare = 0;
  shares.forEach((share, at) => {
    const expected = share * draws;
    chiSquare += ((counts[at] as number) - expected) ** 2 / expected;
  });
  // The 99.9 % point with 6 degrees of freedom.
  assert.ok(chiSquare < 22.46, `chi-square ${chiSquare}`);
});

Deno.test("drawAction() never draws what has no probability, at the ends of chance either", () => {
  const shares = Float64Array.of(0, 0.25, 0, 0.75, 0);
  for (const chance of [0, 0.24999, 0.25, 0.5, 0.9999999999999999]) {
    assert.ok([1, 3].includes(drawAction(shares, chance)), `chance ${chance}`);
  }
});

Deno.test("normalBelow() rises and is Φ to three digits", () => {
  const known = [[-3, 0.00135], [-1.96, 0.025], [-1, 0.15866], [0, 0.5], [0.5, 0.69146], [
    2,
    0.97725,
  ]] as const;
  for (const [x, value] of known) {
    assert.ok(Math.abs(normalBelow(x) - value) < 5e-4, `Φ(${x}) is ${normalBelow(x)}`);
  }
  for (let x = -7; x < 7; x += 0.013) assert.ok(normalBelow(x + 0.013) >= normalBelow(x));
});
