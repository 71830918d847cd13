/**
 * Artifacts of any length in constant memory: a stream is cut into blocks as it comes, and the record, which makes them
 * an artifact, is written last.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId } from "../../core/ids.ts";
import type { ArtifactMeta } from "../../core/ports/artifact.ts";
import type { ArtifactStreamPort, ByteRange } from "../../core/ports/artifact_stream.ts";
import type { ClockPort } from "../../core/ports/clock.ts";
import type { Store, Table } from "../store.ts";
import { BlockGone, Blocks, prepareBlock, type PreparedBlock } from "./blocks.ts";
import { LivingPut } from "./living_put.ts";
import { chunkEnd, MAX_CHUNK_BYTES } from "./chunking.ts";
import { decodeBlock, encodeBlock, isCompressedType } from "./codec.ts";
import {
  CHUNK_BYTES,
  type Content,
  corruptArtifact,
  hashOf,
  infoOf,
  INLINE_BYTES,
  recordBytes,
} from "./record.ts";
import { Records } from "./records.ts";
import { KeyChanged } from "./vault.ts";

/** So much is stored in one transaction. */
const BATCH_BYTES = 4 * 1024 * 1024;

/** ArtifactStreamPort in the data folder. */
export class LmdbArtifactStreams implements ArtifactStreamPort {
  readonly #store: Store;
  readonly #clock: ClockPort;
  readonly #records: Records;
  readonly #blocks: Blocks;
  readonly #chunks: Table;

  constructor(store: Store, clock: ClockPort, blocks: Blocks = new Blocks(store)) {
    this.#store = store;
    this.#clock = clock;
    this.#records = new Records(store);
    this.#blocks = blocks;
    this.#chunks = store.table("chunks");
  }

