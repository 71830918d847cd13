/**
 * How a learner is saved and restored: a part with a name, facts in JSON and numbers. The parts of all learners make one
 * versioned file (learning/snapshot.ts). A restored learner goes on bit for bit as if it had not been stopped, its
 * random state included.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { JsonObject } from "../core/json.ts";

export interface SnapshotPart {
  /** `routing`, `dispatch`, `prewarm`, `recovery`, `composition`. */
  readonly name: string;
  /** Names, counts, layout; a `version` that the learner checks. */
  readonly facts: JsonObject;
  readonly numbers: Float64Array;
}

/** What can be saved and restored. */
export interface Snapshottable {
  save(): SnapshotPart;
  /** Replaces the whole state. @throws SymphonyError `corrupt` | `unsupported`; the state is then as before. */
  restore(part: SnapshotPart): void;
}
