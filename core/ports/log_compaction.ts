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
  /** Of the part that was looked at. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
  /** The first event that was left as it was; `events` where none was. */
  readonly upTo: number;
}

export interface CompactOptions {
  /** Looks at the log from this event on only: what lies before was compacted. */
  readonly from?: number;
  /** Leaves what does not fill a record yet: for a log that grows. */
  readonly onlyFull?: boolean;
  /** Asked between two records; compaction goes on when it gives true, and ends with false. */
  readonly mayGoOn?: () => Promise<boolean>;
}

export interface LogExtent {
  readonly events: number;
  /** Bytes that are stored from the asked event on. */
  readonly bytes: number;
}

export interface LogCompactionPort {
  /**
   * Stores the log in less space. Every event stays, with its number and content; the run may be carried out meanwhile.
   * Repeating is harmless. @throws SymphonyError `not-found` | `disk-full` | `io`; then the log reads as before
   */
  compact(run: RunId, options?: CompactOptions): Promise<Compaction>;
  /** How much log there is from event `from` on. @throws SymphonyError `not-found` */
  extent(run: RunId, from?: number): LogExtent;
}
