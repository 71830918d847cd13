/**
 * What is known of an instrument for a kind of task before it was tried there: overall mean + how hard the kind is + how
 * good the instrument is. The effects are ridge
 * estimates over the table's cell means, brought up to date by one Gauss–Seidel sweep an observation; a cell with n
 * observations weighs n·n0/(n+n0), because beyond n0 more of the same cell says nothing about other cells (crossed random
 * effects; Searle, Casella and McCulloch 1992).
 *
 * `n0` is how many observations that prior is worth in a cell. Tables with different n0 are averaged by how well they
 * have predicted (quality_table.ts).
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { grown } from "../grown.ts";
import type { NumberReader, NumberWriter } from "../number_stream.ts";
import type { CellGrid } from "./cell_grid.ts";

/** Pseudo-observations that pull a kind's effect to zero and an instrument's to what its catalogue entry promises. */
const RIDGE = 2;

/** The table's counts and sums as the sweep reads them. */
export interface CellStatistics {
  readonly kinds: number;
  readonly instruments: number;
  readonly counts: CellGrid;
  readonly sums: CellGrid;
  readonly mean: number;
  /** Quality that the catalogue promises of each instrument, worth `RIDGE` observations; NaN where it says nothing. */
  readonly beliefs: Float64Array;
}

export class CrossedEffects {
  readonly n0: number;
  /** Sum of squared one-step-ahead errors. */
  loss = 0;
  #kind: Float64Array = new Float64Array(8);
  #instrument: Float64Array = new Float64Array(8);
  #variance: Float64Array = new Float64Array(8).fill(0.24 / RIDGE);
  #mean = 0.6;

  constructor(n0: number) {
    this.n0 = n0;
  }

  /** Makes room. */
  grow(kinds: number, instruments: number): void {
    this.#kind = grown(this.#kind, kinds, 0);
    this.#instrument = grown(this.#instrument, instruments, 0);
    this.#variance = grown(this.#variance, instruments, 0.24 / RIDGE);
  }

  /** How much easier than the mean the kind is. */
  kindEffect(kind: number): number {
    return this.#kind[kind] as number;
  }

  /** Mean of the cell before its own observations; 0.02 to 0.98. */
  expected(kind: number, instrument: number): number {
    const value = this.#mean + (this.#instrument[instrument] as number) + (this.#kind[kind] as number);
    return value < 0.02 ? 0.02 : value > 0.98 ? 0.98 : value;
  }

  /** Variance of the instrument's own effect. */
  variance(instrument: number): number {
    return this.#variance[instrument] as number;
  }

  /** One pass over every effect. O(kinds × instruments). */
  sweep(cells: CellStatistics): void {
    this.#mean = cells.mean;
    this.#sweepKinds(cells);
    this.#sweepInstruments(cells);
  }

  #sweepKinds({ kinds, instruments, counts, sums }: CellStatistics): void {
    const { n0 } = this;
    const n = counts.cells;
    const y = sums.cells;
    for (let kind = 0; kind < kinds; kind++) {
      const from = counts.offset(kind);
      let weight = RIDGE;
      let sum = 0;
      for (let at = 0; at < instruments; at++) {
        const count = n[from + at] as number;
        if (count === 0) continue;
        const w = count * n0 / (count + n0);
        weight += w;
        sum += w * ((y[from + at] as number) / count - this.#mean - (this.#instrument[at] as number));
      }
      this.#kind[kind] = sum / weight;
    }
  }

  #sweepInstruments({ kinds, instruments, counts, sums, beliefs }: CellStatistics): void {
    const { n0 } = this;
    const n = counts.cells;
    const y = sums.cells;
    for (let at = 0; at < instruments; at++) {
      const belief = beliefs[at] as number;
      let weight = RIDGE;
      let sum = Number.isNaN(belief) ? 0 : RIDGE * (belief - this.#mean);
      for (let kind = 0; kind < kinds; kind++) {
        const cell = counts.offset(kind) + at;
        const count = n[cell] as number;
        if (count === 0) continue;
        const w = count * n0 / (count + n0);
        weight += w;
        sum += w * ((y[cell] as number) / count - this.#mean - (this.#kind[kind] as number));
      }
      this.#instrument[at] = sum / weight;
      const p = Math.min(0.9, Math.max(0.1, this.#mean + (this.#instrument[at] as number)));
      this.#variance[at] = p * (1 - p) / weight;
    }
  }

  save(out: NumberWriter, kinds: number, instruments: number): void {
    out.number(this.loss).number(this.#mean)
      .array(this.#kind.subarray(0, kinds))
      .array(this.#instrument.subarray(0, instruments))
      .array(this.#variance.subarray(0, instruments));
  }

  static load(n0: number, from: NumberReader, kinds: number, instruments: number): CrossedEffects {
    const effects = new CrossedEffects(n0);
    effects.loss = from.number();
    effects.#mean = from.number();
    effects.#kind = grown(from.array(kinds), 8, 0);
    effects.#instrument = grown(from.array(instruments), 8, 0);
    effects.#variance = grown(from.array(instruments), 8, 0.24 / RIDGE);
    return effects;
  }
}
