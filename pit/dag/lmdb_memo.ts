/**
 * Kept results in LMDB: the entry by its key, what the newest one was made of by its place, and the codes of which
 * results are kept. A result's large output is an artifact; where that has been removed meanwhile, whoever reads it finds
 * out and makes the result again.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { MemoEntry, MemoParts, MemoPort, MemoRecord } from "../../core/ports/memo.ts";
import type { Store, Table } from "../store.ts";
import { sha256 } from "./digest.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Entries looked at between two looks at the database, and removed in one transaction. */
const PAGE = 512;
/** Results that are kept, about 1 KB each. */
const MOST_ENTRIES = 100_000;
/** It is looked how many there are once in so many. */
const LOOKED_AFTER = 64;
/** A key of LMDB has at most 1978 bytes; places are longer in deep nests. */
const PLACE_CHARS = 400;

/** MemoPort in the data folder. */
export class LmdbMemo implements MemoPort {
  readonly #store: Store;
  readonly #entries: Table;
  readonly #places: Table;
  readonly #codes: Table;

  readonly #most: number;
  #keptSince = 0;

  /** Of `most` results, and of as many places, the oldest tenth goes where one more comes. */
  constructor(store: Store, most = MOST_ENTRIES) {
    this.#store = store;
    this.#most = most;
    this.#entries = store.table("memo");
    this.#places = store.table("memo-places");
    this.#codes = store.table("memo-codes");
  }

  digest(text: string): string {
    return sha256(text);
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async find(key: string): Promise<MemoEntry | undefined> {
    this.#store.refresh();
    return read<MemoEntry>(key, this.#entries.getBinary(key));
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async latest(place: string): Promise<MemoParts | undefined> {
    this.#store.refresh();
    return read<MemoParts>(place, this.#places.getBinary(placeKey(place)));
  }

  knows(use: string, code: string): boolean {
    this.#store.refresh();
    return this.#codes.doesExist(`${use} ${code}`);
  }

  async keep({ entry, parts, place }: MemoRecord): Promise<void> {
    const entryBytes = bytesOf(entry);
    const partBytes = bytesOf(parts);
    const code = `${parts.use} ${parts.code}`;
    await this.#store.commit(() => {
      this.#entries.put(entry.key, entryBytes);
      this.#places.put(placeKey(place), partBytes);
      if (!this.#codes.doesExist(code)) this.#codes.put(code, new Uint8Array(0));
    });
    if (++this.#keptSince % Math.min(LOOKED_AFTER, this.#most) === 0) await this.#withinBounds();
  }

  /** Forgets the oldest results; of places, which only say why nothing was found, all where they are too many. */
  async #withinBounds(): Promise<void> {
    this.#store.refresh();
    if (countOf(this.#places) > this.#most) {
      await this.#store.commit(() => {
        for (const key of [...this.#places.getKeys({})]) this.#places.remove(key);
      });
    }
    const over = countOf(this.#entries) - this.#most;
    if (over <= 0) return;
    const times: number[] = [];
    for await (const { at } of this.list()) times.push(at);
    times.sort((a, b) => a - b);
    await this.forget((times[over + Math.ceil(this.#most / 10)] ?? 0) + 1);
  }

  async *list(): AsyncIterable<MemoEntry> {
    let after: string | undefined;
    while (true) {
      const page = this.#page(after);
      for (const entry of page) yield await Promise.resolve(entry);
      if (page.length < PAGE) return;
      after = page.at(-1)?.key;
    }
  }

  async forget(before: number): Promise<number> {
    let forgotten = 0;
    let after: string | undefined;
    while (true) {
      const page = this.#page(after);
      const old = page.filter(({ at }) => at < before);
      if (old.length > 0) {
        await this.#store.commit(() => {
          for (const { key } of old) this.#entries.remove(key);
        });
      }
      forgotten += old.length;
      if (page.length < PAGE) break;
      after = page.at(-1)?.key;
    }
    return forgotten;
  }

  #page(after: string | undefined): MemoEntry[] {
    this.#store.refresh();
    const range = this.#entries.getRange({
      ...(after === undefined ? {} : { start: after, exclusiveStart: true }),
      limit: PAGE,
    });
    return [...range].map(({ key, value }) => read<MemoEntry>(String(key), value) as MemoEntry);
  }
}

function countOf(table: Table): number {
  return (table.getStats() as { readonly entryCount: number }).entryCount;
}

function placeKey(place: string): string {
  return place.length <= PLACE_CHARS ? place : sha256(place);
}

function bytesOf(value: MemoEntry | MemoParts): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

function read<T>(key: string, bytes: Uint8Array | undefined): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes)) as T;
  } catch (cause) {
    throw new SymphonyError("corrupt", `Cannot read the kept result "${key}": it is not JSON`, { cause });
  }
}
