/**
 * Making a run's log smaller without losing any of it. A second small port beside DagPort.
 *
 * @module
 */

import type { RunId } from "../ids.ts";

/** What a compaction did. */
export interface Compaction {
  /** Events of the log, as many before as after. */
  readonly events: number;
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

export interface LogCompactionPort {
  /**
   * Stores the log in less space. Every event stays, with its number and content; the run may be carried out meanwhile.
   * Repeating is harmless. @throws SymphonyError `not-found` | `disk-full` | `io`; then the log reads as before
   */
  compact(run: RunId): Promise<Compaction>;
}
