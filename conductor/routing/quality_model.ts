/**
 * The learned head: quality of an instrument for a task. A table by kind and instrument (quality_table.ts) competes with
 * regressions on the task's features around the kind's mean (ridge.ts); features are used only where both hold:
 *
 * Q1. They predict clearly better than the table does, and better than regressing on features for all instruments
 *     alike, which tells hard tasks from easy ones but not instruments from each other (one-step-ahead likelihood).
 * Q2. Choosing by them would have earned more: a doubly robust estimate of the difference in reward, from the logged
 *     propensities and with older rounds forgotten, lies above zero by its standard error.
 *
 * Without Q2 a model that predicts better and chooses no better costs real reward (measured: 0.880 against 0.890 on the
 * tool-calling set); without Q1 chance would switch it on.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { QualityTable, type TableFacts } from "./quality_table.ts";
import { Ridge } from "./ridge.ts";

/** Prior precisions of the features, one regression family each, in units of the noise. */
const PRECISIONS: readonly number[] = [20, 4];
const INTERCEPT_PRECISION = 0.5;
/** Around which the regressions' intercepts lie. */
const CENTRE = 0.6;
/** Twice the log-likelihood by which features must predict better (Q1). */
const MARGIN = 6;
/** Share that a round's difference keeps with each further round (Q2). */
const MEMORY = 0.999;
/** Most that an importance weight counts, against the variance of rare choices. */
const MOST_WEIGHT = 50;

/** One round's comparison of what table and features would have chosen; all arrays by candidate. */
export interface Comparison {
  readonly kind: number;
  readonly instruments: Int32Array;
  readonly x: Float64Array;
  /** What cost, time and failure take from each candidate's quality. */
  readonly penalties: Float64Array;
  readonly chosen: number;
  readonly propensity: number;
  readonly reward: number;
}

export class QualityModel {
  readonly size: number;
  table = new QualityTable();
  readonly #shared: Ridge;
  readonly #families: readonly Ridge[];
  /** -2 log likelihood of the table's own prediction. */
  #tableLoss = 0;
  #tableErrors = 1.6;
  #tableCount = 10;
  #rounds = 0;
  #gain = 0;
  #gainSquare = 0;

  /** `features` without the intercept. */
  constructor(features: number) {
    this.size = features + 1;
    this.#shared = new Ridge(this.size, 20, 4);
    this.#shared.grow(1);
    this.#families = features === 0
      ? []
      : PRECISIONS.map((precision) => new Ridge(this.size, INTERCEPT_PRECISION, precision));
  }

