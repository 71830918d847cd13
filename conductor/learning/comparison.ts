/**
 * A candidate against what decided, from the log: for each row the doubly robust value of the candidate less the reward
 * that was earned. Paired, so that what both would have done alike costs no variance.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { DecisionRecord } from "../decision.ts";
import { doublyRobust, type Estimate, estimateOf } from "./off_policy.ts";

export interface ComparedRow {
  readonly kind: string;
  readonly difference: number;
}

export interface Comparison {
  readonly rows: number;
  /** Candidate less incumbent. */
  readonly difference: Estimate;
  /** By kind, those with a hundred rows or more. */
  readonly slices: readonly { readonly kind: string; readonly rows: number; readonly difference: Estimate }[];
}

/** Rows a slice needs to be judged. */
const SLICE_ROWS = 100;
/** Most that one row counts. */
const MOST_WEIGHT = 50;

/** One row: `target` are the candidate's probabilities in that state. */
export function comparedRow(
  { kind, action, propensities, scores }: DecisionRecord,
  reward: number,
  target: ArrayLike<number>,
): ComparedRow {
  let expectedTarget = 0;
  for (let at = 0; at < scores.length; at++) expectedTarget += (target[at] ?? 0) * (scores[at] ?? 0);
  const weight = Math.min(MOST_WEIGHT, (target[action] ?? 0) / (propensities[action] ?? 1));
  const value = doublyRobust({ weight, reward, expectedLogged: scores[action] ?? 0, expectedTarget });
  return { kind, difference: value - reward };
}

/** Undefined where there is no row. */
export function compareRows(rows: readonly ComparedRow[]): Comparison | undefined {
  if (rows.length === 0) return undefined;
  const slices = [...Map.groupBy(rows, ({ kind }) => kind)]
    .filter(([, members]) => members.length >= SLICE_ROWS)
    .map(([kind, members]) => ({
      kind,
      rows: members.length,
      difference: estimateOf(members.map(({ difference }) => difference)),
    }))
    .sort((a, b) => a.difference.value - b.difference.value);
  return { rows: rows.length, difference: estimateOf(rows.map(({ difference }) => difference)), slices };
}
