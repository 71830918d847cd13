/**
 * What is believed of the run times of one kind of task, in natural logarithms of seconds at nominal speed 1:
 *
 *   log seconds = level + slope · size + effect of the instrument + effect of the task + noise
 *
 * Level, slope and instruments' effects are one Gaussian belief; the effects of tasks (the same node in later runs of
 * its workflow) are integrated out exactly, so that a task seen ten times counts as ten observations of itself and
 * hardly more than one of its kind. This is the random-effects model of Laird and Ware ("Random-effects models for
 * longitudinal data", Biometrics 1982) with a Gaussian prior.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";
import { Gaussian } from "./gaussian.ts";

/** What all kinds share, learned beside them. */
export interface SharedBelief {
  /** Mean and variance of the levels of kinds. */
  level: number;
  levelVariance: number;
  slopeVariance: number;
  /** Variance of the effect that an instrument has on one kind beyond its effect on all. */
  effectVariance: number;
  /** Variance of repeated runs of the same task on the same instrument. */
  noise: number;
  /** Effect of each instrument on all kinds. */
  readonly instruments: number[];
}

/** All that was seen of one task. */
export interface TaskRecord {
  /** Logarithm of its size less the kind's centre; 0 where none is known. */
  size: number;
  count: number;
  sum: number;
  squares: number;
  readonly instruments: number[];
  readonly counts: number[];
  readonly sums: number[];
}

const LEVEL = 0;
const SLOPE = 1;
const FIRST = 2;
/** Observations of one task on one instrument that are kept at full weight; beyond, older ones fade. */
const MOST_WEIGHT = 32;
/** Tasks of a kind that are remembered each for itself; the oldest is forgotten first. */
const MOST_TASKS = 4096;
/** The belief is solved anew when this share of new observations has come. */
const REFRESH = 0.05;

export class KindBelief {
  readonly tasks = new Map<string, TaskRecord>();
  /** Variance of the effects of tasks. */
  taskVariance: number;
  /** What sizes are measured from: that of the first task seen. */
  centre: number | undefined;
  observations = 0;
  /** Grows with each new solution. */
  version = 0;
  readonly #shared: SharedBelief;
  #belief: Gaussian;
  #solvedAt = -1;

  constructor(shared: SharedBelief, taskVariance: number) {
    this.#shared = shared;
    this.taskVariance = taskVariance;
    this.#belief = new Gaussian(FIRST + shared.instruments.length);
    this.rebuild();
  }

  /** The record of a task, made where there is none. `logSize` is undefined where nothing is known of its size. */
  record(key: string, logSize: number | undefined): TaskRecord {
    let record = this.tasks.get(key);
    if (record === undefined) {
      record = {
        size: this.sizeOf(logSize),
        count: 0,
        sum: 0,
        squares: 0,
        instruments: [],
        counts: [],
        sums: [],
      };
      this.tasks.set(key, record);
      if (this.tasks.size > MOST_TASKS) {
        for (const oldest of this.tasks.keys()) {
          this.tasks.delete(oldest);
          break;
        }
      }
    }
    return record;
  }

  sizeOf(logSize: number | undefined): number {
    return logSize === undefined || this.centre === undefined ? 0 : logSize - this.centre;
  }

  /** Takes an observation: `value` is the logarithm of the seconds at nominal speed 1. */
  observe(key: string, logSize: number | undefined, instrument: number, value: number): void {
    if (logSize !== undefined) this.centre ??= logSize;
    const record = this.record(key, logSize);
    this.#weigh(record, -1);
    let place = record.instruments.indexOf(instrument);
    if (place < 0) {
      place = record.instruments.length;
      record.instruments.push(instrument);
      record.counts.push(0);
      record.sums.push(0);
    }
    record.count += 1;
    record.sum += value;
    record.squares += value * value;
    record.counts[place] = (record.counts[place] as number) + 1;
    record.sums[place] = (record.sums[place] as number) + value;
    if ((record.counts[place] as number) > MOST_WEIGHT) fade(record);
    this.#weigh(record, 1);
    this.observations += 1;
  }

