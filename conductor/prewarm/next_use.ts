/**
 * Which warm instance to give up when the room is needed: the one whose next use is expected last, weighed by what it
 * costs to load and the room it takes. Belady's rule (1966) with a learned instead of a known future; unlike least
 * recently used it survives cyclic access, unlike frequency it knows a timer.
 *
 * The expected gap is a running mean in uses of anything, which makes it independent of how busy the day is.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { NumberReader, NumberWriter } from "../number_stream.ts";

/** Share of the newest gap in the running mean. */
const FOLLOW = 0.1;
/** The gap that is expected of what was used once, in uses of anything. */
const UNKNOWN_GAP = 300;

interface Uses {
  count: number;
  lastAt: number;
  meanGap: number;
}

export class NextUse {
  readonly #uses = new Map<string, Uses>();
  #clock = 0;

  /** Notes a use of `name`. */
  use(name: string): void {
    this.#clock += 1;
    const uses = this.#uses.get(name);
    if (uses === undefined) {
      this.#uses.set(name, { count: 1, lastAt: this.#clock, meanGap: UNKNOWN_GAP });
      return;
    }
    const gap = this.#clock - uses.lastAt;
    uses.meanGap = uses.count === 1
      ? gap
      : uses.meanGap + Math.max(FOLLOW, 1 / uses.count) * (gap - uses.meanGap);
    uses.lastAt = this.#clock;
    uses.count += 1;
  }

  /**
   * How far away the next use is expected, in uses of anything. What is overdue is taken to be as far away as it is
   * overdue; what was used once, a while; what never was, for good.
   */
  distance(name: string): number {
    const uses = this.#uses.get(name);
    if (uses === undefined) return Infinity;
    const since = this.#clock - uses.lastAt;
    if (uses.count === 1) return UNKNOWN_GAP + since;
    return Math.abs(uses.meanGap - since);
  }

  /** The place of the candidate to give up: least worth keeping a unit of room. -1 for an empty list. */
  victim(
    candidates: readonly { readonly name: string; readonly loadCost: number; readonly room: number }[],
  ): number {
    let worst = -1;
    let least = Infinity;
    candidates.forEach(({ name, loadCost, room }, at) => {
      const worth = loadCost / (Math.max(room, 1e-9) * (1 + this.distance(name)));
      if (worth < least || worst < 0) {
        least = worth;
        worst = at;
      }
    });
    return worst;
  }

  get names(): readonly string[] {
    return [...this.#uses.keys()];
  }

  write(numbers: NumberWriter): void {
    numbers.number(this.#clock);
    for (const { count, lastAt, meanGap } of this.#uses.values()) numbers.array([count, lastAt, meanGap]);
  }

  /** @throws SymphonyError `corrupt` */
  static read(numbers: NumberReader, names: readonly string[]): NextUse {
    const next = new NextUse();
    next.#clock = numbers.number();
    for (const name of names) {
      next.#uses.set(name, {
        count: numbers.number(),
        lastAt: numbers.number(),
        meanGap: numbers.number(),
      });
    }
    return next;
  }
}
