/**
 * Artifacts in memory, for handlers that run in process: tests and measurements.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { SymphonyError } from "../../core/errors.ts";
import { type ArtifactId, artifactId } from "../../core/ids.ts";
import type { ArtifactInfo, ArtifactMeta, ArtifactPort } from "../../core/ports/artifact.ts";

/** Keeps artifacts in a Map. */
export class HeldArtifacts implements ArtifactPort {
  readonly #stored = new Map<ArtifactId, { bytes: Uint8Array; info: ArtifactInfo }>();

  put(bytes: Uint8Array, meta: ArtifactMeta = {}): Promise<ArtifactId> {
    const id = artifactId(createHash("sha256").update(bytes).digest("hex"));
    const info = { type: "application/json", ...meta, id, sizeBytes: bytes.length, createdAt: 0 };
    if (!this.#stored.has(id)) this.#stored.set(id, { bytes: bytes.slice(), info });
    return Promise.resolve(id);
  }

  get(id: ArtifactId): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#stored.get(id)?.bytes.slice());
  }

  info(id: ArtifactId): Promise<ArtifactInfo | undefined> {
    return Promise.resolve(this.#stored.get(id)?.info);
  }

  async *list(): AsyncIterable<ArtifactInfo> {
    for (const { info } of this.#stored.values()) yield await Promise.resolve(info);
  }

  verify(): AsyncIterable<never> {
    throw new SymphonyError("unsupported", "Cannot verify artifacts that are only in memory");
  }
}
