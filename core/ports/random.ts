/** Chance, as a door: core never calls Math.random. @module */

export interface RandomPort {
  /** A number in [0, 1). */
  next(): number;
}
