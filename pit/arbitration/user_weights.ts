/** Weights of users among a folder's limits: `weight:ann` is how many of her calls go for one of another's. @module */

import { SymphonyError } from "../../core/errors.ts";
import { readUserName } from "../../core/policy/user_name.ts";
import type { Capacity, Limits } from "./limits.ts";

const WEIGHT = "weight:";
const MOST = 1_000;

export function isWeight(kind: string): boolean {
  return kind.startsWith(WEIGHT);
}

/** Reads a weight. @throws SymphonyError `bad-input` */
export function readWeight(kind: string, text: string): Capacity {
  readUserName(kind.slice(WEIGHT.length), "the user of");
  const weight = /^[0-9]+(?:\.[0-9]+)?$/.test(text.trim()) ? Number(text) : NaN;
  if (weight > 0 && weight <= MOST) return { total: weight };
  throw new SymphonyError(
    "bad-input",
    `Cannot set ${kind} to "${
      text.slice(0, 80)
    }": expected a number above 0, at most ${MOST}, such as 2 or 0.5`,
  );
}

/** Splits a folder's limits into weights by user and the rest. */
export function splitWeights(
  limits: Limits,
): { readonly weights: Readonly<Record<string, number>>; readonly limits: Limits } {
  const weights: Record<string, number> = {};
  const rest: Record<string, Limits[string]> = {};
  for (const [kind, limit] of Object.entries(limits)) {
    if (isWeight(kind) && "total" in limit) weights[kind.slice(WEIGHT.length)] = limit.total;
    else rest[kind] = limit;
  }
  return { weights, limits: rest };
}
