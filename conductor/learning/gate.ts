/**
 * The conservative gate: what the learner has earned never falls more than a stated share below what the operator's
 * default would have earned (conservative bandits: Wu et al. 2016, Kazerouni et al. 2017). A choice that could break this
 * gives its probability to the default.
 *
 * In rounds that took the default the two earn the same, so only the others count: with D the sum of their rewards less
 * what the default would have given, and n their number,
 *
 * G1. D + lower(choice) - upper(default) - 1.5·σ·√(n+1) ≥ -margin · (what the default earns over all rounds) holds for every
 *     choice let through, but for the uniform floor, whose price is bounded by its probability and without which nothing
 *     could be evaluated later.
 * G2. The probabilities after the gate are those the action is drawn from.
 *
 * What the default would have given in the past is estimated anew in each round, from what is known of it by now and
 * with its uncertainty against the learner: an early guess must not become a licence.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { grown } from "../grown.ts";

/** What is known by now of the default's quality for a kind of task. */
export interface KnownQuality {
  readonly mean: number;
  readonly spread: number;
}

/** Standard deviations of the rewards that the promise holds against. */
const SURETY = 1.5;

export interface GateState {
  /** Number of the kind of task. */
  readonly kind: number;
  /** Expected reward by candidate, and how well it is known. */
  readonly scores: Float64Array;
  readonly spreads: Float64Array;
  readonly propensities: Float64Array;
  /** The operator's default among the candidates. */
  readonly standard: number;
  /** Probability of the uniform floor. */
  readonly floor: number;
}

export interface GateRound {
  readonly kind: number;
  readonly tookStandard: boolean;
  readonly reward: number;
  /** What the reward was expected to be. */
  readonly expected: number;
  /** What cost, time and failure take from the default's quality in this round. */
  readonly standardPenalty: number;
}

export class ConservativeGate {
  readonly margin: number;
  #kinds = 0;
  /** Rounds of each kind that took another, and the default's penalties in them. */
  #others: Float64Array = new Float64Array(8);
  #penalties: Float64Array = new Float64Array(8);
  #rounds = 0;
  /** Rewards of rounds that took another, and of those that took the default. */
  #earned = 0;
  #standardEarned = 0;
  #squares = 1.6;

  /** `margin` is the share that may be lost, 0 to 1. */
  constructor(margin = 0.05) {
    this.margin = margin;
  }

  /** Probabilities of the candidates after the gate; they sum to 1. */
  apply(
    { scores, spreads, propensities, standard, floor }: GateState,
    known: (kind: number) => KnownQuality,
  ): Float64Array {
    const count = scores.length;
    const gated = Float64Array.from(propensities);
    const { slack, others } = this.slack(known);
    const noise = Math.sqrt(this.#squares / (this.#rounds + 10));
    const need = (scores[standard] as number) + (spreads[standard] as number) +
      SURETY * noise * Math.sqrt(others + 1) -
      slack - this.margin * Math.abs(scores[standard] as number);
    for (let at = 0; at < count; at++) {
      if (at === standard || (scores[at] as number) - (spreads[at] as number) >= need) continue;
      const kept = Math.min(gated[at] as number, floor / count);
      gated[standard] = (gated[standard] as number) + (gated[at] as number) - kept;
      gated[at] = kept;
    }
    return gated;
  }

  /** How far the earnings lie above the margin, and how many rounds took another than the default. */
  slack(known: (kind: number) => KnownQuality): { readonly slack: number; readonly others: number } {
    let others = 0;
    let standard = 0;
    for (let kind = 0; kind < this.#kinds; kind++) {
      const count = this.#others[kind] as number;
      if (count === 0) continue;
      const { mean, spread } = known(kind);
      others += count;
      standard += count * Math.min(1, mean + spread) - (this.#penalties[kind] as number);
    }
    const all = standard + this.#standardEarned;
    return { slack: this.#earned - standard + this.margin * Math.abs(all), others };
  }

  note({ kind, tookStandard, reward, expected, standardPenalty }: GateRound): void {
    this.#kinds = Math.max(this.#kinds, kind + 1);
    this.#others = grown(this.#others, this.#kinds, 0);
    this.#penalties = grown(this.#penalties, this.#kinds, 0);
    this.#rounds++;
    this.#squares += (reward - expected) ** 2;
    if (tookStandard) {
      this.#standardEarned += reward;
      return;
    }
    this.#earned += reward;
    this.#others[kind] = (this.#others[kind] as number) + 1;
    this.#penalties[kind] = (this.#penalties[kind] as number) + standardPenalty;
  }

  save(out: NumberWriter): void {
    out.number(this.#kinds).number(this.#rounds).number(this.#earned).number(this.#standardEarned)
      .number(this.#squares)
      .array(this.#others.subarray(0, this.#kinds)).array(this.#penalties.subarray(0, this.#kinds));
  }

  load(from: NumberReader): void {
    this.#kinds = from.number();
    this.#rounds = from.number();
    this.#earned = from.number();
    this.#standardEarned = from.number();
    this.#squares = from.number();
    this.#others = grown(from.array(this.#kinds), 8, 0);
    this.#penalties = grown(from.array(this.#kinds), 8, 0);
  }
}
