/**
 * Artifacts in LMDB, by the SHA-256 of their content. Small content lies in the record; larger content in blocks that
 * are cut by content and shared between artifacts, so that versions of a file share what did not change.
 *
 * Invariants:
 * A1. An artifact's record is written in the last transaction of its put, so a torn put is never visible. What a long put
 *     stores ahead is used by the put itself until the record is there; `sweep` frees what a dead one left behind.
 * A2. What `get` gives hashes to the id that was asked for, on every read.
 * A3. The first metadata stays. A run that stores known content again finds it in its own list too.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId, RunId } from "../../core/ids.ts";
import type {
  ArtifactFault,
  ArtifactFilter,
  ArtifactInfo,
  ArtifactMeta,
  ArtifactPort,
} from "../../core/ports/artifact.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store, StoreKey, Table } from "../store.ts";
import { BlockGone, Blocks, prepareBlock, type PreparedBlock, putterOf } from "./blocks.ts";
import { AVERAGE_CHUNK_BYTES, chunksOf } from "./chunking.ts";
import { decodeBlock, encodeBlock, isCompressedType } from "./codec.ts";
import {
  CHUNK_BYTES,
  type Content,
  corruptArtifact,
  hashOf,
  infoOf,
  INLINE_BYTES,
  readRecord,
  recordBytes,
  storedId,
} from "./record.ts";
import { Records } from "./records.ts";
import { KeyChanged } from "./vault.ts";

/** Content above this size is written over several transactions, so that one put never holds the store for long. */
const SHARED_COMMIT_BYTES = 4 * 1024 * 1024;
/** Entries listed between two looks at the database. */
const PAGE = 256;

/** ArtifactPort in the data folder. */
export class LmdbArtifacts implements ArtifactPort {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #records: Records;
  readonly #chunks: Table;
  readonly #blocks: Blocks;

  /** Told of what is read, for the Stale Manager. */
  onRead: (id: ArtifactId) => void = () => {};

  constructor(store: Store, clock: ClockPort, blocks: Blocks = new Blocks(store)) {
    this.#store = store;
    this.#clock = clock;
    this.#records = new Records(store);
    this.#chunks = store.table("chunks");
    this.#blocks = blocks;
  }

  async put(bytes: Uint8Array, meta: ArtifactMeta = {}): Promise<ArtifactId> {
    const id = hashOf(bytes);
    const run = meta.origin?.run;
    if (this.#isKnown(id, run)) return id;
    const info = infoOf(id, bytes.length, this.#clock.now(), meta);
    const key = this.#blocks.vault.currentKey();
    if (key !== 0) {
      // The caller may change its bytes before they are stored.
      await this.#putSealed(info, bytes.slice());
      return id;
    }
    if (bytes.length <= INLINE_BYTES) {
      // The record holds a copy; the caller may change its bytes before the commit.
      const record = recordBytes(info, { kind: "inline", bytes });
      try {
        await this.#store.commit(() => {
          this.#blocks.vault.demandCurrent(0);
          this.#records.put(info, record);
        }, record.length);
      } catch (error) {
        if (!(error instanceof KeyChanged)) throw error;
        await this.#putSealed(info, contentOfRecord(id, record));
      }
      return id;
    }
    await this.#putBlocks(info, bytes.slice());
    return id;
  }

