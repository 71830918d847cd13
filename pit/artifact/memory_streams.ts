/**
 * Streams and removal over artifacts in memory, for tests and benches: all of a stream is held at once.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { ArtifactId } from "../../core/ids.ts";
import type { ArtifactMeta } from "../../core/ports/artifact.ts";
import type {
  ArtifactReclaimPort,
  ArtifactStreamPort,
  ByteRange,
  Reclaimed,
} from "../../core/ports/artifact_stream.ts";
import type { MemoryArtifacts } from "./memory.ts";

/** ArtifactStreamPort that forgets everything with the process. */
export class MemoryArtifactStreams implements ArtifactStreamPort {
  readonly #artifacts: MemoryArtifacts;

  constructor(artifacts: MemoryArtifacts) {
    this.#artifacts = artifacts;
  }

  async putStream(source: AsyncIterable<Uint8Array>, meta?: ArtifactMeta): Promise<ArtifactId> {
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for await (const piece of source) pieces.push(new Uint8Array(piece));
    return await this.#artifacts.put(new Uint8Array(await new Blob(pieces).arrayBuffer()), meta);
  }

  async *read(id: ArtifactId, range?: ByteRange): AsyncIterable<Uint8Array> {
    const bytes = await this.#artifacts.get(id);
    if (bytes === undefined) {
      throw new SymphonyError("not-found", `Cannot read artifact ${id}: the store has none`);
    }
    const { from, to } = range ?? { from: 0, to: bytes.length };
    if (!(from >= 0 && from <= to && to <= bytes.length)) {
      throw new RangeError(`Cannot read bytes ${from} to ${to} of artifact ${id}: it has ${bytes.length}`);
    }
    if (from < to) yield bytes.subarray(from, to);
  }
}

/** ArtifactReclaimPort that forgets everything with the process. Nothing is shared in memory. */
export class MemoryArtifactReclaim implements ArtifactReclaimPort {
  readonly #artifacts: MemoryArtifacts;

  constructor(artifacts: MemoryArtifacts) {
    this.#artifacts = artifacts;
  }

  async preview(ids: readonly ArtifactId[]): Promise<Reclaimed> {
    let artifacts = 0;
    let freedBytes = 0;
    for (const id of new Set(ids)) {
      const info = await this.#artifacts.info(id);
      if (info === undefined) continue;
      artifacts++;
      freedBytes += info.sizeBytes;
    }
    return { artifacts, freedBytes };
  }

  remove(ids: readonly ArtifactId[]): Promise<Reclaimed> {
    let artifacts = 0;
    let freedBytes = 0;
    for (const id of ids) {
      const freed = this.#artifacts.remove(id);
      if (freed === undefined) continue;
      artifacts++;
      freedBytes += freed;
    }
    return Promise.resolve({ artifacts, freedBytes });
  }

  sweep(): Promise<Reclaimed> {
    return Promise.resolve({ artifacts: 0, freedBytes: 0 });
  }
}
