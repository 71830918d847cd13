/**
 * Who drives a run, across the processes that share a data folder, and the inbox by which they ask the driver.
 *
 * Invariants:
 * C1. A claim is a record that names its holder's proof of life. It is read, judged and written in one transaction
 *     that excludes every other process, so of two who race exactly one gets it.
 * C2. A claim whose holder is dead counts as free at once.
 * C3. A command is durable when `send` resolves, and is removed in the transaction that hands it out.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { RunId } from "../../core/ids.ts";
import type { UserCommand } from "../../core/orchestration/command.ts";
import type { RunClaim, RunControlPort } from "../../core/ports/run_control.ts";
import type { Store, Table } from "../store.ts";
import { ProofOfLife } from "./proof_of_life.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** RunControlPort in the data folder. */
export class LmdbRunControl implements RunControlPort, AsyncDisposable {
  readonly #store: Store;
  readonly #proof: ProofOfLife;
  readonly #claims: Table;
  readonly #inbox: Table;

  /** `proof` is ended with this. */
  constructor(store: Store, proof: ProofOfLife) {
    this.#store = store;
    this.#proof = proof;
    this.#claims = store.table("claims");
    this.#inbox = store.table("inbox");
  }

  async claim(run: RunId): Promise<RunClaim | undefined> {
    const token = `${this.#proof.name}/${crypto.randomUUID()}`;
    let taken = false;
    // Claims of one turn share a commit, which excludes other processes all the same (C1).
    await this.#store.commit(() => {
      taken = !this.#holderLives(run);
      if (taken) this.#claims.put(run, encoder.encode(token));
    });
    return taken ? { release: () => this.#release(run, token) } : undefined;
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async isClaimed(run: RunId): Promise<boolean> {
    this.#store.refresh();
    return this.#holderLives(run);
  }

  async send(run: RunId, command: UserCommand): Promise<void> {
    const bytes = encoder.encode(JSON.stringify(command));
    await this.#store.commit(() => {
      this.#inbox.put([run, this.#lastPlace(run) + 1], bytes);
    });
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async receive(run: RunId): Promise<readonly UserCommand[]> {
    this.#store.refresh();
    // An empty inbox, by far the most frequent answer, costs no transaction.
    if (this.#lastPlace(run) < 0) return [];
    return this.#store.exclusively(() => {
      const found = [...this.#inbox.getRange({ start: [run], end: [run, Infinity] })];
      for (const { key } of found) this.#inbox.removeSync(key);
      return found.map(({ value }) => readCommand(run, value));
    });
  }

  /** Ends this process's claims. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#proof[Symbol.dispose]();
    return Promise.resolve();
  }

  #holderLives(run: RunId): boolean {
    const bytes = this.#claims.getBinary(run);
    if (bytes === undefined) return false;
    const holder = decoder.decode(bytes).split("/")[0] as string;
    return this.#proof.isAlive(holder);
  }

  async #release(run: RunId, token: string): Promise<void> {
    await this.#store.commit(() => {
      const bytes = this.#claims.getBinary(run);
      if (bytes !== undefined && decoder.decode(bytes) === token) this.#claims.remove(run);
    });
  }

  #lastPlace(run: RunId): number {
    const keys = this.#inbox.getKeys({ start: [run, Infinity], end: [run], reverse: true, limit: 1 });
    for (const key of keys) return Number(key[1]);
    return -1;
  }
}

function readCommand(run: RunId, bytes: Uint8Array): UserCommand {
  try {
    return JSON.parse(decoder.decode(bytes)) as UserCommand;
  } catch (cause) {
    const message = `Cannot read a command for run "${run}": it is not JSON`;
    throw new SymphonyError("corrupt", message, { cause });
  }
}
