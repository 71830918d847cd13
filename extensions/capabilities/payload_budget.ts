/**
 * How much of one extension's payloads the core holds: what its calls bring waits here while a person is asked or the disk
 * is slow, and what it reads waits until its process has taken it.
 *
 * Invariants: (1) never more than `MOST_HELD_BYTES` of what was brought; (2) never more than `MOST_READS` large answers at a
 * time, each from its beginning until it was taken.
 *
 * @module
 */

import { ExtensionFailure } from "../sdk/failure.ts";

/** Two of the largest values. */
const MOST_HELD_BYTES = 128 << 20;
const MOST_READS = 4;

export class PayloadBudget {
  #held = 0;
  #reads = 0;
  readonly #waiting: (() => void)[] = [];

  /** Counts what a call brought, until the returned function is called. @throws ExtensionFailure where it is too much */
  take(bytes: number): () => void {
    if (this.#held + bytes > MOST_HELD_BYTES) {
      throw new ExtensionFailure(
        "thrown",
        `Over ${MOST_HELD_BYTES >> 20} MiB of capability calls are in flight: await some first`,
      );
    }
    this.#held += bytes;
    return () => void (this.#held -= bytes);
  }

  /** Waits for a turn to read something large; it ends when the returned function is called. */
  async turn(): Promise<() => void> {
    if (this.#reads >= MOST_READS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#reads++;
    return () => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#reads--;
      else next();
    };
  }
}
