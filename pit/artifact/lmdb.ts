/**
 * Artifacts in LMDB, by the SHA-256 of their content.
 *
 * Invariants:
 * A1. An artifact's record is written in the last transaction of its put, so a torn put is never visible; chunks it
 *     left behind are written over by the next put of the same content.
 * A2. What `get` gives hashes to the id that was asked for, on every read.
 * A3. The first metadata stays. A run that stores known content again finds it in its own list too.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId, RunId } from "../../core/ids.ts";
import type { ArtifactFault, ArtifactInfo, ArtifactMeta, ArtifactPort } from "../../core/ports/artifact.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store, StoreKey, Table } from "../store.ts";
import {
  CHUNK_BYTES,
  corruptArtifact,
  hashOf,
  INLINE_BYTES,
  readRecord,
  recordBytes,
  storedId,
} from "./record.ts";

/** Content above this size is written over several transactions, so that one put never holds the store for long. */
const SHARED_COMMIT_BYTES = 4 * 1024 * 1024;
/** Entries listed between two looks at the database. */
const PAGE = 256;
const nothing = new Uint8Array(0);

/** ArtifactPort in the data folder. */
export class LmdbArtifacts implements ArtifactPort {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #records: Table;
  readonly #chunks: Table;
  readonly #byTime: Table;
  readonly #byRun: Table;

  constructor(store: Store, clock: ClockPort) {
    this.#store = store;
    this.#clock = clock;
    this.#records = store.table("artifacts");
    this.#chunks = store.table("chunks");
    this.#byTime = store.table("artifacts-by-time");
    this.#byRun = store.table("artifacts-by-run");
  }

  async put(bytes: Uint8Array, meta: ArtifactMeta = {}): Promise<ArtifactId> {
    const id = hashOf(bytes);
    const run = meta.origin?.run;
    if (this.#isKnown(id, run)) return id;
    const info: ArtifactInfo = {
      id,
      sizeBytes: bytes.length,
      type: meta.type ?? "application/json",
      createdAt: this.#clock.now(),
      ...(meta.name === undefined ? {} : { name: meta.name }),
      ...(meta.origin === undefined ? {} : { origin: meta.origin }),
    };
    const record = recordBytes(info, bytes);
    const chunkCount = bytes.length <= INLINE_BYTES ? 0 : Math.ceil(bytes.length / CHUNK_BYTES);
    // The record holds a copy of small content already; the caller may change its bytes before the commit.
    const own = chunkCount === 0 ? bytes : bytes.slice();
    const ahead = bytes.length > SHARED_COMMIT_BYTES && !this.#records.doesExist(id);
    if (ahead) await this.#putChunksAhead(id, own);
    await this.#store.commit(() => {
      if (run !== undefined) this.#byRun.put([run, id], nothing);
      if (this.#records.doesExist(id)) return;
      if (!ahead) { for (let at = 0; at < chunkCount; at++) this.#putChunk(id, own, at); }
      this.#byTime.put([info.createdAt, id], nothing);
      this.#records.put(id, record);
    }, ahead ? record.length : bytes.length + record.length);
    return id;
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async get(id: ArtifactId): Promise<Uint8Array | undefined> {
    this.#store.refresh();
    const record = this.#records.getBinaryFast(id);
    if (record === undefined) return undefined;
    // The library's buffer is good until its next read and longer than the record, so what is kept is copied.
    const { info, inline } = readRecord(id, record.subarray(0, record.length));
    const content = info.sizeBytes <= INLINE_BYTES ? new Uint8Array(inline) : this.#readChunks(info);
    if (content === undefined) throw corruptArtifact(id, "a part of its content is missing");
    if (hashOf(content) !== id) throw corruptArtifact(id, "its content does not hash to its id");
    return content;
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async info(id: ArtifactId): Promise<ArtifactInfo | undefined> {
    this.#store.refresh();
    const record = this.#records.getBinary(id);
    return record && readRecord(id, record).info;
  }

  async *list(filter: { readonly run?: RunId } = {}): AsyncIterable<ArtifactInfo> {
    if (filter.run === undefined) {
      for await (const page of this.#pages(this.#byTime, true)) yield* this.#infos(page.map((key) => key[1]));
      return;
    }
    // A run's artifacts are few beside the store's, so sorting them is cheaper than a further index.
    const infos: ArtifactInfo[] = [];
    for await (const page of this.#pages(this.#byRun, false, filter.run)) {
      infos.push(...this.#infos(page.map((key) => key[1])));
    }
    infos.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    yield* infos;
  }

  async *verify(): AsyncIterable<ArtifactFault> {
    for await (const page of this.#pages(this.#records, false)) {
      for (const key of page) {
        const fault = this.#faultOf(storedId(key));
        if (fault !== undefined) yield fault;
        // Hashing a page of large artifacts takes long; others may have their turn in between.
        await Promise.resolve();
      }
    }
  }

  #isKnown(id: ArtifactId, run: RunId | undefined): boolean {
    this.#store.refresh();
    return this.#records.doesExist(id) && (run === undefined || this.#byRun.doesExist([run, id]));
  }

  async #putChunksAhead(id: ArtifactId, bytes: Uint8Array): Promise<void> {
    const count = Math.ceil(bytes.length / CHUNK_BYTES);
    const perCommit = SHARED_COMMIT_BYTES / CHUNK_BYTES;
    for (let from = 0; from < count; from += perCommit) {
      await this.#store.commit(() => {
        const to = Math.min(count, from + perCommit);
        for (let at = from; at < to; at++) this.#putChunk(id, bytes, at);
      }, SHARED_COMMIT_BYTES);
    }
  }

  #putChunk(id: ArtifactId, bytes: Uint8Array, at: number): void {
    this.#chunks.put([id, at], bytes.subarray(at * CHUNK_BYTES, (at + 1) * CHUNK_BYTES));
  }

