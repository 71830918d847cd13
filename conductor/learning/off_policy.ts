/**
 * What another policy would have earned, from the log of this one: inverse propensity scoring, its self-normalised form,
 * the direct method, and the doubly robust estimator (Dudík, Langford and Li 2011), each with its standard error and a
 * 95 % interval.
 *
 * The expectations must not have seen the row's own reward: predictions logged before the outcome, or cross-fitted.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

export interface LoggedReward {
  /** Probability of the logged action under the target policy, over that under the logging policy. */
  readonly weight: number;
  readonly reward: number;
  /** Expected reward of the logged action. */
  readonly expectedLogged: number;
  /** Expected reward of the target policy in the same state. */
  readonly expectedTarget: number;
}

export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

export type Estimator = "ips" | "snips" | "dm" | "dr";

/** The target policy's value by each estimator. @throws RangeError for an empty log. */
export function offPolicyValues(rows: readonly LoggedReward[]): Readonly<Record<Estimator, Estimate>> {
  if (rows.length === 0) throw new RangeError("Cannot estimate a value: the log is empty");
  const weights = rows.reduce((sum, { weight }) => sum + weight, 0);
  const ratio = weights === 0
    ? 0
    : rows.reduce((sum, { weight, reward }) => sum + weight * reward, 0) / weights;
  const scale = weights === 0 ? 0 : rows.length / weights;
  return {
    ips: estimateOf(rows.map(({ weight, reward }) => weight * reward)),
    // The delta method: a ratio's error is that of its residuals.
    snips: shifted(estimateOf(rows.map(({ weight, reward }) => weight * (reward - ratio) * scale)), ratio),
    dm: estimateOf(rows.map(({ expectedTarget }) => expectedTarget)),
    dr: estimateOf(rows.map(doublyRobust)),
  };
}

/** One row's doubly robust value. */
export function doublyRobust({ weight, reward, expectedLogged, expectedTarget }: LoggedReward): number {
  return expectedTarget + weight * (reward - expectedLogged);
}

/** Mean and normal 95 % interval of independent values. @throws RangeError for an empty list. */
export function estimateOf(values: readonly number[]): Estimate {
  if (values.length === 0) throw new RangeError("Cannot estimate a mean: the list is empty");
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / Math.max(1, values.length - 1) / values.length);
  return { value: mean, standardError, low: mean - 1.96 * standardError, high: mean + 1.96 * standardError };
}

function shifted({ standardError }: Estimate, value: number): Estimate {
  return { value, standardError, low: value - 1.96 * standardError, high: value + 1.96 * standardError };
}
