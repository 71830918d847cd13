/**
 * What is kept and how long. The first form marks and proposes; nothing is deleted through this port.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../ids.ts";

export type Tier = "hot" | "warm" | "cold";

export interface StaleProposal {
  readonly artifact: ArtifactId;
  readonly tier: Tier;
  readonly reason: string;
}

export interface StalePort {
  /** Notes a use of the artifact at Unix time `at` by `run`. */
  touch(artifact: ArtifactId, at: number, run: RunId): Promise<void>;
  /** Notes that a run ended, so that what it alone refers to may age. */
  settle(run: RunId, at: number): Promise<void>;
  /** Which artifacts have aged by `now`, with the reason; never one that an unsettled run refers to. */
  review(now: number): AsyncIterable<StaleProposal>;
}
