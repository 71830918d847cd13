/**
 * Which of several results for one task wins: by what a judge said of pairs (Copeland's rule: who wins most of them), then
 * by quality. Reproducible: ties go to the first.
 *
 * @module
 */

import type { Candidate, Judgement } from "../../core/ports/arbitration.ts";

/** The winner's place and why. @throws RangeError for an empty list, or a judgement of what is not in it */
export function chooseCandidate(
  candidates: readonly Candidate[],
  judgements: readonly Judgement[] = [],
): { readonly winner: number; readonly reason: string } {
  if (candidates.length === 0) throw new RangeError("Cannot choose: there are no candidates");
  const wins = winsOf(candidates.length, judgements);
  const most = Math.max(...wins);
  const leading = candidates.flatMap((candidate, at) => wins[at] === most ? [{ candidate, at }] : []);
  const best = Math.max(...leading.map(({ candidate }) => quality(candidate)));
  const equals = leading.filter(({ candidate }) => quality(candidate) === best);
  const { candidate: { from }, at: winner } = equals[0] as typeof equals[number];
  if (candidates.length === 1) return { winner, reason: `"${from}" is the only candidate` };
  const judged = judgements.length === 0 ? "" : `wins ${most} of ${judgements.length} comparisons`;
  const tie = equals.length === 1 ? "the highest" : `the first of ${equals.length} with the highest`;
  const measured = `has ${tie} quality, ${best}, of ${leading.length} candidates`;
  if (judged === "") return { winner, reason: `"${from}" ${measured}` };
  return { winner, reason: `"${from}" ${judged}${leading.length === 1 ? "" : ` and ${measured}`}` };
}

function winsOf(count: number, judgements: readonly Judgement[]): number[] {
  const wins = new Array<number>(count).fill(0);
  for (const { pair, winner } of judgements) {
    for (const at of pair) {
      if (wins[at] === undefined) {
        throw new RangeError(`Cannot choose: a judgement is about candidate ${at} of ${count}`);
      }
      if (winner === at) wins[at]++;
      else if (winner === undefined) wins[at] += 0.5;
    }
  }
  return wins;
}

/** A quality that is not a number counts as none. */
function quality(candidate: Candidate): number {
  return Number.isFinite(candidate.quality) ? candidate.quality : -1;
}
