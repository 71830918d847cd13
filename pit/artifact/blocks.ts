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

import { assert } from "../../core/errors.ts";
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

/** Names the use of blocks by a put that has not ended. */
export function putterOf(beganAt: number): string {
  return `put:${beganAt}:${crypto.randomUUID()}`;
}

/** When the put of that name began; undefined for another user. */
export function beganAtOf(user: string): number | undefined {
  const found = /^put:(\d+):/.exec(user);
  return found === null ? undefined : Number(found[1]);
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

  /** Inside a transaction: notes a use of a block that is there. @throws Error where it is not (a bug) */
  use(name: string, user: string): void {
    assert(this.#blocks.doesExist(name), `block ${name} is there while something uses it`);
    this.#uses.put([name, user], nothing);
  }

  /** Who uses which block, a page of them after `after`. */
  uses(after: readonly [string, string] | undefined, limit: number): readonly (readonly [string, string])[] {
    const start = after === undefined ? {} : { start: [...after], exclusiveStart: true };
    return [...this.#uses.getKeys({ ...start, limit })].map((key) =>
      [String(key[0]), String(key[1])] as const
    );
  }

  /** How many use a block, at most `limit`. */
  useCount(name: string, limit: number): number {
    let count = 0;
    for (const _ of this.#uses.getKeys({ start: [name], end: [name, "\uffff"], limit })) count++;
    return count;
  }

  /** Inside a transaction: takes a use away, and the block with its last one. Gives the bytes that this freed. */
  drop(name: string, user: string): number {
    this.#uses.removeSync([name, user]);
    if (this.useCount(name, 1) > 0) return 0;
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