  /** Begins anew from the records, as is needed when what is shared has changed. */
  rebuild(): void {
    const { level, levelVariance, slopeVariance, effectVariance, instruments } = this.#shared;
    const size = FIRST + instruments.length;
    if (this.#belief.size !== size) this.#belief = new Gaussian(size);
    const { precision, shift } = this.#belief;
    precision.fill(0);
    shift.fill(0);
    precision[LEVEL] = 1 / levelVariance;
    shift[LEVEL] = level / levelVariance;
    precision[SLOPE * size + SLOPE] = 1 / slopeVariance;
    for (let at = 0; at < instruments.length; at++) {
      const row = FIRST + at;
      precision[row * size + row] = 1 / effectVariance;
      shift[row] = (instruments[at] as number) / effectVariance;
    }
    for (const record of this.tasks.values()) this.#weigh(record, 1);
    this.#solvedAt = -1;
  }

  /** Solves where enough is new. Cheap to call. */
  refresh(): void {
    if (this.#solvedAt >= 0 && this.observations <= this.#solvedAt * (1 + REFRESH)) return;
    this.#belief.solve();
    this.#solvedAt = this.observations;
    this.version += 1;
  }

  /** Mean log seconds at nominal speed 1 of a task of centre size without an effect of its own. Call `refresh` first. */
  mean(instrument: number): number {
    const { mean } = this.#belief;
    return (mean[LEVEL] as number) + (mean[FIRST + instrument] as number);
  }

  /** Variance of what `mean` gives. */
  variance(instrument: number): number {
    const { covariance, size } = this.#belief;
    const at = FIRST + instrument;
    return (covariance[LEVEL] as number) + 2 * (covariance[at] as number) +
      (covariance[at * size + at] as number);
  }

  /** Mean and variance of the instrument's effect on this kind. */
  effect(instrument: number): { readonly mean: number; readonly variance: number } {
    const { mean, covariance, size } = this.#belief;
    const at = FIRST + instrument;
    return { mean: mean[at] as number, variance: covariance[at * size + at] as number };
  }

  level(): { readonly mean: number; readonly variance: number } {
    return { mean: this.#belief.mean[LEVEL] as number, variance: this.#belief.covariance[LEVEL] as number };
  }

  /** What is added to `mean` for a task: its size and what was seen of itself. */
  taskEffect(key: string, logSize: number | undefined): number {
    const slope = this.#belief.mean[SLOPE] as number;
    const record = this.tasks.get(key);
    if (record === undefined) return slope * this.sizeOf(logSize);
    return slope * record.size + this.share(record) * this.residual(record);
  }

  /** Variance of a task's own effect after what was seen of it. */
  taskSpread(key: string): number {
    const count = this.tasks.get(key)?.count ?? 0;
    const { noise } = this.#shared;
    return this.taskVariance * noise / (noise + count * this.taskVariance);
  }

  /** The share of its mean residual, times its count, that is the task's own. */
  share(record: TaskRecord): number {
    return this.taskVariance / (this.#shared.noise + record.count * this.taskVariance);
  }

  /** Sum over a task's observations of what its kind does not explain. */
  residual(record: TaskRecord): number {
    const { mean } = this.#belief;
    let left = record.sum -
      record.count * ((mean[LEVEL] as number) + (mean[SLOPE] as number) * record.size);
    for (let place = 0; place < record.instruments.length; place++) {
      left -= (record.counts[place] as number) *
        (mean[FIRST + (record.instruments[place] as number)] as number);
    }
    return left;
  }

  /** Sum of squares over a task's observations around what is believed of them. */
  squaresAround(record: TaskRecord, own: number): number {
    const { mean } = this.#belief;
    const base = (mean[LEVEL] as number) + (mean[SLOPE] as number) * record.size + own;
    let squares = record.squares;
    for (let place = 0; place < record.instruments.length; place++) {
      const expected = base + (mean[FIRST + (record.instruments[place] as number)] as number);
      squares += (record.counts[place] as number) * expected * expected -
        2 * expected * (record.sums[place] as number);
    }
    return Math.max(0, squares);
  }

  /** Writes everything that later beliefs depend on; the keys of the tasks are for the caller to keep, in order. */
  write(numbers: NumberWriter): void {
    const { precision, shift, mean, covariance } = this.#belief;
    numbers.number(this.taskVariance).number(this.centre ?? NaN).number(this.observations)
      .number(this.version).number(this.#solvedAt);
    numbers.array(precision).array(shift).array(mean).array(covariance);
    for (const record of this.tasks.values()) {
      numbers.number(record.size).number(record.count).number(record.sum).number(record.squares)
        .number(record.instruments.length).array(record.instruments).array(record.counts).array(record.sums);
    }
  }

  /** Takes back what `write` wrote. @throws SymphonyError `corrupt` */
  read(numbers: NumberReader, keys: readonly string[]): void {
    const { precision, shift, mean, covariance, size } = this.#belief;
    this.taskVariance = numbers.number();
    const centre = numbers.number();
    this.centre = Number.isNaN(centre) ? undefined : centre;
    this.observations = numbers.number();
    this.version = numbers.number();
    this.#solvedAt = numbers.number();
    precision.set(numbers.array(size * size));
    shift.set(numbers.array(size));
    mean.set(numbers.array(size));
    covariance.set(numbers.array(size * size));
    this.tasks.clear();
    for (const key of keys) {
      const [recordSize, count, sum, squares, places] = numbers.array(5) as unknown as [
        number,
        number,
        number,
        number,
        number,
      ];
      this.tasks.set(key, {
        size: recordSize,
        count,
        sum,
        squares,
        instruments: [...numbers.array(places)],
        counts: [...numbers.array(places)],
        sums: [...numbers.array(places)],
      });
    }
  }

  /** Adds (sign 1) or takes away (-1) what a task's observations say of level, slope and instruments. */
  #weigh(record: TaskRecord, sign: number): void {
    if (record.count === 0) return;
    const { precision, shift, size } = this.#belief;
    const weight = sign / this.#shared.noise;
    const share = this.share(record);
    const { count, sum, size: x } = record;
    // Design vector summed over the observations: u = (count, count·x, counts by instrument).
    const spreadSum = share * sum;
    precision[LEVEL] = (precision[LEVEL] as number) + weight * (count - share * count * count);
    this.#both(LEVEL, SLOPE, weight * x * (count - share * count * count));
    precision[SLOPE * size + SLOPE] = (precision[SLOPE * size + SLOPE] as number) +
      weight * x * x * (count - share * count * count);
    shift[LEVEL] = (shift[LEVEL] as number) + weight * (sum - count * spreadSum);
    shift[SLOPE] = (shift[SLOPE] as number) + weight * x * (sum - count * spreadSum);
    for (let place = 0; place < record.instruments.length; place++) {
      const at = FIRST + (record.instruments[place] as number);
      const here = record.counts[place] as number;
      this.#both(LEVEL, at, weight * (here - share * here * count));
      this.#both(SLOPE, at, weight * x * (here - share * here * count));
      shift[at] = (shift[at] as number) + weight * ((record.sums[place] as number) - here * spreadSum);
      precision[at * size + at] = (precision[at * size + at] as number) + weight * here;
      for (let other = 0; other < record.instruments.length; other++) {
        const to = FIRST + (record.instruments[other] as number);
        precision[at * size + to] = (precision[at * size + to] as number) -
          weight * share * here * (record.counts[other] as number);
      }
    }
  }

  #both(a: number, b: number, value: number): void {
    const { precision, size } = this.#belief;
    precision[a * size + b] = (precision[a * size + b] as number) + value;
    precision[b * size + a] = (precision[b * size + a] as number) + value;
  }
}

/** Halves the weight of everything seen of a task, so that what changes is followed. */
function fade(record: TaskRecord): void {
  record.count /= 2;
  record.sum /= 2;
  record.squares /= 2;
  for (let place = 0; place < record.counts.length; place++) {
    record.counts[place] = (record.counts[place] as number) / 2;
    record.sums[place] = (record.sums[place] as number) / 2;
  }
}
