/**
 * How many instances of one kind: a set of simple controllers, each carried along on a fluid queue of its own, and the one
 * that would have been cheapest of late is followed. A controller wants the running mean of the work, a number of standard
 * deviations on top, and enough to work off what waits within a number of seconds. Everything is counterfactual: the work
 * arrives whatever is decided, so every controller can be priced at each step.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";

/** One step's reading. */
export interface LoadReading {
  /** Seconds of work that arrived in the step. */
  readonly arrivedSeconds: number;
  /** Requests that arrived in it. */
  readonly arrivals: number;
  /** Seconds of work that wait now. */
  readonly waitingSeconds: number;
}

export interface InstanceCountOptions {
  /** Seconds between readings. */
  readonly stepSeconds: number;
  /** How long a new instance takes to be ready. */
  readonly coldSeconds: number;
  /** What one second of one waiting request is worth, in seconds of one instance. */
  readonly waitingWorth: number;
  readonly least?: number;
  readonly most?: number;
}

const FOLLOWS = [0.1, 0.2, 0.4] as const;
const DEVIATIONS = [0, 0.5, 1, 1.5, 2, 3] as const;
const WORK_OFF_SECONDS = [6, 10, 20] as const;
/** What a step a hundred steps ago still counts: about a third. */
const FADE = 0.99;

interface Controller {
  readonly follow: number;
  readonly deviations: number;
  readonly workOffSeconds: number;
  mean: number;
  variance: number;
  /** The fluid queue: seconds of work that wait, and the instances wanted in the last steps. */
  waiting: number;
  readonly wanted: number[];
  cost: number;
}

export class InstanceCount {
  readonly #controllers: readonly Controller[];
  readonly #step: number;
  readonly #lag: number;
  readonly #worth: number;
  readonly #least: number;
  readonly #most: number;
  #serviceSeconds = 1;

  constructor(options: InstanceCountOptions) {
    this.#step = options.stepSeconds;
    this.#lag = Math.ceil(options.coldSeconds / options.stepSeconds) + 1;
    this.#worth = options.waitingWorth;
    this.#least = options.least ?? 1;
    this.#most = options.most ?? 400;
    this.#controllers = FOLLOWS.flatMap((follow) =>
      DEVIATIONS.flatMap((deviations) =>
        WORK_OFF_SECONDS.map((workOffSeconds) => ({
          follow,
          deviations,
          workOffSeconds,
          mean: 0,
          variance: 0,
          waiting: 0,
          wanted: [this.#least],
          cost: 0,
        }))
      )
    );
  }

  /** Takes the reading of a step and gives the number of instances wanted from now on. */
  want(reading: LoadReading): number {
    if (reading.arrivals > 0) {
      this.#serviceSeconds = Math.max(0.05, reading.arrivedSeconds / reading.arrivals);
    }
    let best: Controller | undefined;
    for (const controller of this.#controllers) {
      this.#carryOn(controller, reading.arrivedSeconds);
      if (best === undefined || controller.cost < best.cost) best = controller;
    }
    return this.#wants(best as Controller, reading.waitingSeconds);
  }

  /** The controller that is followed, in words. */
  explain(): string {
    const best = this.#controllers.reduce((one, other) => (other.cost < one.cost ? other : one));
    return `mean of the work (newest counts ${best.follow}) + ${best.deviations} standard deviations, ` +
      `what waits worked off in ${best.workOffSeconds} s: cheapest of ${this.#controllers.length} of late`;
  }

  #carryOn(controller: Controller, arrivedSeconds: number): void {
    const ready = Math.min(...controller.wanted);
    const before = controller.waiting;
    controller.waiting = Math.max(0, before + arrivedSeconds - ready * this.#step);
    const requests = (before + controller.waiting) / 2 / this.#serviceSeconds;
    const held = controller.wanted.at(-1) as number;
    controller.cost = FADE * controller.cost + this.#step * (held + this.#worth * requests);
    const work = arrivedSeconds / this.#step;
    const difference = work - controller.mean;
    controller.mean += controller.follow * difference;
    controller.variance = (1 - controller.follow) *
      (controller.variance + controller.follow * difference * difference);
    controller.wanted.push(this.#wants(controller, controller.waiting));
    if (controller.wanted.length > this.#lag) controller.wanted.shift();
  }

  #wants(controller: Controller, waitingSeconds: number): number {
    const wanted = controller.mean + controller.deviations * Math.sqrt(controller.variance) +
      waitingSeconds / controller.workOffSeconds;
    return Math.max(this.#least, Math.min(this.#most, Math.round(wanted)));
  }

  write(numbers: NumberWriter): void {
    numbers.number(this.#serviceSeconds);
    for (const { mean, variance, waiting, cost, wanted } of this.#controllers) {
      numbers.array([mean, variance, waiting, cost, wanted.length]).array(wanted);
    }
  }

  /** Takes back what `write` of an equally made one wrote. @throws SymphonyError `corrupt` */
  read(numbers: NumberReader): void {
    this.#serviceSeconds = numbers.number();
    for (const controller of this.#controllers) {
      controller.mean = numbers.number();
      controller.variance = numbers.number();
      controller.waiting = numbers.number();
      controller.cost = numbers.number();
      controller.wanted.length = 0;
      controller.wanted.push(...numbers.array(numbers.number()));
    }
  }
}
