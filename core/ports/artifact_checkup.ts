/**
 * Looking through everything that is stored, and mending what can be. A port beside ArtifactPort.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../ids.ts";

/**
 * `changed`: bytes are not as they were stored. `missing`: something is not there. `dangling`: something refers to what is not there.
 * `lists`: what is noted beside the content does not agree with it. `index`: the search does not agree with the store.
 */
export type CheckupKind = "changed" | "missing" | "dangling" | "lists" | "index";

export interface CheckupFinding {
  readonly kind: CheckupKind;
  /** In words: what is wrong, with what. */
  readonly what: string;
  readonly artifact?: ArtifactId;
  /** Runs that it touches. */
  readonly runs: readonly RunId[];
  /** What was done about it; absent where it was not to be mended, or could not be. */
  readonly repair?: string;
}

export interface ArtifactCheckupPort {
  /**
   * Reads everything and gives what is wrong; with `repair`, mends what can be. What is damaged beyond that is put aside,
   * so that storing the same content again makes it whole.
   */
  check(options: { readonly repair: boolean }): AsyncIterable<CheckupFinding>;
}
