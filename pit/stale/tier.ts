/**
 * How long after its last use an artifact is warm or cold. Pure.
 *
 * @module
 */

import type { ArtifactId, RunId } from "../../core/ids.ts";
import type { StaleProposal } from "../../core/ports/stale.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Unused for this many days, an artifact is warm. */
export const WARM_AFTER_DAYS = 7;
/** Unused for this many days, an artifact is cold. */
export const COLD_AFTER_DAYS = 30;

/** What is known of an artifact's uses: Unix time of the last one of each run. */
export type Uses = Readonly<Record<RunId, number>>;

/**
 * The proposal for an artifact at Unix time `now`, or undefined where it stays hot: a run that refers to it has not
 * settled, or its last use or the end of the last run that used it is less than a week ago.
 */
export function proposalFor(
  artifact: ArtifactId,
  uses: Uses,
  settledAt: (run: RunId) => number | undefined,
  now: number,
): StaleProposal | undefined {
  let last = -Infinity;
  for (const [run, at] of Object.entries(uses) as [RunId, number][]) {
    const settled = settledAt(run);
    if (settled === undefined) return undefined;
    last = Math.max(last, at, settled);
  }
  const days = Math.floor((now - last) / DAY_MS);
  if (!(days >= WARM_AFTER_DAYS) || !Number.isFinite(last)) return undefined;
  const tier = days >= COLD_AFTER_DAYS ? "cold" : "warm";
  return { artifact, tier, reason: `Last used ${days} days ago, and every run that used it has ended` };
}
