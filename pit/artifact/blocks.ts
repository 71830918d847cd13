/**
 * Blocks of content by the SHA-256 of what they hold, shared between all content that has them. A block is here, as it is
 * or sealed, or in an archive; then the place is noted here.
 *
 * Invariants:
 * B1. A block is there as long as something uses it: the use is written in the same transaction as the block, or as the
 *     record that finds it there.
 * B2. A block goes in the transaction that takes its last use away.
 * B3. What `read` gives hashes to the block's name.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { assert, SymphonyError } from "../../core/errors.ts";
import type { Store, StoreKey, Table } from "../store.ts";
import { decodeBlock, ELSEWHERE, encodeBlock, type Place, placeBytes, placeOf, SEALED } from "./codec.ts";
import { hashOf } from "./record.ts";
import { Vault } from "./vault.ts";

const nothing = new Uint8Array(0);

/** A block to be stored: its name, and its stored form, which is made in the transaction where it is not there yet. */
export interface PreparedBlock {
  readonly name: string;
  readonly stored: () => Uint8Array;
}

/** Reads what lies in archives. */
export interface ArchiveReader {
  /** The stored form of a block. @throws SymphonyError `io` | `corrupt` | `permission` */
  read(place: Place): Promise<Uint8Array>;
}

/** Thrown inside a transaction where a block that was there when it was to be sealed is there no more. */
export class BlockGone extends SymphonyError {
  constructor(name: string) {
    super("busy", `Cannot store block ${name}: it went away`);
  }
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
  readonly vault: Vault;
  readonly table: Table;
  /** [block, user] → nothing. */
  readonly #uses: Table;
  /** [file, offset] → the block that is there. */
  readonly #packed: Table;
  readonly #archives: ArchiveReader | undefined;

  constructor(store: Store, vault: Vault = new Vault(store), archives?: ArchiveReader) {
    this.vault = vault;
    this.#archives = archives;
    this.table = store.table("blocks");
    this.#uses = store.table("block-uses");
    this.#packed = store.table("packed");
  }

  /** The blocks as they are to be stored under `key`; those that are there already are not sealed. */
  async sealed(prepared: readonly PreparedBlock[], key: number): Promise<readonly PreparedBlock[]> {
    if (key === 0) return prepared;
    const sealed = new Map<string, PreparedBlock>();
    for (const { name, stored } of prepared) {
      if (sealed.has(name)) continue;
      if (this.table.doesExist(name)) {
        const gone = () => {
          throw new BlockGone(name);
        };
        sealed.set(name, { name, stored: gone });
      } else {
        const bytes = await this.vault.seal(name, stored(), key);
        sealed.set(name, { name, stored: () => bytes });
      }
    }
    return [...sealed.values()];
  }

  /** Inside a transaction: stores the block unless it is there, and notes its use. */
  put({ name, stored }: PreparedBlock, user: string): void {
    if (!this.table.doesExist(name)) this.table.put(name, stored());
    this.#uses.put([name, user], nothing);
  }

  /** Inside a transaction: notes a use of a block that is there. @throws Error where it is not (a bug) */
  use(name: string, user: string): void {
    assert(this.table.doesExist(name), `block ${name} is there while something uses it`);
    this.#uses.put([name, user], nothing);
  }

  /** Who uses which block, a page of them after `after`. */
  uses(after: readonly [string, string] | undefined, limit: number): readonly (readonly [string, string])[] {
    const start = after === undefined ? {} : { start: [...after], exclusiveStart: true };
    return [...this.#uses.getKeys({ ...start, limit })].map((key) =>
      [String(key[0]), String(key[1])] as const
    );
  }

