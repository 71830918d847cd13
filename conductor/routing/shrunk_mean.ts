/**
 * A mean by kind and instrument, shrunk to the instrument's, shrunk to that of all, with exponential forgetting: for
 * seconds, failures and the ratio of real to listed cost. `unit` is the weight of one observation.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { CellGrid } from "./cell_grid.ts";
import { grown } from "../grown.ts";

export interface ShrunkMeanOptions {
  /** Before anything was seen. */
  readonly prior: number;
  /** Units that the mean of all is worth for an instrument. */
  readonly instrumentPrior: number;
  /** Units that the instrument's mean is worth for a cell. */
  readonly cellPrior: number;
  /** What an older observation keeps of its weight with each new one of the same instrument. */
  readonly memory: number;
}

export class ShrunkMean {
  readonly #options: ShrunkMeanOptions;
  #kinds = 0;
  #instruments = 0;
  #all = { weight: 0, sum: 0 };
  #weights: Float64Array = new Float64Array(8);
  #sums: Float64Array = new Float64Array(8);
  #cellWeights = new CellGrid();
  #cellSums = new CellGrid();

  constructor(options: ShrunkMeanOptions) {
    this.#options = options;
  }

  grow(kinds: number, instruments: number): void {
    this.#kinds = kinds;
    this.#instruments = instruments;
    this.#weights = grown(this.#weights, instruments, 0);
    this.#sums = grown(this.#sums, instruments, 0);
    this.#cellWeights.grow(kinds, instruments);
    this.#cellSums.grow(kinds, instruments);
  }

  /** The mean; `unit` is what one observation would weigh, 1 unless weights are used. */
  mean(kind: number, instrument: number, unit = 1): number {
    const { prior, instrumentPrior, cellPrior } = this.#options;
    const all = this.#all.weight > 0 ? this.#all.sum / this.#all.weight : prior;
    const pull = instrumentPrior * unit;
    const own = ((this.#sums[instrument] as number) + pull * all) /
      ((this.#weights[instrument] as number) + pull);
    const cellPull = cellPrior * unit;
    return (this.#cellSums.get(kind, instrument) + cellPull * own) /
      (this.#cellWeights.get(kind, instrument) + cellPull);
  }

  observe(kind: number, instrument: number, value: number, weight = 1): void {
    const { memory } = this.#options;
    this.#all.weight = this.#all.weight * memory + weight;
    this.#all.sum = this.#all.sum * memory + weight * value;
    this.#weights[instrument] = (this.#weights[instrument] as number) * memory + weight;
    this.#sums[instrument] = (this.#sums[instrument] as number) * memory + weight * value;
    const before = this.#cellWeights.get(kind, instrument);
    this.#cellWeights.set(kind, instrument, before * memory + weight);
    this.#cellSums.set(kind, instrument, this.#cellSums.get(kind, instrument) * memory + weight * value);
  }

  /** Keeps the instrument's mean, but only as much of its weight. */
  forget(instrument: number, share: number): void {
    this.#weights[instrument] = (this.#weights[instrument] as number) * share;
    this.#sums[instrument] = (this.#sums[instrument] as number) * share;
    for (let kind = 0; kind < this.#kinds; kind++) {
      this.#cellWeights.set(kind, instrument, this.#cellWeights.get(kind, instrument) * share);
      this.#cellSums.set(kind, instrument, this.#cellSums.get(kind, instrument) * share);
    }
  }

  save(out: NumberWriter): void {
    out.number(this.#all.weight).number(this.#all.sum)
      .array(this.#weights.subarray(0, this.#instruments)).array(this.#sums.subarray(0, this.#instruments))
      .array(this.#cellWeights.dense()).array(this.#cellSums.dense());
  }

  load(from: NumberReader, kinds: number, instruments: number): void {
    this.#kinds = kinds;
    this.#instruments = instruments;
    this.#all = { weight: from.number(), sum: from.number() };
    this.#weights = grown(from.array(instruments), 8, 0);
    this.#sums = grown(from.array(instruments), 8, 0);
    this.#cellWeights = CellGrid.from(kinds, instruments, from.array(kinds * instruments));
    this.#cellSums = CellGrid.from(kinds, instruments, from.array(kinds * instruments));
  }
}
