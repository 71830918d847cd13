/**
 * A document with its history as plain values, to be written down.
 *
 * @module
 */

import type { Rope } from "./rope.ts";
import type { TextEvent, UnitId } from "./text_event.ts";

/** Everything but `text` is JSON; that is an immutable rope, to be written chunk by chunk. */
export interface SavedDocument {
  readonly replica: string;
  /** The oldest revision that was known. */
  readonly revision: number;
  /** The text at that revision. */
  readonly text: Rope;
  /** The last unit before it; undefined where nothing is forgotten. */
  readonly floor: UnitId | undefined;
  /** For each replica the count its first event in `events` begins with. */
  readonly seqs: Readonly<Record<string, number>>;
  /** Edits are taken for this revision and later ones. */
  readonly settledRevision: number;
  /** A group number above all that were used. */
  readonly nextGroup: number;
  /** Ranges of groups whose state is final, both ends included. */
  readonly frozen: readonly (readonly [number, number])[];
  /** Sums of toggles before `events`. */
  readonly undone: readonly { readonly replica: string; readonly group: number; readonly sum: number }[];
  /** The events of all later revisions, in order. */
  readonly events: readonly TextEvent[];
}
