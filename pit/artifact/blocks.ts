/**
 * Blocks of content by the SHA-256 of what they hold, shared between all content that has them.
 *
 * Invariants:
 * B1. A block is there as long as something uses it: the use is written in the same transaction as the block, or as the
 *     record that finds it there.
 * B2. A block goes in the transaction that takes its last use away.
 * B3. What `read` gives hashes to the block's name.
 *
 * @module
 */

import type { Store, Table } from "../store.ts";
import { decodeBlock, encodeBlock } from "./codec.ts";
import { hashOf } from "./record.ts";

const nothing = new Uint8Array(0);

/** A block to be stored: its name, and its stored form, which is made in the transaction where it is not there yet. */
export interface PreparedBlock {
  readonly name: string;
  readonly stored: () => Uint8Array;
}

/** Names a piece of content, which must stay as it is until the block is stored. */
export function prepareBlock(bytes: Uint8Array, mayCompress: boolean): PreparedBlock {
  return { name: hashOf(bytes), stored: () => encodeBlock(bytes, mayCompress) };
}

export class Blocks {
  readonly #blocks: Table;
  /** [block, user] → nothing. */
  readonly #uses: Table;

  constructor(store: Store) {
    this.#blocks = store.table("blocks");
    this.#uses = store.table("block-uses");
  }

  /** Inside a transaction: stores the block unless it is there, and notes its use. */
  put({ name, stored }: PreparedBlock, user: string): void {
    if (!this.#blocks.doesExist(name)) this.#blocks.put(name, stored());
    this.#uses.put([name, user], nothing);
  }

  /** Inside a transaction: takes a use away, and the block with its last one. Gives the bytes that this freed. */
  drop(name: string, user: string): number {
    this.#uses.removeSync([name, user]);
    for (const _ of this.#uses.getKeys({ start: [name], end: [name, "\uffff"], limit: 1 })) return 0;
    const stored = this.#blocks.getBinary(name);
    if (stored === undefined) return 0;
    this.#blocks.removeSync(name);
    return stored.length;
  }

  /** Bytes that the block takes in the store; undefined where it is missing. */
  storedBytes(name: string): number | undefined {
    return this.#blocks.getBinaryFast(name)?.length;
  }

  /** The content of a block; undefined where it is missing. @throws SymphonyError `corrupt` where it cannot be read */
  read(name: string): Uint8Array | undefined {
    const stored = this.#blocks.getBinary(name);
    return stored && decodeBlock(stored);
  }
}
