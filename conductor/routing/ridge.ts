/**
 * Bayesian ridge regressions over the same features, one for each instrument: mean, variance, one-step update of the
 * inverse by Sherman and Morrison's formula, O(d²). Values are residuals, so the prior mean is 0.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";

export class Ridge {
  readonly #size: number;
  readonly #interceptPrecision: number;
  readonly #precision: number;
  readonly #inverses: Float64Array[] = [];
  readonly #weights: Float64Array[] = [];
  readonly #gain: Float64Array;
  /** Sum of log predictive densities, times -2; less is better. */
  loss = 0;
  /** Squared errors, scaled by what was expected of them, and how many. */
  #errors = 1.6;
  #count = 10;

  /** `size` counts the intercept, which is the first feature and always 1. */
  constructor(size: number, interceptPrecision: number, precision: number) {
    this.#size = size;
    this.#interceptPrecision = interceptPrecision;
    this.#precision = precision;
    this.#gain = new Float64Array(size);
  }

  /** Variance of an outcome around its mean. */
  get noise(): number {
    return this.#errors / this.#count;
  }

  get outputs(): number {
    return this.#weights.length;
  }

  /** Makes room for `outputs` regressions. */
  grow(outputs: number): void {
    while (this.#weights.length < outputs) {
      this.#weights.push(new Float64Array(this.#size));
      this.#inverses.push(this.#prior());
    }
  }

  /** Back to the prior for one output. */
  reset(output: number): void {
    this.#weights[output] = new Float64Array(this.#size);
    this.#inverses[output] = this.#prior();
  }

  mean(output: number, x: Float64Array): number {
    const weights = this.#weights[output] as Float64Array;
    let sum = 0;
    for (let at = 0; at < weights.length; at++) sum += (weights[at] as number) * (x[at] as number);
    return sum;
  }

  /** Variance of the mean in units of the noise. */
  leverage(output: number, x: Float64Array): number {
    const inverse = this.#inverses[output] as Float64Array;
    const size = this.#size;
    let total = 0;
    for (let row = 0; row < size; row++) {
      const value = x[row] as number;
      if (value === 0) continue;
      const from = row * size;
      let sum = 0;
      for (let column = 0; column < size; column++) {
        sum += (inverse[from + column] as number) * (x[column] as number);
      }
      total += sum * value;
    }
    return total;
  }

  /** Part of the mean that feature `at` makes. */
  contribution(output: number, at: number, value: number): number {
    return ((this.#weights[output] as Float64Array)[at] as number) * value;
  }

  /** Scores the prediction of `y`, then learns it. */
  observe(output: number, x: Float64Array, y: number): void {
    const inverse = this.#inverses[output] as Float64Array;
    const weights = this.#weights[output] as Float64Array;
    const gain = this.#gain;
    const size = this.#size;
    let leverage = 0;
    let error = y;
    for (let row = 0; row < size; row++) {
      const from = row * size;
      let sum = 0;
      for (let column = 0; column < size; column++) {
        sum += (inverse[from + column] as number) * (x[column] as number);
      }
      gain[row] = sum;
      leverage += sum * (x[row] as number);
      error -= (weights[row] as number) * (x[row] as number);
    }
    this.#score(error, leverage);
    const scale = 1 / (1 + leverage);
    for (let row = 0; row < size; row++) {
      const scaled = (gain[row] as number) * scale;
      weights[row] = (weights[row] as number) + scaled * error;
      const from = row * size;
      for (let column = 0; column < size; column++) {
        inverse[from + column] = (inverse[from + column] as number) - scaled * (gain[column] as number);
      }
    }
  }

  #score(error: number, leverage: number): void {
    const variance = this.noise * (1 + leverage);
    this.loss += Math.log(variance) + error * error / variance;
    this.#errors += error * error / (1 + leverage);
    this.#count++;
  }

  #prior(): Float64Array {
    const inverse = new Float64Array(this.#size * this.#size);
    for (let at = 0; at < this.#size; at++) {
      inverse[at * this.#size + at] = 1 / (at === 0 ? this.#interceptPrecision : this.#precision);
    }
    return inverse;
  }

  save(out: NumberWriter): void {
    out.number(this.loss).number(this.#errors).number(this.#count);
    for (let output = 0; output < this.#weights.length; output++) {
      out.array(this.#weights[output] as Float64Array).array(this.#inverses[output] as Float64Array);
    }
  }

  /** Takes the numbers of an equal one with `outputs` regressions. */
  load(from: NumberReader, outputs: number): void {
    this.loss = from.number();
    this.#errors = from.number();
    this.#count = from.number();
    this.#weights.length = 0;
    this.#inverses.length = 0;
    for (let output = 0; output < outputs; output++) {
      this.#weights.push(from.array(this.#size));
      this.#inverses.push(from.array(this.#size * this.#size));
    }
  }
}
