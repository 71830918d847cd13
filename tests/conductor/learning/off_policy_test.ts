import assert from "node:assert/strict";
import { estimateOf, type LoggedReward, offPolicyValues } from "../../../conductor/learning/off_policy.ts";
import { SeededRandom } from "../../../conductor/random.ts";

/** Two contexts, three actions, known means: a log of one policy about another. */
function logs(count: number, seed: number, isModelRight: boolean): readonly LoggedReward[] {
  const random = new SeededRandom(seed);
  const means = [[0.2, 0.5, 0.8], [0.9, 0.4, 0.1]];
  const logging = [0.5, 0.3, 0.2];
  const target = [0.1, 0.2, 0.7];
  return Array.from({ length: count }, () => {
    const context = random.below(2);
    const row = means[context] as number[];
    const chance = random.next();
    const action = chance < 0.5 ? 0 : chance < 0.8 ? 1 : 2;
    const guess = (at: number) => isModelRight ? row[at] as number : 0.5;
    return {
      weight: (target[action] as number) / (logging[action] as number),
      reward: Number(random.next() < (row[action] as number)),
      expectedLogged: guess(action),
      expectedTarget: target.reduce((sum, share, at) => sum + share * guess(at), 0),
    };
  });
}

const truth = (0.1 * 0.2 + 0.2 * 0.5 + 0.7 * 0.8 + 0.1 * 0.9 + 0.2 * 0.4 + 0.7 * 0.1) / 2;

Deno.test("offPolicyValues() comes to the truth, doubly robust with a wrong model, too", () => {
  const wrong = offPolicyValues(logs(40_000, 1, false));
  for (const estimator of ["ips", "snips", "dr"] as const) {
    assert.ok(
      Math.abs(wrong[estimator].value - truth) < 0.02,
      `${estimator} ${wrong[estimator].value}, truth ${truth}`,
    );
  }
  assert.ok(Math.abs(wrong.dm.value - truth) > 0.03, "a wrong model alone misleads");
  const right = offPolicyValues(logs(40_000, 2, true));
  assert.ok(right.dr.standardError < wrong.ips.standardError, "a right model makes it surer");
});

Deno.test("offPolicyValues() covers the truth with its 95 % interval about as often as it says", () => {
  let covered = 0;
  for (let seed = 0; seed < 300; seed++) {
    const { low, high } = offPolicyValues(logs(300, seed, false)).dr;
    if (low <= truth && truth <= high) covered++;
  }
  assert.ok(covered >= 0.91 * 300 && covered <= 0.985 * 300, `${covered} of 300`);
});

Deno.test("estimateOf() refuses an empty list", () => {
  assert.throws(() => estimateOf([]), RangeError);
  assert.throws(() => offPolicyValues([]), RangeError);
});
