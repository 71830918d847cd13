/**
 * Which of several results for one task wins, by their quality. Reproducible: ties go to the first.
 *
 * @module
 */

import type { Candidate } from "../../core/ports/arbitration.ts";

/** The winner's place and why. @throws RangeError for an empty list */
export function chooseCandidate(
  candidates: readonly Candidate[],
): { readonly winner: number; readonly reason: string } {
  const [first, ...others] = candidates;
  if (first === undefined) throw new RangeError("Cannot choose: there are no candidates");
  let winner = 0;
  let best = quality(first);
  let ties = 1;
  for (const [at, candidate] of others.entries()) {
    const here = quality(candidate);
    if (here === best) ties++;
    if (here <= best) continue;
    winner = at + 1;
    best = here;
    ties = 1;
  }
  const { from } = candidates[winner] as Candidate;
  if (candidates.length === 1) return { winner, reason: `"${from}" is the only candidate` };
  const tie = ties === 1 ? "the highest" : `the first of ${ties} with the highest`;
  return { winner, reason: `"${from}" has ${tie} quality, ${best}, of ${candidates.length} candidates` };
}

/** A quality that is not a number counts as none. */
function quality(candidate: Candidate): number {
  return Number.isFinite(candidate.quality) ? candidate.quality : -1;
}
