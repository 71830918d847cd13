/**
 * Figures of samples: means, spread, quantiles, and the paired bootstrap by which one policy is said to beat another.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { RandomPort } from "../../core/ports/random.ts";

/** NaN for an empty list. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Sample standard deviation; 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** Of positive values; NaN for an empty list. */
export function geometricMean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += Math.log(value);
  return Math.exp(sum / values.length);
}

/** The value below which a share `q` (0 to 1) of the values lies; NaN for an empty list. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
}

export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The mean of `ours[i] - theirs[i]` with its 95 % interval, by resampling the pairs (Efron's percentile bootstrap). A claim
 * needs an interval that leaves out 0. @throws RangeError where the lists differ in length or are empty.
 */
export function pairedInterval(
  ours: readonly number[],
  theirs: readonly number[],
  random: RandomPort,
  resamples = 2000,
): Interval {
  if (ours.length !== theirs.length || ours.length === 0) {
    throw new RangeError(`Cannot pair ${ours.length} values with ${theirs.length}`);
  }
  const differences = ours.map((value, at) => value - (theirs[at] as number));
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let draw = 0; draw < differences.length; draw++) {
      sum += differences[Math.floor(random.next() * differences.length)] as number;
    }
    means[resample] = sum / differences.length;
  }
  means.sort();
  const at = (q: number) => means[Math.min(resamples - 1, Math.floor(q * resamples))] as number;
  return { mean: mean(differences), low: at(0.025), high: at(0.975) };
}
