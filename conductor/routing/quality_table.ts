/**
 * Quality by kind of task and instrument, without features: each cell shrunk to what the crossed effects expect, for
 * several strengths of shrinkage, averaged with weights from their one-step-ahead errors (Bayesian model averaging; the
 * weights are valid under any logging policy, so nothing is tuned by hand).
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { CellGrid } from "./cell_grid.ts";
import { grown } from "../grown.ts";
import { CrossedEffects } from "./crossed_effects.ts";

/** Pseudo-observations of a cell's prior, the first being the one to begin with. */
export const SHRINKAGES: readonly number[] = [16, 8, 4, 40];
/** The first guess of the overall mean, and how many observations it is worth. */
const PRIOR_MEAN = 0.6;
const PRIOR_WEIGHT = 4;
/** Cells up to which every observation sweeps; larger tables sweep less often. */
const CELLS_A_SWEEP = 4096;

export interface TableFacts {
  readonly kinds: number;
  readonly instruments: number;
}

export class QualityTable {
  #kinds = 0;
  #instruments = 0;
  #counts = new CellGrid();
  #sums = new CellGrid();
  #count = 0;
  #sum = 0;
  #untilSweep = 0;
  #beliefs: Float64Array = new Float64Array(8).fill(NaN);
  #effects: CrossedEffects[] = SHRINKAGES.map((n0) => new CrossedEffects(n0));
  readonly #weights = new Float64Array(SHRINKAGES.length);

  /** Weight of each of `SHRINKAGES`; they sum to 1. */
  get weights(): Float64Array {
    this.#weigh();
    return this.#weights;
  }

