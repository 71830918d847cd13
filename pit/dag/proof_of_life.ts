/**
 * This process's proof of life in a data folder, taken when first needed: a process that only looks needs none.
 *
 * @module
 */

import type { Store } from "../store.ts";
import { isAlive, Liveness, sweep } from "./liveness.ts";

export class ProofOfLife implements Disposable {
  readonly #store: Store;
  readonly #folder: string;
  #own: Liveness | undefined;

  /** `folder` holds the proofs of life; it is made when first needed. */
  constructor(store: Store, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** Names this process. Takes the proof where there is none yet. @throws SymphonyError `io` | `permission` | `disk-full` */
  get name(): string {
    // Both in one transaction: between making the file and locking it, another's sweep would take it for a dead one's.
    this.#own ??= this.#store.exclusively(() => {
      const own = Liveness.take(this.#folder);
      sweep(this.#folder);
      return own;
    });
    return this.#own.name;
  }

  /** False once the process of that name has ended, however it ended. @throws SymphonyError `io` */
  isAlive(name: string): boolean {
    return name === this.#own?.name || isAlive(this.#folder, name);
  }

  [Symbol.dispose](): void {
    this.#own?.[Symbol.dispose]();
    this.#own = undefined;
  }
}
