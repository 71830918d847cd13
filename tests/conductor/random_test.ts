import assert from "node:assert/strict";
import { RANDOM_STATE_LENGTH, SeededRandom } from "../../conductor/random.ts";
import { testRandomPort } from "../contracts/random_contract.ts";

testRandomPort("SeededRandom", () => new SeededRandom(5));

Deno.test("SeededRandom.restore() goes on bit for bit from any place, the spare normal included", () => {
  const whole = new SeededRandom(42);
  for (let at = 0; at < 200; at++) {
    const copy = SeededRandom.restore(whole.save());
    const ahead = new SeededRandom(0);
    ahead.load(whole.save());
    assert.equal(copy.normal(), ahead.normal());
    assert.equal(copy.bits(), ahead.bits());
    if (at % 3 === 0) whole.normal();
    else whole.next();
  }
});

Deno.test("SeededRandom.load() refuses what is no saved state", () => {
  const random = new SeededRandom(1);
  assert.throws(() => random.load(new Float64Array(RANDOM_STATE_LENGTH - 1)), RangeError);
});

Deno.test("SeededRandom gives the moments of its distributions", () => {
  const random = new SeededRandom(9);
  const moments = (draw: () => number) => {
    let [sum, squares] = [0, 0];
    const count = 60_000;
    for (let at = 0; at < count; at++) {
      const value = draw();
      sum += value;
      squares += value * value;
    }
    const mean = sum / count;
    return { mean, variance: squares / count - mean * mean };
  };
  const near = (found: number, expected: number, within: number, name: string) =>
    assert.ok(Math.abs(found - expected) < within, `${name}: ${found}, expected ${expected}`);
  const normal = moments(() => random.normal());
  near(normal.mean, 0, 0.02, "mean of normals");
  near(normal.variance, 1, 0.03, "variance of normals");
  const gamma = moments(() => random.gamma(2.5));
  near(gamma.mean, 2.5, 0.04, "mean of gammas");
  near(gamma.variance, 2.5, 0.12, "variance of gammas");
  const small = moments(() => random.gamma(0.3));
  near(small.mean, 0.3, 0.02, "mean of gammas of shape 0.3");
  const beta = moments(() => random.beta(2, 6));
  near(beta.mean, 0.25, 0.005, "mean of betas");
  near(beta.variance, 2 * 6 / (64 * 9), 0.002, "variance of betas");
  near(moments(() => random.exponential()).mean, 1, 0.02, "mean of exponentials");
});
