/**
 * Large artifacts in constant memory, and giving space back. Small ports beside ArtifactPort.
 *
 * @module
 */

import type { ArtifactId } from "../ids.ts";
import type { ArtifactMeta } from "./artifact.ts";

/** Bytes from `from` up to, not including, `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

export interface ArtifactStreamPort {
  /**
   * Stores what `source` gives, of any length, durably. Where the source fails or the process dies, nothing of it is
   * visible. @throws SymphonyError `disk-full` | `io`; what the source throws
   */
  putStream(source: AsyncIterable<Uint8Array>, meta?: ArtifactMeta): Promise<ArtifactId>;
  /**
   * The content, or a range of it, piece by piece, each piece verified.
   * @throws SymphonyError `not-found` | `corrupt`, RangeError for a range outside the content
   */
  read(id: ArtifactId, range?: ByteRange): AsyncIterable<Uint8Array>;
}

/** What a reclaim freed. */
export interface Reclaimed {
  readonly artifacts: number;
  /** Bytes of the store; less than the artifacts' sizes where they share content. */
  readonly freedBytes: number;
}

export interface ArtifactReclaimPort {
  /** What `remove` would free. Nothing changes. */
  preview(ids: readonly ArtifactId[]): Promise<Reclaimed>;
  /** Deletes artifacts for good; content that others share stays. Unknown ones are passed over. */
  remove(ids: readonly ArtifactId[]): Promise<Reclaimed>;
  /** Frees what puts left behind that began before `before` and never ended. */
  sweep(before: number): Promise<Reclaimed>;
}