  /** Who uses a block. */
  usersOf(name: string): readonly string[] {
    return [...this.#uses.getKeys({ start: [name], end: [name, "\uffff"] })].map((key) => String(key[1]));
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
    return this.remove(name);
  }

  /** Inside a transaction: takes the block away, whoever uses it. Gives the bytes that this freed. */
  remove(name: string): number {
    const stored = this.table.getBinary(name);
    if (stored === undefined) return 0;
    this.table.removeSync(name);
    const place = placeIfReadable(stored);
    if (place === undefined) return stored.length;
    this.#packed.removeSync(packedKey(place));
    return stored.length + place.length;
  }

  /** Inside a transaction: the stored form is elsewhere from now on, or here again. */
  replace(name: string, stored: Uint8Array | Place): void {
    const before = this.table.getBinary(name);
    const old = before === undefined ? undefined : placeIfReadable(before);
    if (old !== undefined) this.#packed.removeSync(packedKey(old));
    if (stored instanceof Uint8Array) {
      this.table.put(name, stored);
      return;
    }
    this.table.put(name, placeBytes(stored));
    this.#packed.put(packedKey(stored), new TextEncoder().encode(name));
  }

  /** True for the stored form of a block that lies in an archive. */
  isElsewhere(stored: Uint8Array): boolean {
    return stored[0] === ELSEWHERE;
  }

  /** Which blocks lie in a file of an archive, in the order of their places. */
  *inFile(file: string): Iterable<{ readonly name: string; readonly place: Place }> {
    for (const { key, value } of this.#packed.getRange({ start: [file], end: [file, Infinity] })) {
      yield {
        name: new TextDecoder().decode(value),
        place: { file, offset: Number((key as StoreKey[])[1]), length: Number((key as StoreKey[])[2]) },
      };
    }
  }

  /** Files of archives that hold at least one block. */
  files(): ReadonlySet<string> {
    const files = new Set<string>();
    for (const key of this.#packed.getKeys({})) files.add(String(key[0]));
    return files;
  }

  /** Bytes that the block takes in the store; undefined where it is missing. */
  storedBytes(name: string): number | undefined {
    return this.table.getBinaryFast(name)?.length;
  }

  /** Where the block is in an archive; undefined for one that is here or missing. */
  placeOf(name: string): Place | undefined {
    const stored = this.table.getBinary(name);
    return stored === undefined ? undefined : placeIfReadable(stored);
  }

  /** The stored form, from wherever it is; undefined where it is missing. @throws SymphonyError */
  async stored(name: string): Promise<Uint8Array | undefined> {
    const stored = this.table.getBinary(name);
    if (stored === undefined || stored[0] !== ELSEWHERE) return stored;
    return await this.fetch(placeOf(stored) as Place);
  }

  /** @throws SymphonyError `io` | `corrupt` | `permission` | `unsupported` where there is no way to the archive */
  async fetch(place: Place): Promise<Uint8Array> {
    if (this.#archives === undefined) {
      throw new SymphonyError("unsupported", `Cannot read "${place.file}": archives are not open here`);
    }
    return await this.#archives.read(place);
  }

  /**
   * The content of a block; undefined where it is missing. At once for one that is here and not sealed.
   * @throws SymphonyError `corrupt` where it cannot be read
   */
  read(name: string): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const stored = this.table.getBinary(name);
    if (stored === undefined) return undefined;
    if (stored[0] !== SEALED && stored[0] !== ELSEWHERE) return decodeBlock(stored);
    return this.open(name, stored);
  }

  /** The content of a stored form, wherever and however it is. */
  async open(name: string, stored: Uint8Array): Promise<Uint8Array> {
    let here = stored;
    if (stored[0] === ELSEWHERE) {
      here = await this.fetch(placeOf(stored) as Place).catch(async (error: unknown) => {
        // It may have been moved while it was looked for.
        const now = this.table.getBinary(name);
        if (now === undefined || Buffer.compare(now, stored) === 0) throw error;
        return now[0] === ELSEWHERE ? await this.fetch(placeOf(now) as Place) : now;
      });
    }
    return decodeBlock(here[0] === SEALED ? await this.vault.open(name, here) : here);
  }
}

function packedKey({ file, offset, length }: Place): StoreKey {
  return [file, offset, length];
}

function placeIfReadable(stored: Uint8Array): Place | undefined {
  try {
    return placeOf(stored);
  } catch {
    return undefined;
  }
}
