/**
 * Probability matching: Thompson sampling with its probabilities known. Each action's score is normal; the probability
 * that it is the largest is integrated numerically, the action is then drawn from these very probabilities. So what is
 * logged as propensity is exact by construction, not an estimate.
 *
 * P(a is largest) = ∫ ∏_{b≠a} Φ_b(z) dΦ_a(z), as a sum over 32 cells: the mass that `a` puts into a cell times the other
 * distributions at its middle. Sums of masses, not densities, stay right for scores that are known much more exactly
 * than others. Cost: contenders × 64 values of Φ, a few microseconds.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

const CELLS = 32;
/** Scores further than this many standard deviations apart do not contend. */
const REACH = 3.5;

/**
 * Φ of the standard normal by Page's logistic form (1977), error below 0.0002. It defines the policy's probabilities, so
 * its error changes the policy a little and its logged propensities not at all.
 */
export function normalBelow(x: number): number {
  if (x <= -TABLE_END) return 0;
  if (x >= TABLE_END) return 1;
  const place = (x + TABLE_END) * TABLE_STEPS;
  const at = Math.floor(place);
  const low = table[at] as number;
  return low + (place - at) * ((table[at + 1] as number) - low);
}

/** A straight line between neighbours 1/64 apart costs a fifth of the exponential. */
const TABLE_END = 6;
const TABLE_STEPS = 64;
const table = Float64Array.from({ length: 2 * TABLE_END * TABLE_STEPS + 2 }, (_, at) => {
  const x = at / TABLE_STEPS - TABLE_END;
  return 1 / (1 + Math.exp(-x * (1.5957691216 + 0.0713548162726 * x * x)));
});

/**
 * Writes into `probabilities` how probable each action is: with `1 - floor` the one of the largest sampled score, with
 * `floor` any, uniformly. They sum to 1.
 */
export function matchProbabilities(
  means: Float64Array,
  spreads: Float64Array,
  floor: number,
  probabilities: Float64Array,
): void {
  const count = means.length;
  let low = -Infinity;
  let high = -Infinity;
  let best = 0;
  for (let at = 0; at < count; at++) {
    const mean = means[at] as number;
    const reach = REACH * (spreads[at] as number);
    low = Math.max(low, mean - reach);
    high = Math.max(high, mean + reach);
    if (mean > (means[best] as number)) best = at;
    probabilities[at] = 0;
  }
  const contenders: number[] = [];
  for (let at = 0; at < count; at++) {
    if ((means[at] as number) + REACH * (spreads[at] as number) >= low) contenders.push(at);
  }
  if (contenders.length < 2 || high - low < 1e-12) probabilities[best] = 1;
  else integrate(contenders, means, spreads, low, (high - low) / CELLS, probabilities);
  for (let at = 0; at < count; at++) {
    probabilities[at] = (1 - floor) * (probabilities[at] as number) + floor / count;
  }
}

function integrate(
  contenders: readonly number[],
  means: Float64Array,
  spreads: Float64Array,
  low: number,
  width: number,
  probabilities: Float64Array,
): void {
  const count = contenders.length;
  const below = new Float64Array(count);
  const middle = new Float64Array(count);
  for (let i = 0; i < count; i++) below[i] = distribution(contenders[i] as number, means, spreads, low);
  let total = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    let all = 1;
    for (let i = 0; i < count; i++) {
      const value = distribution(contenders[i] as number, means, spreads, low + (cell + 0.5) * width);
      middle[i] = Math.max(1e-9, value);
      all *= middle[i] as number;
    }
    for (let i = 0; i < count; i++) {
      const action = contenders[i] as number;
      const upTo = distribution(action, means, spreads, low + (cell + 1) * width);
      const mass = (upTo - (below[i] as number)) * all / (middle[i] as number);
      below[i] = upTo;
      probabilities[action] = (probabilities[action] as number) + mass;
      total += mass;
    }
  }
  for (const action of contenders) probabilities[action] = (probabilities[action] as number) / total;
}

function distribution(action: number, means: Float64Array, spreads: Float64Array, at: number): number {
  return normalBelow((at - (means[action] as number)) / Math.max(1e-9, spreads[action] as number));
}

/** The action that the uniform number `chance` in [0, 1) falls on. */
export function drawAction(probabilities: Float64Array, chance: number): number {
  let left = chance;
  let last = 0;
  for (let at = 0; at < probabilities.length; at++) {
    const share = probabilities[at] as number;
    if (share <= 0) continue;
    last = at;
    left -= share;
    if (left < 0) return at;
  }
  return last;
}
