/**
 * Whether a candidate may go one step further: trained → shadow → canary → full. Each step asks more of fresher data.
 *
 * - trained → shadow: 1,000 rows or more, the difference's lower 95 % bound at least -0.01, no kind with a hundred rows
 *   or more worse by over 0.05;
 * - shadow → canary: 200 decisions in the shadow, lower bound at least -0.05;
 * - canary → full: 500 decisions as canary, lower bound at least -0.03, no kind worse by over 0.05.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { comparedRow, compareRows, type Comparison } from "./comparison.ts";
import { type JoinedLog, rewardOfRow } from "./log_rows.ts";
import type { PolicyState, Stage } from "./policy_state.ts";
import { routeFacts } from "./route_record.ts";

export interface Requirement {
  readonly name: string;
  readonly found: string;
  readonly isMet: boolean;
}

export interface PromotionVerdict {
  readonly from: Stage;
  readonly to: "shadow" | "canary" | "full";
  readonly comparison: Comparison | undefined;
  readonly requirements: readonly Requirement[];
}

const steps = {
  trained: { to: "shadow", rows: 1000, bound: -0.01, hasSlices: true },
  shadow: { to: "canary", rows: 200, bound: -0.05, hasSlices: false },
  canary: { to: "full", rows: 500, bound: -0.03, hasSlices: true },
} as const;
/** A kind that is worse by more than this refuses the promotion. */
const SLICE_LOSS = 0.05;

/** The verdict on the next step from a stage. */
export function verdictOf(
  stage: "trained" | "shadow" | "canary",
  comparison: Comparison | undefined,
): PromotionVerdict {
  const { to, rows, bound, hasSlices } = steps[stage];
  const count = comparison?.rows ?? 0;
  const low = comparison?.difference.low ?? -Infinity;
  const worst = comparison?.slices[0];
  const requirements: Requirement[] = [
    { name: `${rows} decisions with an outcome`, found: String(count), isMet: count >= rows },
    {
      name: `lower bound of the difference at least ${bound}`,
      found: comparison === undefined ? "nothing to compare" : low.toFixed(4),
      isMet: low >= bound,
    },
  ];
  if (hasSlices) {
    requirements.push({
      name: `no kind with a hundred decisions worse by over ${SLICE_LOSS}`,
      found: worst === undefined ? "none so large" : `${worst.kind} ${worst.difference.value.toFixed(4)}`,
      isMet: worst === undefined || worst.difference.value >= -SLICE_LOSS,
    });
  }
  return { from: stage, to, comparison, requirements };
}

/** A candidate in the shadow or as canary, compared on the decisions since it stands there. */
export function liveComparison(
  log: JoinedLog,
  { candidate, since, stage }: PolicyState,
): Comparison | undefined {
  const rows = log.rows.flatMap((row) => {
    const { decision } = row;
    if (decision.type !== "route" || decision.at < since) return [];
    const { shadow, mode, isCanary } = routeFacts(decision);
    if (shadow === undefined || shadow.policy !== candidate || mode !== "learned") return [];
    if (stage === "canary" && isCanary !== true) return [];
    const reward = rewardOfRow(row);
    return reward === undefined ? [] : [comparedRow(decision, reward, shadow.propensities)];
  });
  return compareRows(rows);
}
