/**
 * The health of an instrument in five classes by its success rate, with the thresholds of Symphony's design: down after 2
 * failures of 20, 3 of 15, 3 of 10, 5 of 10; up after 8 successes of 10, 10 of 12, 15 of 18, 20 of 20; fifty calls of
 * probation after a rise, in which one failure demotes at once.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";

export const healthClasses = ["healthy", "stable", "unstable", "critical", "blacklisted"] as const;
export type HealthClass = (typeof healthClasses)[number];

/** By class: how many failures of the last so many calls lead down, how many successes lead up. */
const DOWN: readonly (readonly [failures: number, calls: number])[] = [[2, 20], [3, 15], [3, 10], [5, 10]];
const UP: readonly (readonly [successes: number, calls: number])[] = [
  [Infinity, 20],
  [20, 20],
  [15, 18],
  [10, 12],
  [8, 10],
];
const PROBATION = 50;
const MEMORY = 20;

/** Middle of each class's success rates: 95–100, 85–94, 70–84, 50–69, below 50 per cent. */
const RATE: Readonly<Record<HealthClass, number>> = {
  healthy: 0.97,
  stable: 0.9,
  unstable: 0.77,
  critical: 0.6,
  blacklisted: 0.3,
};

export class Health {
  #class = 0;
  #probation = 0;
  /** Since the last change of class, the newest last; true for success. */
  readonly #calls: boolean[] = [];

  get class(): HealthClass {
    return healthClasses[this.#class] as HealthClass;
  }

  /** The success rate that the class stands for, 0 to 1. */
  get rate(): number {
    return RATE[this.class];
  }

  note(isSuccess: boolean): void {
    this.#calls.push(isSuccess);
    if (this.#calls.length > MEMORY) this.#calls.shift();
    if (this.#probation > 0) {
      this.#probation -= 1;
      if (!isSuccess) return this.#move(1);
    }
    const down = DOWN[this.#class];
    if (down !== undefined && count(this.#calls, down[1], false) >= down[0]) return this.#move(1);
    const [successes, calls] = UP[this.#class] as readonly [number, number];
    if (this.#calls.length >= calls && count(this.#calls, calls, true) >= successes) {
      this.#move(-1);
      this.#probation = PROBATION;
    }
  }

  #move(by: number): void {
    this.#class = Math.max(0, Math.min(healthClasses.length - 1, this.#class + by));
    this.#probation = 0;
    this.#calls.length = 0;
  }

  write(numbers: NumberWriter): void {
    numbers.array([this.#class, this.#probation, this.#calls.length]).array(this.#calls.map(Number));
  }

  /** @throws SymphonyError `corrupt` */
  static read(numbers: NumberReader): Health {
    const health = new Health();
    health.#class = numbers.number();
    health.#probation = numbers.number();
    health.#calls.push(...[...numbers.array(numbers.number())].map((one) => one === 1));
    return health;
  }
}

function count(calls: readonly boolean[], last: number, kind: boolean): number {
  let found = 0;
  for (let at = Math.max(0, calls.length - last); at < calls.length; at++) if (calls[at] === kind) found += 1;
  return found;
}
