/**
 * The smallest change of preference that makes another candidate the best. Scores are linear in the three weights, so
 * the answer is exact.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Heads } from "../decision.ts";
import type { Preference } from "../../core/policy/preference.ts";

export interface Flip {
  readonly weight: keyof Preference;
  readonly from: number;
  readonly to: number;
  /** Index of the candidate that would then be the best. */
  readonly action: number;
}

const weights: readonly (keyof Preference)[] = ["perUsd", "perSecond", "perFailure"];
/** What a weight is compared with where it is 0, since no ratio can be formed there. */
const scales: Preference = { perUsd: 20, perSecond: 0.02, perFailure: 0.05 };

/** Undefined where no single weight, changed alone, can flip the choice of `best`. */
export function smallestFlip(
  heads: readonly Heads[],
  preference: Preference,
  best: number,
): Flip | undefined {
  let smallest: Flip | undefined;
  let least = Infinity;
  for (const weight of weights) {
    for (let action = 0; action < heads.length; action++) {
      if (action === best) continue;
      const to = crossing(heads, preference, best, action, weight);
      if (to === undefined || !isBestAt(heads, { ...preference, [weight]: to }, action)) continue;
      const from = preference[weight];
      const scale = scales[weight] / 10;
      const size = Math.abs(Math.log((to + scale) / (from + scale)));
      if (size < least) [least, smallest] = [size, { weight, from, to, action }];
    }
  }
  return smallest;
}

/** The weight at which both score alike; undefined where that is nowhere at 0 or above. */
function crossing(
  heads: readonly Heads[],
  preference: Preference,
  best: number,
  other: number,
  weight: keyof Preference,
): number | undefined {
  const a = heads[best] as Heads;
  const b = heads[other] as Heads;
  const slope = amount(a, weight) - amount(b, weight);
  if (slope === 0) return undefined;
  const gap = score(a, preference) - score(b, preference);
  const at = preference[weight] + gap / slope;
  return at >= 0 ? at : undefined;
}

function isBestAt(heads: readonly Heads[], preference: Preference, action: number): boolean {
  const own = score(heads[action] as Heads, preference);
  return heads.every((head) => score(head, preference) <= own + 1e-9);
}

function amount(head: Heads, weight: keyof Preference): number {
  if (weight === "perUsd") return head.usd;
  return weight === "perSecond" ? head.seconds : head.failure;
}

function score(head: Heads, { perUsd, perSecond, perFailure }: Preference): number {
  return head.quality - perUsd * head.usd - perSecond * head.seconds - perFailure * head.failure;
}