  async putStream(source: AsyncIterable<Uint8Array>, meta: ArtifactMeta = {}): Promise<ArtifactId> {
    const mayCompress = !isCompressedType(meta.type ?? "application/json");
    const createdAt = this.#clock.now();
    const alive = new LivingPut(this.#store, this.#blocks, this.#clock);
    const hash = createHash("sha256");
    const names: string[] = [];
    let batch: PreparedBlock[] = [];
    let batchBytes = 0;
    let sizeBytes = 0;
    const flush = async () => {
      const blocks = batch;
      [batch, batchBytes] = [[], 0];
      await this.#retried(async (key) => {
        const sealed = await this.#blocks.sealed(blocks, key);
        await this.#store.commit(() => {
          this.#blocks.vault.demandCurrent(key);
          for (const block of sealed) this.#blocks.put(block, alive.putter);
        }, BATCH_BYTES);
      });
      alive.has(blocks.map(({ name }) => name));
    };
    const take = async (piece: Uint8Array) => {
      const block = prepareBlock(piece, mayCompress);
      names.push(block.name);
      batch.push(block);
      batchBytes += piece.length;
      if (batchBytes >= BATCH_BYTES) await flush();
    };
    try {
      let small: Uint8Array | undefined = new Uint8Array(0);
      for await (const piece of cut(source)) {
        hash.update(piece);
        sizeBytes += piece.length;
        // What fits the record goes there, as with `put`.
        small = small !== undefined && sizeBytes <= INLINE_BYTES ? joined(small, piece) : undefined;
        await take(piece);
      }
      const id = hash.digest("hex") as ArtifactId;
      const info = infoOf(id, sizeBytes, createdAt, meta);
      if (small !== undefined) {
        const bytes = small;
        await this.#retried(async (key) => {
          const content = key === 0
            ? { kind: "inline" as const, bytes }
            : { kind: "sealed" as const, bytes: await this.#seal(id, bytes, mayCompress, key) };
          const record = recordBytes(info, content);
          await this.#store.commit(() => {
            this.#blocks.vault.demandCurrent(key);
            this.#records.put(info, record);
          }, record.length);
        });
        return id;
      }
      if (batch.length > 0) await flush();
      const record = recordBytes(info, { kind: "blocks", names });
      await this.#store.commit(() => {
        const isNew = this.#records.put(info, record);
        for (const name of new Set(names)) {
          if (isNew) alive.give(name, id);
          alive.drop(name);
        }
      }, record.length);
      return id;
    } catch (error) {
      await this.#giveUp(names, alive);
      throw error;
    } finally {
      alive.end();
    }
  }

  async *read(id: ArtifactId, range?: ByteRange): AsyncIterable<Uint8Array> {
    this.#store.refresh();
    const found = this.#records.read(id);
    if (found === undefined) {
      throw new SymphonyError("not-found", `Cannot read artifact ${id}: the store has none`);
    }
    const { info, content } = found;
    const { from, to } = range ?? { from: 0, to: info.sizeBytes };
    if (!(from >= 0 && from <= to && to <= info.sizeBytes)) {
      throw new RangeError(`Cannot read bytes ${from} to ${to} of artifact ${id}: it has ${info.sizeBytes}`);
    }
    let offset = 0;
    for await (const bytes of this.#pieces(id, content, info.sizeBytes)) {
      const [start, end] = [Math.max(from - offset, 0), Math.min(to - offset, bytes.length)];
      offset += bytes.length;
      if (start < end) yield bytes.subarray(start, end);
      if (offset >= to) return;
      // A slow reader holds no old snapshot.
      this.#store.refresh();
    }
    if (offset < to) throw corruptArtifact(id, "a part of its content is missing");
  }

  #seal(id: ArtifactId, bytes: Uint8Array, mayCompress: boolean, key: number): Promise<Uint8Array> {
    return this.#blocks.vault.seal(id, encodeBlock(bytes, mayCompress), key);
  }

  /** Tries again where meanwhile another key became current or a block went away. */
  async #retried(act: (key: number) => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await act(this.#blocks.vault.currentKey());
      } catch (error) {
        if (!(error instanceof KeyChanged) && !(error instanceof BlockGone)) throw error;
      }
    }
  }

  async *#pieces(id: ArtifactId, content: Content, sizeBytes: number): AsyncIterable<Uint8Array> {
    if (content.kind === "inline") {
      if (hashOf(content.bytes) !== id) throw corruptArtifact(id, "its content does not hash to its id");
      yield new Uint8Array(content.bytes);
    } else if (content.kind === "sealed") {
      const bytes = decodeBlock(await this.#blocks.vault.open(id, new Uint8Array(content.bytes)));
      if (hashOf(bytes) !== id) throw corruptArtifact(id, "its content does not hash to its id");
      yield bytes;
    } else if (content.kind === "blocks") {
      for (const name of content.names) {
        const bytes = await this.#blocks.read(name);
        if (bytes === undefined) throw corruptArtifact(id, "a part of its content is missing");
        if (hashOf(bytes) !== name) throw corruptArtifact(id, "a part of its content has changed");
        yield bytes;
      }
    } else yield* this.#oldChunks(id, sizeBytes);
  }

  /** Content of format 1 has one hash for all of it, so it is looked through before it is given. */
  *#oldChunks(id: ArtifactId, sizeBytes: number): Iterable<Uint8Array> {
    const count = Math.ceil(sizeBytes / CHUNK_BYTES);
    const hash = createHash("sha256");
    const chunkAt = (at: number) => {
      const chunk = this.#chunks.getBinary([id, at]);
      if (chunk === undefined) throw corruptArtifact(id, "a part of its content is missing");
      return new Uint8Array(chunk);
    };
    for (let at = 0; at < count; at++) hash.update(chunkAt(at));
    if (hash.digest("hex") !== id) throw corruptArtifact(id, "its content does not hash to its id");
    for (let at = 0; at < count; at++) yield chunkAt(at);
  }

  async #giveUp(names: readonly string[], alive: LivingPut): Promise<void> {
    await this.#store.commit(() => {
      for (const name of new Set(names)) alive.drop(name);
    }).catch(() => {
      // The sweep frees it later.
    });
  }
}

/** The stream's bytes cut as `chunksOf` cuts them, each piece of its own. */
async function* cut(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let held = new Uint8Array(2 * MAX_CHUNK_BYTES);
  let length = 0;
  for await (const bytes of source) {
    for (let taken = 0; taken < bytes.length;) {
      const part = bytes.subarray(taken, taken + held.length - length);
      held.set(part, length);
      length += part.length;
      taken += part.length;
      // Where a piece ends is sure once as much as the longest is there.
      let start = 0;
      while (length - start >= MAX_CHUNK_BYTES) {
        const end = chunkEnd(held.subarray(0, length), start);
        yield held.slice(start, end);
        start = end;
      }
      if (start > 0) {
        held.copyWithin(0, start, length);
        length -= start;
      }
    }
  }
  held = held.subarray(0, length);
  for (let start = 0; start < length;) {
    const end = chunkEnd(held, start);
    yield held.slice(start, end);
    start = end;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
