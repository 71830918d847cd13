/**
 * Who gets what, and whose result wins.
 *
 * @module
 */

import type { NodeId, RunId } from "../ids.ts";
import type { Json } from "../json.ts";

export interface Claimant {
  readonly run: RunId;
  readonly node: NodeId;
  readonly item?: number;
  /** Higher goes first; 0 is ordinary. */
  readonly priority: number;
}

export interface Claim {
  readonly by: Claimant;
  /** Names of exclusive things, for example `file:src/a.ts`; all or none are granted. */
  readonly exclusive: readonly string[];
}

export type Verdict =
  | { readonly verdict: "granted"; readonly reason: string; readonly token: number }
  | { readonly verdict: "deferred"; readonly reason: string }
  | { readonly verdict: "denied"; readonly reason: string };

export interface Candidate {
  readonly from: string;
  readonly result: Json;
  /** 0 to 1. */
  readonly quality: number;
}

export interface ArbitrationPort {
  /** Decides at once; a deferred claim may be asked again after any release. Deterministic. */
  request(claim: Claim): Verdict;
  /** Gives back what a granted claim holds; false where the token is unknown. */
  release(token: number): boolean;
  /** Resolves when something was released since the call. */
  released(): Promise<void>;
  /** The winner's place in `candidates` and why; ties go to the first. @throws RangeError for an empty list. */
  choose(candidates: readonly Candidate[]): { readonly winner: number; readonly reason: string };
}
