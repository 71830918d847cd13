/**
 * The log-normal distribution, as far as dispatching needs it: when does what is running end, given that it has not yet?
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/**
 * Median of the whole duration given that `elapsed` have passed, for a log-normal duration with this median and variance
 * of the logarithm. Never below `elapsed`.
 */
export function medianGiven(median: number, variance: number, elapsed: number): number {
  if (!(elapsed > 0) || !(median > 0)) return median;
  const sd = Math.sqrt(variance);
  // Below this nothing but the far tail has been cut off.
  if (sd === 0) return Math.max(median, elapsed);
  const z = Math.log(elapsed / median) / sd;
  if (z < -2.5) return median;
  const survived = upperTail(z);
  if (survived < 1e-7) return elapsed * (1 + (sd * Math.LN2) / z);
  return Math.max(elapsed, median * Math.exp(-sd * normalQuantile(survived / 2)));
}

/** How much less than `best` a normal value with this mean and spread is expected to be, where it is less. */
export function expectedImprovement(best: number, mean: number, sd: number): number {
  if (!(sd > 0) || mean === Infinity) return 0;
  const z = (best - mean) / sd;
  return sd * (Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) + z * upperTail(-z));
}

/** P(Z > z) for a standard normal; absolute error below 7.5e-8 (Abramowitz and Stegun 26.2.17). */
export function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const polynomial = t *
    (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * polynomial;
  return z >= 0 ? tail : 1 - tail;
}

/** The z with P(Z < z) = p, for 0 < p < 1; relative error below 1.2e-9 (Acklam 2003). */
export function normalQuantile(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return tailQuantile(q);
  }
  if (p > 1 - 0.02425) {
    const q = Math.sqrt(-2 * Math.log(1 - p));
    return -tailQuantile(q);
  }
  const q = p - 0.5;
  const r = q * q;
  return (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r +
            138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239) *
    q /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r +
              66.80131188771972) * r - 13.28068155288572) * r + 1);
}

function tailQuantile(q: number): number {
  return (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q -
            2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783) /
    ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q +
          3.754408661907416) * q + 1);
}
