/**
 * What people decided about the changes that a run proposed to open files, kept with the run.
 *
 * @module
 */

import type { DecidedPlace } from "../../core/ports/text_editing.ts";

/** One decision. `before`, `proposed` and `after` are the first 2,000 units of each. */
export interface ReviewedPlace extends DecidedPlace {
  /** From the workspace; absent for a text without a file. */
  readonly file?: string;
  /** Unix milliseconds. */
  readonly at: number;
  /** Decided with all that was left of its set. */
  readonly isWhole?: boolean;
  /** When it was taken back, and by whom. */
  readonly takenBack?: { readonly at: number; readonly by: string };
}

/** What all decisions about a set came to, once none of its places waited any more. */
export interface ReviewVerdict {
  readonly changeSet: string;
  /** As `conductor verdict` says it: everything taken as it was, nothing, or something between. */
  readonly verdict: "accept" | "edit" | "reject";
  readonly at: number;
  /** How many of the Conductor's choices learn from it; none where it chose nothing. */
  readonly credited: number;
}

/** What a node of a run has proposed to files, and nobody has decided about. */
export interface WaitingSet {
  readonly changeSet: string;
  readonly run: string;
  readonly node: string;
  /** Whose changes they are, as texts name authors. */
  readonly author: string;
  readonly files: readonly {
    /** From the workspace. */
    readonly file: string;
    /** Changes and contradictions that wait in it. */
    readonly places: number;
  }[];
}

export interface RunReviews {
  /** What waits of the run's changes. */
  readonly waiting: readonly WaitingSet[];
  /** Oldest first. */
  readonly places: readonly ReviewedPlace[];
  readonly verdicts: readonly ReviewVerdict[];
}
