/**
 * What the router is held against: random, epsilon-greedy on arm means, and three that are linear in `[1, x, kind]` with
 * one ridge regression an arm on the whole reward: LinUCB (Li et al. 2010), linear Thompson sampling (Agrawal and Goyal
 * 2013) and SquareCB (Foster and Rakhlin 2020). Parameters as measured best in the field's comparisons: ε = 0.1,
 * α = 0.3, v = 0.1, γ = 10·√t.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { SeededRandom } from "../../random.ts";
import type { BanditPolicy, BanditRequest, BanditSetting, Observed } from "./world.ts";

export class RandomPolicy implements BanditPolicy {
  readonly #arms: number;
  readonly #random: SeededRandom;

  constructor({ arms }: BanditSetting, random: SeededRandom) {
    this.#arms = arms.length;
    this.#random = random;
  }

  choose(): number {
    return this.#random.below(this.#arms);
  }

  learn(): void {}

  best(): number {
    return this.#random.below(this.#arms);
  }
}

export class EpsilonGreedy implements BanditPolicy {
  readonly #random: SeededRandom;
  readonly #count: Float64Array;
  readonly #mean: Float64Array;
  readonly #epsilon = 0.1;

  constructor({ arms }: BanditSetting, random: SeededRandom) {
    this.#random = random;
    this.#count = new Float64Array(arms.length);
    this.#mean = new Float64Array(arms.length);
  }

  choose(): number {
    const unseen = this.#count.indexOf(0);
    if (unseen >= 0) return unseen;
    return this.#random.next() < this.#epsilon ? this.#random.below(this.#count.length) : this.best();
  }

  learn(_: BanditRequest, arm: number, { reward }: Observed): void {
    const count = (this.#count[arm] as number) + 1;
    this.#count[arm] = count;
    this.#mean[arm] = (this.#mean[arm] as number) + (reward - (this.#mean[arm] as number)) / count;
  }

  best(): number {
    return largest(this.#mean);
  }
}

type LinearMode = "ucb" | "thompson" | "square";

/** One ridge regression an arm (prior precision 1), its inverse kept by Sherman and Morrison's formula. */
export class LinearBaseline implements BanditPolicy {
  readonly #mode: LinearMode;
  readonly #random: SeededRandom;
  readonly #inverse: readonly Float64Array[];
  readonly #weights: readonly Float64Array[];
  readonly #mean: Float64Array;
  readonly #scores: Float64Array;
  #size = 0;
  #round = 0;

  constructor({ arms }: BanditSetting, random: SeededRandom, mode: LinearMode, size: number) {
    this.#mode = mode;
    this.#random = random;
    this.#size = size;
    this.#inverse = arms.map(() => identity(size));
    this.#weights = arms.map(() => new Float64Array(size));
    this.#mean = new Float64Array(arms.length);
    this.#scores = new Float64Array(arms.length);
  }

  choose(request: BanditRequest): number {
    this.#round++;
    const places = nonZero(request.vector);
    this.#predict(request.vector, places);
    if (this.#mode === "square") return this.#inverseGap();
    for (let arm = 0; arm < this.#mean.length; arm++) {
      const spread = Math.sqrt(Math.max(1e-12, this.#quadratic(arm, request.vector, places)));
      const draw = this.#mode === "ucb" ? 0.3 : 0.1 * this.#random.normal();
      this.#scores[arm] = (this.#mean[arm] as number) + draw * spread;
    }
    return largest(this.#scores);
  }

  learn({ vector }: BanditRequest, arm: number, { reward }: Observed): void {
    const inverse = this.#inverse[arm] as Float64Array;
    const weights = this.#weights[arm] as Float64Array;
    const size = this.#size;
    const places = nonZero(vector);
    const gain = new Float64Array(size);
    let denominator = 1;
    let error = reward;
    for (let row = 0; row < size; row++) {
      let sum = 0;
      for (const column of places) {
        sum += (inverse[row * size + column] as number) * (vector[column] as number);
      }
      gain[row] = sum;
    }
    for (const place of places) {
      denominator += (gain[place] as number) * (vector[place] as number);
      error -= (weights[place] as number) * (vector[place] as number);
    }
    for (let row = 0; row < size; row++) {
      const scaled = (gain[row] as number) / denominator;
      if (scaled === 0) continue;
      weights[row] = (weights[row] as number) + scaled * error;
      const from = row * size;
      for (let column = 0; column < size; column++) {
        inverse[from + column] = (inverse[from + column] as number) - scaled * (gain[column] as number);
      }
    }
  }

  best({ vector }: BanditRequest): number {
    this.#predict(vector, nonZero(vector));
    return largest(this.#mean);
  }

  #predict(vector: Float64Array, places: readonly number[]): void {
    for (let arm = 0; arm < this.#mean.length; arm++) {
      const weights = this.#weights[arm] as Float64Array;
      let sum = 0;
      for (const place of places) sum += (weights[place] as number) * (vector[place] as number);
      this.#mean[arm] = sum;
    }
  }

  #quadratic(arm: number, vector: Float64Array, places: readonly number[]): number {
    const inverse = this.#inverse[arm] as Float64Array;
    let total = 0;
    for (const row of places) {
      const from = row * this.#size;
      let sum = 0;
      for (const column of places) sum += (inverse[from + column] as number) * (vector[column] as number);
      total += sum * (vector[row] as number);
    }
    return total;
  }

  #inverseGap(): number {
    const arms = this.#mean.length;
    const best = largest(this.#mean);
    const gamma = 10 * Math.sqrt(this.#round);
    let rest = 1;
    for (let arm = 0; arm < arms; arm++) {
      if (arm === best) continue;
      const share = 1 / (arms + gamma * ((this.#mean[best] as number) - (this.#mean[arm] as number)));
      this.#scores[arm] = share;
      rest -= share;
    }
    this.#scores[best] = rest;
    let left = this.#random.next();
    for (let arm = 0; arm < arms; arm++) {
      left -= this.#scores[arm] as number;
      if (left <= 0) return arm;
    }
    return best;
  }
}

/** The place of the largest value; the first of equals. */
export function largest(values: Float64Array): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) {
    if ((values[at] as number) > (values[best] as number)) best = at;
  }
  return best;
}

function identity(size: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let at = 0; at < size; at++) matrix[at * size + at] = 1;
  return matrix;
}

function nonZero(vector: Float64Array): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at < vector.length; at++) if (vector[at] !== 0) places.push(at);
  return places;
}
