/**
 * The content-addressed store.
 *
 * @module
 */

import type { ArtifactId, NodeId, RunId } from "../ids.ts";

/** What is known of an artifact beside its bytes. */
export interface ArtifactInfo {
  readonly id: ArtifactId;
  readonly sizeBytes: number;
  /** MIME type, `application/json` where nothing better is known. */
  readonly type: string;
  readonly createdAt: number;
  /** A file-like name, if one was given. */
  readonly name?: string;
  /** Which run and node made it first. */
  readonly origin?: { readonly run: RunId; readonly node: NodeId; readonly item?: number };
}

export type ArtifactMeta = Pick<ArtifactInfo, "name" | "origin"> & { readonly type?: string };

/** A stored artifact whose bytes do not hash to its id, or are missing. */
export interface ArtifactFault {
  readonly id: ArtifactId;
  readonly fault: "missing" | "changed";
}

/** Which artifacts are listed; one of its members at most. */
export interface ArtifactFilter {
  readonly run?: RunId;
  /** Digits that the id begins with. */
  readonly beginning?: string;
}

/** Keeps bytes under the hash of their content. */
export interface ArtifactPort {
  /**
   * Stores `bytes` durably and gives their id. Storing equal bytes twice yields the same id and keeps the first
   * metadata. @throws SymphonyError `disk-full` | `io`; then nothing is stored.
   */
  put(bytes: Uint8Array, meta?: ArtifactMeta): Promise<ArtifactId>;
  /** The bytes, verified against the id; undefined where unknown. @throws SymphonyError `corrupt` */
  get(id: ArtifactId): Promise<Uint8Array | undefined>;
  /** The metadata; undefined where unknown. */
  info(id: ArtifactId): Promise<ArtifactInfo | undefined>;
  /** All artifacts, newest first, or those of one run; or those whose id begins so, in the order of their ids. */
  list(filter?: ArtifactFilter): AsyncIterable<ArtifactInfo>;
  /** Reads every byte again and yields what is wrong. */
  verify(): AsyncIterable<ArtifactFault>;
}