  grow(kinds: number, instruments: number): void {
    this.table.grow(kinds, instruments);
    for (const family of this.#families) family.grow(instruments);
  }

  /** True where Q1 and Q2 hold. */
  get usesFeatures(): boolean {
    const family = this.#best();
    if (family === undefined) return false;
    if (family.loss > Math.min(this.#shared.loss, this.#tableLoss) - MARGIN) return false;
    const mean = this.#gain / this.#rounds;
    const variance = this.#gainSquare / this.#rounds - mean * mean;
    return mean > Math.sqrt(Math.max(0, variance) / this.#rounds);
  }

  /** For `explain`: evidence and value of each structure. */
  facts(): { readonly [name: string]: number | boolean } {
    const family = this.#best();
    const mean = this.#rounds === 0 ? 0 : this.#gain / this.#rounds;
    return {
      usesFeatures: this.usesFeatures,
      featureEvidenceNats: family === undefined
        ? 0
        : (Math.min(this.#shared.loss, this.#tableLoss) - family.loss) / 2,
      featureGain: mean,
      featureGainSe: this.#rounds === 0
        ? 0
        : Math.sqrt(Math.max(0, this.#gainSquare / this.#rounds - mean * mean) / this.#rounds),
    };
  }

  /** Mean and variance of the mean for each candidate. `x` begins with 1. */
  predict(
    kind: number,
    instruments: Int32Array,
    x: Float64Array,
    means: Float64Array,
    variances: Float64Array,
  ): void {
    if (!this.usesFeatures) return this.table.predict(kind, instruments, means, variances);
    const family = this.#best() as Ridge;
    const base = CENTRE + this.table.kindEffect(kind);
    for (let at = 0; at < instruments.length; at++) {
      const instrument = instruments[at] as number;
      means[at] = base + family.mean(instrument, x);
      variances[at] = Math.max(1e-9, family.noise * family.leverage(instrument, x));
    }
  }

  /** What each feature adds to an instrument's mean; empty where features are not used. */
  contributions(instrument: number, x: Float64Array): readonly number[] {
    if (!this.usesFeatures) return [];
    const family = this.#best() as Ridge;
    return Array.from(x, (value, at) => family.contribution(instrument, at, value));
  }

  /** Learns `quality` of the chosen candidate. */
  observe(round: Comparison, quality: number): void {
    const { kind, x } = round;
    const instrument = round.instruments[round.chosen] as number;
    if (this.#families.length > 0) {
      this.#compare(round);
      const residual = quality - this.table.mean(kind, instrument);
      const variance = this.#tableErrors / this.#tableCount;
      this.#tableLoss += Math.log(variance) + residual * residual / variance;
      this.#tableErrors += residual * residual;
      this.#tableCount++;
      this.#shared.observe(0, x, residual);
      const centred = quality - CENTRE - this.table.kindEffect(kind);
      for (const family of this.#families) family.observe(instrument, x, centred);
    }
    this.table.observe(kind, instrument, quality);
  }

  /** Forgets what was learned of an instrument whose level moved by `shift`. */
  forget(instrument: number, shift: number): void {
    this.table.forget(instrument, 2, shift);
    for (const family of this.#families) family.reset(instrument);
  }

  #best(): Ridge | undefined {
    let best = this.#families[0];
    for (const family of this.#families) if (family.loss < (best as Ridge).loss) best = family;
    return best;
  }

  #compare({ kind, instruments, x, penalties, chosen, propensity, reward }: Comparison): void {
    const family = this.#best() as Ridge;
    const count = instruments.length;
    const means = new Float64Array(count);
    this.table.predict(kind, instruments, means, new Float64Array(count));
    const base = CENTRE + this.table.kindEffect(kind);
    let byTable = 0;
    let byFeatures = 0;
    const other = new Float64Array(count);
    for (let at = 0; at < count; at++) {
      const penalty = penalties[at] as number;
      means[at] = (means[at] as number) - penalty;
      other[at] = base + family.mean(instruments[at] as number, x) - penalty;
      if ((means[at] as number) > (means[byTable] as number)) byTable = at;
      if ((other[at] as number) > (other[byFeatures] as number)) byFeatures = at;
    }
    let gain = 0;
    if (byTable !== byFeatures) {
      const expected = (at: number) => ((means[at] as number) + (other[at] as number)) / 2;
      const side = Number(chosen === byFeatures) - Number(chosen === byTable);
      gain = expected(byFeatures) - expected(byTable) +
        side * Math.min(MOST_WEIGHT, 1 / propensity) * (reward - expected(chosen));
    }
    this.#rounds = this.#rounds * MEMORY + 1;
    this.#gain = this.#gain * MEMORY + gain;
    this.#gainSquare = this.#gainSquare * MEMORY + gain * gain;
  }

  save(out: NumberWriter): TableFacts {
    out.number(this.#tableLoss).number(this.#tableErrors).number(this.#tableCount)
      .number(this.#rounds).number(this.#gain).number(this.#gainSquare);
    const facts = this.table.save(out);
    this.#shared.save(out);
    for (const family of this.#families) family.save(out);
    return facts;
  }

  load(facts: TableFacts, from: NumberReader): void {
    this.#tableLoss = from.number();
    this.#tableErrors = from.number();
    this.#tableCount = from.number();
    this.#rounds = from.number();
    this.#gain = from.number();
    this.#gainSquare = from.number();
    this.table = QualityTable.load(facts, from);
    this.#shared.load(from, 1);
    for (const family of this.#families) family.load(from, facts.instruments);
  }
}
