/**
 * Long work in pieces: others have their turn in between.
 *
 * @module
 */

/** So long nobody else has a turn, in milliseconds: half a frame. */
const SLICE_MS = 8;

export class Breath {
  #since = performance.now();

  /** Between two pieces of work: undefined where there is time for the next one, else what to wait for. */
  take(): Promise<void> | undefined {
    if (performance.now() - this.#since < SLICE_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.#since = performance.now();
        resolve();
      })
    );
  }
}