  /** As `put` goes on where the store is encrypted, or has become so. */
  async #putSealed(info: ArtifactInfo, own: Uint8Array): Promise<void> {
    if (own.length > INLINE_BYTES) return await this.#putBlocks(info, own);
    const mayCompress = !isCompressedType(info.type);
    for (;;) {
      const { vault } = this.#blocks;
      const key = vault.currentKey();
      const content = key === 0
        ? { kind: "inline" as const, bytes: own }
        : { kind: "sealed" as const, bytes: await vault.seal(info.id, encodeBlock(own, mayCompress), key) };
      const record = recordBytes(info, content);
      try {
        return await this.#store.commit(() => {
          vault.demandCurrent(key);
          this.#records.put(info, record);
        }, record.length);
      } catch (error) {
        if (!(error instanceof KeyChanged)) throw error;
      }
    }
  }

  /** Stores content in blocks; what is much goes in several transactions, the record in the last. */
  async #putBlocks(info: ArtifactInfo, own: Uint8Array): Promise<void> {
    const mayCompress = !isCompressedType(info.type);
    const pieces = [...chunksOf(own)].map((piece) => prepareBlock(piece, mayCompress));
    const names = pieces.map(({ name }) => name);
    const record = recordBytes(info, { kind: "blocks", names });
    const isLong = own.length > SHARED_COMMIT_BYTES;
    const putter = putterOf(info.createdAt);
    for (;;) {
      const { vault } = this.#blocks;
      const key = vault.currentKey();
      try {
        const prepared = await this.#blocks.sealed(pieces, key);
        if (isLong) await this.#putAhead(prepared, putter, key);
        return await this.#store.commit(() => {
          vault.demandCurrent(key);
          // They are there, unless the sweep took this put for dead; then they are stored once more.
          const isNew = this.#records.put(info, record);
          for (const block of new Set(prepared)) {
            if (isNew) this.#blocks.put(block, info.id);
            if (isLong) this.#blocks.drop(block.name, putter);
          }
        }, isLong ? record.length : own.length + record.length);
      } catch (error) {
        if (!(error instanceof KeyChanged) && !(error instanceof BlockGone)) throw error;
      }
    }
  }

  async #putAhead(prepared: readonly PreparedBlock[], putter: string, key: number): Promise<void> {
    const perCommit = SHARED_COMMIT_BYTES / AVERAGE_CHUNK_BYTES;
    for (let from = 0; from < prepared.length; from += perCommit) {
      const part = prepared.slice(from, from + perCommit);
      await this.#store.commit(() => {
        this.#blocks.vault.demandCurrent(key);
        for (const block of part) this.#blocks.put(block, putter);
      }, SHARED_COMMIT_BYTES);
    }
  }

  async get(id: ArtifactId): Promise<Uint8Array | undefined> {
    const bytes = await this.peek(id);
    if (bytes !== undefined) this.onRead(id);
    return bytes;
  }

  /** What `get` does, without counting as a use. */
  async peek(id: ArtifactId): Promise<Uint8Array | undefined> {
    this.#store.refresh();
    const record = this.#records.table.getBinaryFast(id);
    if (record === undefined) return undefined;
    // The library's buffer is good until its next read and longer than the record, so what is kept is copied.
    const { info, content } = readRecord(id, record.subarray(0, record.length));
    const bytes = content.kind === "inline" ? new Uint8Array(content.bytes) : await this.#read(info, content);
    if (bytes === undefined) throw corruptArtifact(id, "a part of its content is missing");
    if (hashOf(bytes) !== id) throw corruptArtifact(id, "its content does not hash to its id");
    return bytes;
  }

  // deno-lint-ignore require-await -- the port is asynchronous, a read of mapped memory is not
  async info(id: ArtifactId): Promise<ArtifactInfo | undefined> {
    this.#store.refresh();
    const record = this.#records.table.getBinary(id);
    return record && readRecord(id, record).info;
  }

  async *list(filter: ArtifactFilter = {}): AsyncIterable<ArtifactInfo> {
    if (filter.beginning !== undefined) {
      yield* this.#beginningWith(filter.beginning);
      return;
    }
    if (filter.run === undefined) {
      for await (const page of this.#pages(this.#records.byTime, true)) {
        yield* this.#infos(page.map((key) => key[1]));
      }
      return;
    }
    // A run's artifacts are few beside the store's, so sorting them is cheaper than a further index.
    const infos: ArtifactInfo[] = [];
    for await (const page of this.#pages(this.#records.byRun, false, filter.run)) {
      infos.push(...this.#infos(page.map((key) => key[1])));
    }
    infos.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    yield* infos;
  }

  async *#beginningWith(beginning: string): AsyncIterable<ArtifactInfo> {
    let start = beginning;
    while (true) {
      this.#store.refresh();
      const page = [...this.#records.table.getKeys({ start, end: `${beginning}g`, limit: PAGE })].map(String);
      const isFull = page.length === PAGE;
      for (const info of this.#infos(start === beginning ? page : page.slice(1))) {
        yield await Promise.resolve(info);
      }
      if (!isFull) return;
      start = page.at(-1) as string;
    }
  }

  async *verify(): AsyncIterable<ArtifactFault> {
    for await (const page of this.#pages(this.#records.table, false)) {
      for (const key of page) {
        const fault = await this.#faultOf(storedId(key));
        if (fault !== undefined) yield fault;
        // Hashing a page of large artifacts takes long; others may have their turn in between.
        await Promise.resolve();
      }
    }
  }

  #isKnown(id: ArtifactId, run: RunId | undefined): boolean {
    this.#store.refresh();
    return this.#records.table.doesExist(id) && !this.#records.condemned.doesExist(id) &&
      (run === undefined || this.#records.byRun.doesExist([run, id]));
  }

  /** The content as bytes of its own; undefined where a part is missing or has the wrong size. */
  async #read(info: ArtifactInfo, content: Content): Promise<Uint8Array | undefined> {
    switch (content.kind) {
      case "inline":
        // The bytes are a Buffer of the library, whose slice would be a view.
        return new Uint8Array(content.bytes);
      case "sealed":
        return decodeBlock(await this.#blocks.vault.open(info.id, new Uint8Array(content.bytes)));
      case "chunks":
        return this.#readChunks(info);
      case "blocks":
        return await this.#readBlocks(info, content.names);
    }
  }

  async #readBlocks(info: ArtifactInfo, names: readonly string[]): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(info.sizeBytes);
    let offset = 0;
    for (const name of names) {
      const found = this.#blocks.read(name);
      const block = found instanceof Promise ? await found : found;
      if (block === undefined || offset + block.length > bytes.length) return undefined;
      bytes.set(block, offset);
      offset += block.length;
    }
    return offset === bytes.length ? bytes : undefined;
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

  async #faultOf(id: ArtifactId): Promise<ArtifactFault | undefined> {
    this.#store.refresh();
    const record = this.#records.table.getBinary(id);
    if (record === undefined) return undefined;
    try {
      const { info, content } = readRecord(id, record);
      const bytes = await this.#read(info, content);
      if (bytes === undefined) return { id, fault: "missing" };
      return hashOf(bytes) === id ? undefined : { id, fault: "changed" };
    } catch (error) {
      if (error instanceof SymphonyError && error.code === "corrupt") return { id, fault: "changed" };
      if (error instanceof SymphonyError && error.code === "not-found") return { id, fault: "missing" };
      throw error;
    }
  }

  #infos(ids: readonly unknown[]): ArtifactInfo[] {
    const infos: ArtifactInfo[] = [];
    for (const key of ids) {
      const id = storedId(key);
      const record = this.#records.table.getBinary(id);
      if (record === undefined) continue;
      try {
        infos.push(readRecord(id, record).info);
      } catch (error) {
        // One damaged record must not hide the others; `verify` tells of it.
        if (!(error instanceof SymphonyError)) throw error;
      }
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

/** A copy of the content of an inline record that was made here. */
function contentOfRecord(id: ArtifactId, record: Uint8Array): Uint8Array {
  const { content } = readRecord(id, record);
  return content.kind === "inline" ? content.bytes.slice() : new Uint8Array(0);
}
