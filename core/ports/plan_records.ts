/**
 * What was worked out of a workflow's definition once, kept so that a run which goes on need not work it out again.
 * Everything here can be made anew; losing it costs time only.
 *
 * @module
 */

import type { ArtifactId } from "../ids.ts";

export interface PlanRecordPort {
  /** The newest record of a definition; undefined where none is kept, or it is damaged. */
  load(definition: ArtifactId): Promise<Uint8Array | undefined>;
  /**
   * Keeps a record, in place of an earlier one; the oldest go where there are many.
   * @throws SymphonyError `disk-full` | `io`; then the earlier one stands
   */
  save(definition: ArtifactId, bytes: Uint8Array): Promise<void>;
}