  /** The content put together; undefined where a chunk is missing or has the wrong size. */
  #readChunks(info: ArtifactInfo): Uint8Array | undefined {
    const content = new Uint8Array(info.sizeBytes);
    for (let offset = 0; offset < content.length; offset += CHUNK_BYTES) {
      const chunk = this.#chunks.getBinaryFast([info.id, offset / CHUNK_BYTES]);
      if (chunk?.length !== Math.min(CHUNK_BYTES, content.length - offset)) return undefined;
      content.set(chunk.subarray(0, chunk.length), offset);
    }
    return content;
  }

  #faultOf(id: ArtifactId): ArtifactFault | undefined {
    this.#store.refresh();
    const record = this.#records.getBinary(id);
    if (record === undefined) return undefined;
    try {
      const { info, inline } = readRecord(id, record);
      const content = info.sizeBytes <= INLINE_BYTES ? inline : this.#readChunks(info);
      if (content === undefined) return { id, fault: "missing" };
      return hashOf(content) === id ? undefined : { id, fault: "changed" };
    } catch (error) {
      if (error instanceof SymphonyError) return { id, fault: "changed" };
      throw error;
    }
  }

  #infos(ids: readonly unknown[]): ArtifactInfo[] {
    const infos: ArtifactInfo[] = [];
    for (const key of ids) {
      const id = storedId(key);
      const record = this.#records.getBinary(id);
      if (record !== undefined) infos.push(readRecord(id, record).info);
    }
    return infos;
  }

  /** Pages of a table's keys, each read afresh, so that a slow reader holds no old snapshot. */
  async *#pages(table: Table, reverse: boolean, prefix?: string): AsyncIterable<StoreKey[]> {
    let start: StoreKey | undefined = prefix === undefined ? undefined : [prefix];
    while (true) {
      this.#store.refresh();
      const page: StoreKey[] = [...table.getKeys({
        ...(start === undefined ? {} : { start, exclusiveStart: true }),
        ...(prefix === undefined ? {} : { end: [prefix, "g"] }),
        reverse,
        limit: PAGE,
      })];
      if (page.length > 0) yield await Promise.resolve(page);
      if (page.length < PAGE) return;
      start = page.at(-1);
    }
  }
}
