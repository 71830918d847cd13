/**
 * What the Conductor decided and what came of it, curated into a dataset to learn from.
 *
 * @module
 */

import type { ArtifactVersion } from "./artifact_catalog.ts";

export interface CurateOptions {
  /** The part of the runs that is kept for validation, 0 to 0.9. */
  readonly validationShare: number;
  /** Only decisions from then on; Unix milliseconds. */
  readonly since?: number;
}

/** What a dataset holds, and what was left out. */
export interface DatasetSummary {
  readonly rows: number;
  readonly train: number;
  readonly validation: number;
  /** Decisions that the log holds. */
  readonly decisions: number;
  /** Of which no outcome is known. */
  readonly withoutOutcome: number;
  /** Decisions that are not about which instrument does a task. */
  readonly otherKinds: number;
  /** Rows equal to another one in all but time and run; they count in its weight. */
  readonly duplicates: number;
  /** Texts that looked like secrets and were taken out. */
  readonly redacted: number;
  /** Lines that could not be read. */
  readonly unreadable: number;
}

export interface Dataset {
  /** A version of `training/decisions`; none was added where nothing has changed. */
  readonly version: ArtifactVersion;
  readonly summary: DatasetSummary;
}

export interface TrainingDataPort {
  /**
   * Makes a dataset of the decision log as it is now, as the next version of its name. The same log gives the same bytes.
   * @throws SymphonyError `not-found` where nothing was decided yet, `disk-full` | `io`
   */
  curate(options: CurateOptions): Promise<Dataset>;
}
