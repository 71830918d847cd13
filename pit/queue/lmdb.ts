/**
 * The queue's book in LMDB, shared by the processes of a data folder. A change is one transaction that excludes every
 * other process.
 *
 * Tables: `queue` holds open entries by number, `queue-ended` ended ones by the moment of their end, `queue-places` says in
 * which of the two an entry is; `queue-limits`, `queue-triggers`; `queue-noted` what was asked for once and when, and the last
 * number under the empty text.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import { NOTED_MS, type QueueBook, type QueuePort, type ReadBook } from "../../core/ports/queue.ts";
import type { Limit, QueueEntry, Trigger } from "../../core/queue/entry.ts";
import { sha256 } from "../dag/digest.ts";
import type { Store, StoreKey, Table } from "../store.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NUMBER = "number";
/** Old notes that go with a new one. */
const FORGOTTEN = 16;

/** QueuePort in the data folder. */
export class LmdbQueue implements QueuePort {
  readonly #store: Store;
  readonly #book: LmdbBook;

  constructor(store: Store) {
    this.#store = store;
    this.#book = new LmdbBook(store);
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async change<T>(act: (book: QueueBook) => T): Promise<T> {
    return this.#store.exclusively(() => act(this.#book));
  }

  // deno-lint-ignore require-await -- a throw becomes a rejection
  async read<T>(look: (book: ReadBook) => T): Promise<T> {
    this.#store.refresh();
    return look(this.#book);
  }
}

class LmdbBook implements QueueBook {
  readonly #open: Table;
  readonly #ended: Table;
  readonly #places: Table;
  readonly #limits: Table;
  readonly #triggers: Table;
  readonly #noted: Table;

  constructor(store: Store) {
    this.#open = store.table("queue");
    this.#ended = store.table("queue-ended");
    this.#places = store.table("queue-places");
    this.#limits = store.table("queue-limits");
    this.#triggers = store.table("queue-triggers");
    this.#noted = store.table("queue-noted");
  }

  entry(id: string): QueueEntry | undefined {
    const place = read<{ at: number } | { open: true }>(this.#places.getBinary(id));
    if (place === undefined) return undefined;
    return read<QueueEntry>(
      "open" in place
        ? this.#open.getBinary([numberOf(id)])
        : this.#ended.getBinary([place.at, numberOf(id)]),
    );
  }

  open(): readonly QueueEntry[] {
    return all<QueueEntry>(this.#open);
  }

  ended(most: number): readonly QueueEntry[] {
    const range = this.#ended.getRange({ reverse: true, limit: most });
    return [...range].map(({ value }) => read<QueueEntry>(value) as QueueEntry);
  }

  putEntry(entry: QueueEntry): void {
    this.removeEntry(entry.id);
    const { id, endedAt } = entry;
    if (endedAt === undefined) this.#open.put([numberOf(id)], bytesOf(entry));
    else this.#ended.put([endedAt, numberOf(id)], bytesOf(entry));
    this.#places.put(id, bytesOf(endedAt === undefined ? { open: true } : { at: endedAt }));
  }

  removeEntry(id: string): void {
    const place = read<{ at: number } | { open: true }>(this.#places.getBinary(id));
    if (place === undefined) return;
    if ("open" in place) this.#open.remove([numberOf(id)]);
    else this.#ended.remove([place.at, numberOf(id)]);
    this.#places.remove(id);
  }

  nextNumber(): number {
    const next = (read<number>(this.#noted.getBinary(NUMBER)) ?? 0) + 1;
    this.#noted.put(NUMBER, bytesOf(next));
    return next;
  }

  limits(): readonly Limit[] {
    return all<Limit>(this.#limits);
  }

  putLimit(limit: Limit): void {
    this.#limits.put(limit.lane, bytesOf(limit));
  }

  removeLimit(lane: string): void {
    this.#limits.remove(lane);
  }

  triggers(): readonly Trigger[] {
    return all<Trigger>(this.#triggers);
  }

  putTrigger(trigger: Trigger): void {
    this.#triggers.put(trigger.id, bytesOf(trigger));
  }

  removeTrigger(id: string): void {
    this.#triggers.remove(id);
  }

  note(once: string, now: number): boolean {
    // By digest: what names a happening may be longer than a key.
    const digest = sha256(once);
    const key = ["once", digest];
    const at = read<number>(this.#noted.getBinary(key) ?? bytesOf(now - NOTED_MS));
    if (at !== undefined && at > now - NOTED_MS) return false;
    this.#noted.put(key, bytesOf(now));
    this.#noted.put(["when", now, digest], new Uint8Array(0));
    this.#forgetNotes(now - NOTED_MS);
    return true;
  }

  /** More of the old ones than one is added, so that they come to an end. */
  #forgetNotes(before: number): void {
    const range = { start: ["when"], end: ["when", before, "\uffff"], limit: FORGOTTEN };
    for (const key of [...this.#noted.getKeys(range)] as [string, number, string][]) {
      const [, at, digest] = key;
      this.#noted.remove(key);
      // It may have been noted again meanwhile.
      if (read<number>(this.#noted.getBinary(["once", digest])) === at) this.#noted.remove(["once", digest]);
    }
  }
}

function numberOf(id: string): number {
  return Number(id.slice(1));
}

function all<T>(table: Table): readonly T[] {
  return [...table.getRange({})].map(({ value }: { key: StoreKey; value: Uint8Array }) =>
    read<T>(value) as T
  );
}

function bytesOf(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

function read<T>(bytes: Uint8Array | undefined): T | undefined {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes)) as T;
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read the queue: a record of it is not JSON", { cause });
  }
}
