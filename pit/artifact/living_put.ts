/**
 * A put that may take long: its blocks are used by it until the record is written, and it says again and again that it
 * lives, so that no collection takes it for dead.
 *
 * Invariant: a block that `has` named is used by a name of this put that began at most two renewals ago.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store } from "../store.ts";
import { type Blocks, putterOf } from "./blocks.ts";

/** Well below what makes a put dead: an hour. */
const RENEWED_MS = 15 * 60_000;

export class LivingPut {
  readonly #store: Store;
  readonly #blocks: Blocks;
  readonly #clock: ClockPort;
  readonly #names = new Set<string>();
  /** The last is the one of now; blocks may still be used by the one before. */
  #putters: readonly string[];
  #cancel: () => void = () => {};
  #hasEnded = false;

  constructor(store: Store, blocks: Blocks, clock: ClockPort) {
    this.#store = store;
    this.#blocks = blocks;
    this.#clock = clock;
    this.#putters = [putterOf(clock.now())];
    this.#wait();
  }

  /** By what name it uses blocks now. */
  get putter(): string {
    return this.#putters.at(-1) as string;
  }

  /** These blocks are stored. */
  has(names: Iterable<string>): void {
    for (const name of names) this.#names.add(name);
  }

  /** Inside a transaction: takes its use of the block away. */
  drop(name: string): void {
    for (const putter of this.#putters) this.#blocks.drop(name, putter);
  }

  /**
   * Inside a transaction: `user` uses the block as well.
   * @throws SymphonyError `io` where it was swept, which takes a process that stood still for an hour
   */
  give(name: string, user: string): void {
    if (this.#blocks.storedBytes(name) === undefined) {
      const hint = "Store it again";
      throw new SymphonyError(
        "io",
        "Cannot store the stream: it stood still so long that its beginning was swept",
        { hint },
      );
    }
    this.#blocks.use(name, user);
  }

  /** It is done, or given up. */
  end(): void {
    this.#hasEnded = true;
    this.#cancel();
  }

  #wait(): void {
    if (this.#hasEnded) return;
    this.#cancel = this.#clock.schedule(RENEWED_MS, () => {
      // What fails is tried again the next time; the put itself meets a disk that is full.
      this.#renew().catch(() => {}).finally(() => this.#wait());
    });
  }

  async #renew(): Promise<void> {
    const next = putterOf(this.#clock.now());
    const before = this.#putters;
    this.#putters = [...before, next];
    await this.#store.commit(() => {
      if (this.#hasEnded) return;
      for (const name of this.#names) {
        if (this.#blocks.storedBytes(name) === undefined) continue;
        this.#blocks.use(name, next);
        for (const putter of before) this.#blocks.drop(name, putter);
      }
    });
    // What is being stored just now may have been noted under the name before.
    this.#putters = [before.at(-1) as string, next];
  }
}