  /** Variance of an outcome around its prediction. */
  get noise(): number {
    let least = Infinity;
    for (const { loss } of this.#effects) least = Math.min(least, loss);
    return (least + 1.6) / (this.#count + 10);
  }

  get observations(): number {
    return this.#count;
  }

  /** Makes room. */
  grow(kinds: number, instruments: number): void {
    if (kinds === this.#kinds && instruments === this.#instruments) return;
    this.#kinds = kinds;
    this.#instruments = instruments;
    this.#counts.grow(kinds, instruments);
    this.#sums.grow(kinds, instruments);
    this.#beliefs = grown(this.#beliefs, instruments, NaN);
    for (const effects of this.#effects) effects.grow(kinds, instruments);
  }

  /** Observations of an instrument in a kind. */
  count(kind: number, instrument: number): number {
    return this.#counts.get(kind, instrument);
  }

  /** How much easier than the mean the kind is, by the heaviest table. */
  kindEffect(kind: number): number {
    return (this.#effects[this.#heaviest()] as CrossedEffects).kindEffect(kind);
  }

  /** Mean and variance of the mean for each instrument, into `means` and `variances`. */
  predict(kind: number, instruments: Int32Array, means: Float64Array, variances: Float64Array): void {
    this.#weigh();
    means.fill(0);
    variances.fill(0);
    for (let table = 0; table < this.#effects.length; table++) {
      const weight = this.#weights[table] as number;
      if (weight < 0.01) continue;
      const effects = this.#effects[table] as CrossedEffects;
      const { n0 } = effects;
      for (let at = 0; at < instruments.length; at++) {
        const instrument = instruments[at] as number;
        const count = this.#counts.get(kind, instrument);
        const mean = (this.#sums.get(kind, instrument) + n0 * effects.expected(kind, instrument)) /
          (count + n0);
        const own = Math.max(0.02, mean * (1 - mean)) / (count + n0 + 1);
        const share = n0 / (count + n0);
        means[at] = (means[at] as number) + weight * mean;
        variances[at] = (variances[at] as number) +
          weight * (own + share * share * effects.variance(instrument));
      }
    }
    let total = 0;
    for (const weight of this.#weights) if (weight >= 0.01) total += weight;
    for (let at = 0; at < means.length; at++) {
      means[at] = (means[at] as number) / total;
      // Within the tables: that they differ is no reason to explore, each has the same data.
      variances[at] = (variances[at] as number) / total;
    }
  }

  /** Mean for one instrument, of the averaged tables. */
  mean(kind: number, instrument: number): number {
    this.#weigh();
    let mean = 0;
    for (let table = 0; table < this.#effects.length; table++) {
      mean += (this.#weights[table] as number) * this.#cellMean(table, kind, instrument);
    }
    return mean;
  }

  /** Learns that `instrument` gave `quality` (0 to 1) in `kind`. */
  observe(kind: number, instrument: number, quality: number): void {
    for (let table = 0; table < this.#effects.length; table++) {
      const error = quality - this.#cellMean(table, kind, instrument);
      (this.#effects[table] as CrossedEffects).loss += error * error;
    }
    this.#counts.add(kind, instrument, 1);
    this.#sums.add(kind, instrument, quality);
    this.#count++;
    this.#sum += quality;
    if (--this.#untilSweep > 0) return;
    this.#untilSweep = Math.ceil(this.#kinds * this.#instruments / CELLS_A_SWEEP);
    this.#sweep();
  }

  /** Takes over what a catalogue promises of an instrument; NaN where it says nothing. */
  believe(instrument: number, quality: number): void {
    if (Object.is(this.#beliefs[instrument], quality)) return;
    this.#beliefs[instrument] = quality;
    this.#sweep();
  }

  /** Keeps at most `kept` observations of an instrument in each cell, their mean moved by `shift`. */
  forget(instrument: number, kept: number, shift: number): void {
    for (let kind = 0; kind < this.#kinds; kind++) {
      const count = this.#counts.get(kind, instrument);
      if (count === 0) continue;
      const mean = this.#sums.get(kind, instrument) / count;
      const left = Math.min(count, kept);
      this.#counts.set(kind, instrument, left);
      this.#sums.set(kind, instrument, left * Math.min(1, Math.max(0, mean + shift)));
    }
    this.#sweep();
  }

  #cellMean(table: number, kind: number, instrument: number): number {
    const effects = this.#effects[table] as CrossedEffects;
    const expected = effects.expected(kind, instrument);
    return (this.#sums.get(kind, instrument) + effects.n0 * expected) /
      (this.#counts.get(kind, instrument) + effects.n0);
  }

  #sweep(): void {
    const cells = {
      kinds: this.#kinds,
      instruments: this.#instruments,
      counts: this.#counts,
      sums: this.#sums,
      beliefs: this.#beliefs,
      mean: (this.#sum + PRIOR_MEAN * PRIOR_WEIGHT) / (this.#count + PRIOR_WEIGHT),
    };
    for (const effects of this.#effects) effects.sweep(cells);
  }

  #heaviest(): number {
    let best = 0;
    for (let table = 1; table < this.#effects.length; table++) {
      if ((this.#effects[table]?.loss as number) < (this.#effects[best]?.loss as number)) best = table;
    }
    return best;
  }

  #weigh(): void {
    const least = (this.#effects[this.#heaviest()] as CrossedEffects).loss;
    const scale = 2 * this.noise;
    let total = 0;
    for (let table = 0; table < this.#effects.length; table++) {
      const weight = Math.exp(-((this.#effects[table] as CrossedEffects).loss - least) / scale);
      this.#weights[table] = weight;
      total += weight;
    }
    for (let table = 0; table < this.#effects.length; table++) {
      this.#weights[table] = (this.#weights[table] as number) / total;
    }
  }

  save(out: NumberWriter): TableFacts {
    out.number(this.#count).number(this.#sum).number(this.#untilSweep)
      .array(this.#beliefs.subarray(0, this.#instruments))
      .array(this.#counts.dense()).array(this.#sums.dense());
    for (const effects of this.#effects) effects.save(out, this.#kinds, this.#instruments);
    return {
      kinds: this.#kinds,
      instruments: this.#instruments,
    };
  }

  static load(facts: TableFacts, from: NumberReader): QualityTable {
    const { kinds, instruments } = facts;
    const table = new QualityTable();
    table.#kinds = kinds;
    table.#instruments = instruments;
    table.#count = from.number();
    table.#sum = from.number();
    table.#untilSweep = from.number();
    table.#beliefs = grown(from.array(instruments), 8, NaN);
    table.#counts = CellGrid.from(kinds, instruments, from.array(kinds * instruments));
    table.#sums = CellGrid.from(kinds, instruments, from.array(kinds * instruments));
    table.#effects = SHRINKAGES.map((n0) => CrossedEffects.load(n0, from, kinds, instruments));
    return table;
  }
}
