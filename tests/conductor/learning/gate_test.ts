import assert from "node:assert/strict";
import fc from "fast-check";
import { ConservativeGate } from "../../../conductor/learning/gate.ts";
import { NumberReader, NumberWriter } from "../../../conductor/number_stream.ts";
import { SeededRandom } from "../../../conductor/random.ts";
import { drawAction } from "../../../conductor/routing/matching.ts";

const known = () => ({ mean: 0.7, spread: 0.02 });

Deno.test("ConservativeGate.apply() gives a distribution, moves probability to the default only, and keeps the floor", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 }),
      fc.nat(7),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }),
      (scores, place, rewards) => {
        const gate = new ConservativeGate(0.05);
        const standard = place % scores.length;
        for (const reward of rewards) {
          gate.note({ kind: 0, tookStandard: false, reward, expected: 0.7, standardPenalty: 0 });
        }
        const propensities = new Float64Array(scores.length).fill(1 / scores.length);
        const gated = gate.apply({
          kind: 0,
          scores: Float64Array.from(scores),
          spreads: new Float64Array(scores.length).fill(0.05),
          propensities,
          standard,
          floor: 0.02,
        }, known);
        assert.ok(Math.abs(gated.reduce((sum, value) => sum + value, 0) - 1) < 1e-9);
        gated.forEach((value, at) => {
          if (at === standard) assert.ok(value >= (propensities[at] as number) - 1e-12);
          else {assert.ok(
              value <= (propensities[at] as number) + 1e-12 && value >= 0.02 / scores.length - 1e-12,
            );}
        });
      },
    ),
    { seed: 5, numRuns: 300 },
  );
});

Deno.test("ConservativeGate holds a learner that chooses badly to the default, less the margin and the floor", () => {
  // The learner believes the bad one to be good: the worst that can happen.
  const gate = new ConservativeGate(0.05);
  const random = new SeededRandom(2);
  const [goodQuality, badQuality] = [0.8, 0.3];
  let [earned, standard] = [0, 0];
  for (let round = 0; round < 3000; round++) {
    const gated = gate.apply({
      kind: 0,
      scores: Float64Array.of(0.8, 0.85),
      spreads: Float64Array.of(0.02, 0.02),
      propensities: Float64Array.of(0.01, 0.99),
      standard: 0,
      floor: 0.01,
    }, () => ({ mean: 0.8, spread: 0.02 }));
    const action = drawAction(gated, random.next());
    const expected = action === 0 ? goodQuality : badQuality;
    const reward = Number(random.next() < expected);
    gate.note({ kind: 0, tookStandard: action === 0, reward, expected: 0.85, standardPenalty: 0 });
    earned += expected;
    standard += goodQuality;
    if (round > 100) {
      assert.ok(earned >= 0.95 * standard - 3, `round ${round}: ${earned} of ${standard}`);
    }
  }
  assert.ok(earned < standard, "the learner was let try at all");
});

Deno.test("ConservativeGate restored has the same slack", () => {
  const gate = new ConservativeGate(0.05);
  for (let round = 0; round < 40; round++) {
    gate.note({
      kind: round % 3,
      tookStandard: round % 4 === 0,
      reward: round % 2,
      expected: 0.5,
      standardPenalty: 0.1,
    });
  }
  const out = new NumberWriter();
  gate.save(out);
  const copy = new ConservativeGate(0.05);
  copy.load(new NumberReader(out.done()));
  assert.deepEqual(copy.slack(known), gate.slack(known));
});
