/**
 * Which proposals a person accepts, learned from what becomes of them: accepted as it is, edited, rejected. Logistic
 * regression with a Gaussian belief about its weights, brought up to date by one Newton step an outcome (assumed-density
 * filtering; MacKay 1992). The prior says what anybody would: that a proposal speaks of the goal matters most.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { Gaussian } from "../dispatch/gaussian.ts";
import type { NumberReader, NumberWriter } from "../number_stream.ts";
import type { Candidate } from "./candidate.ts";

/** What is looked at, with the prior mean and standard deviation of its weight. */
const FEATURES = [
  ["always", -1, 1],
  ["a template", 0.8, 0.7],
  ["made of parts", -0.2, 0.7],
  ["by an instrument", 0.3, 0.7],
  ["share of the goal's words", 4, 1],
  ["share of parts to the point", 1, 0.7],
  ["nodes beyond the first, as a logarithm", -0.2, 0.4],
  ["inputs that have to be given", -0.4, 0.4],
  ["dollars, as a logarithm of cents", -0.3, 0.4],
  ["changes files", -0.3, 0.5],
  ["warnings", -0.4, 0.4],
  ["tasks that nothing serves", -0.6, 0.5],
] as const;

/** What an outcome is worth. */
export const outcomeValue = { accepted: 1, edited: 0.6, rejected: 0 } as const;
export type ProposalOutcome = keyof typeof outcomeValue;
/** A proposal that was shown beside the one that was taken is rejected with this weight. */
const PASSED_OVER = 0.3;

export class PreferenceModel {
  readonly #belief = new Gaussian(FEATURES.length);
  #outcomes = 0;

  constructor() {
    FEATURES.forEach(([, mean, sd], at) => {
      this.#belief.precision[at * FEATURES.length + at] = 1 / (sd * sd);
      this.#belief.shift[at] = mean / (sd * sd);
    });
    this.#belief.solve();
  }

  get outcomes(): number {
    return this.#outcomes;
  }

  /** Probability that the person accepts it. */
  score(features: Float64Array): number {
    return logistic(dot(this.#belief.mean, features));
  }

  /** The features that speak most for or against, in words. */
  explain(features: Float64Array): string {
    const parts = FEATURES.map(([name], at) => ({
      name,
      weight: (this.#belief.mean[at] as number) * (features[at] as number),
    }));
    return parts.slice(1).filter(({ weight }) => Math.abs(weight) > 0.1)
      .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, 3)
      .map(({ name, weight }) => `${name} ${weight > 0 ? "+" : ""}${weight.toFixed(1)}`).join(", ");
  }

  /** What became of a proposal that was shown. */
  learn(features: Float64Array, outcome: ProposalOutcome | "passed-over"): void {
    const weight = outcome === "passed-over" ? PASSED_OVER : 1;
    const value = outcome === "passed-over" ? 0 : outcomeValue[outcome];
    const { precision, shift, mean } = this.#belief;
    const margin = dot(mean, features);
    const chance = logistic(margin);
    const curvature = weight * chance * (1 - chance);
    const pull = weight * (value - chance) + curvature * margin;
    const size = FEATURES.length;
    for (let a = 0; a < size; a++) {
      shift[a] = (shift[a] as number) + pull * (features[a] as number);
      for (let b = 0; b < size; b++) {
        precision[a * size + b] = (precision[a * size + b] as number) +
          curvature * (features[a] as number) * (features[b] as number);
      }
    }
    this.#belief.solve();
    this.#outcomes += 1;
  }

  write(numbers: NumberWriter): void {
    numbers.number(this.#outcomes).array(this.#belief.precision).array(this.#belief.shift);
  }

  /** @throws SymphonyError `corrupt` */
  static read(numbers: NumberReader): PreferenceModel {
    const model = new PreferenceModel();
    model.#outcomes = numbers.number();
    model.#belief.precision.set(numbers.array(FEATURES.length ** 2));
    model.#belief.shift.set(numbers.array(FEATURES.length));
    model.#belief.solve();
    return model;
  }
}

/** A proposal as the model sees it. */
export function featuresOf(candidate: Omit<Candidate, "score">): Float64Array {
  const { source, coverage, focus, nodes, inputs, price, writes, problems } = candidate;
  return Float64Array.of(
    1,
    source === "template" ? 1 : 0,
    source === "parts" ? 1 : 0,
    source === "instrument" ? 1 : 0,
    coverage,
    focus,
    Math.log(Math.max(1, nodes.length)),
    inputs.filter(({ isRequired }) => isRequired).length,
    Math.log1p(100 * price.usdMost),
    writes ? 1 : 0,
    Math.log1p(problems.length),
    price.unserved.length,
  );
}

function logistic(margin: number): number {
  return 1 / (1 + Math.exp(-margin));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] as number) * (b[at] as number);
  return sum;
}
