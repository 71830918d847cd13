/**
 * Lines to an output, written in order and in batches, so that a slow reader does not hold up the run.
 *
 * Limit: beyond `LINES_QUEUED` waiting lines those that may be lost (what is said meanwhile) are dropped; durable ones are
 * kept, for `--json` promises them all.
 *
 * @module
 */

import type { Output } from "./services.ts";

const LINES_QUEUED = 20_000;

export class LineWriter {
  readonly #output: Output;
  #queue: string[] = [];
  #writing: Promise<void> | undefined;
  #failed = false;
  #fail: (error: unknown) => void = () => {};
  /** Settles with the first error of the output; pending while all is well. */
  readonly broken: Promise<unknown>;

  constructor(output: Output) {
    this.#output = output;
    this.broken = new Promise((resolve) => this.#fail = resolve);
  }

  /** Queues text that ends with its line end. False where it was dropped. */
  write(text: string, mayBeLost = false): boolean {
    if (this.#failed || (mayBeLost && this.#queue.length >= LINES_QUEUED)) return false;
    this.#queue.push(text);
    this.#writing ??= this.#drain();
    return true;
  }

  /** Resolves when everything queued is written or the output has failed. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #drain(): Promise<void> {
    // Let the events of this turn gather into one write.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0) {
        const batch = this.#queue.join("");
        this.#queue = [];
        await this.#output.write(batch);
      }
    } catch (error) {
      this.#failed = true;
      this.#queue = [];
      this.#fail(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
