/** Time, as a door: core never reads a clock. @module */

export interface ClockPort {
  /** Unix time in milliseconds. */
  now(): number;
  /** Monotonic milliseconds, for durations. */
  monotonic(): number;
  /** Calls `wake` once after `delayMs`; the returned function cancels it. A delay of 0 or less fires on the next turn. */
  schedule(delayMs: number, wake: () => void): () => void;
}
