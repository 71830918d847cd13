/**
 * When an idle instance is to be warm: windows of time after its last activity ended. What a plan costs once the gap to
 * the next activity is known: the time it was warm for nothing, and a cold start where the activity met no window.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

/** From `from` until before `until`, in seconds after the activity ended. */
export interface WarmWindow {
  readonly from: number;
  readonly until: number;
}

/** Windows in order, apart from each other. An empty plan lets the instance go at once. */
export type WarmPlan = readonly WarmWindow[];

/** Keep for `seconds`, the moment itself included. */
export function keepFor(seconds: number): WarmPlan {
  return [{ from: 0, until: seconds * (1 + 1e-9) }];
}

export interface GapCost {
  readonly isCold: boolean;
  readonly idleSeconds: number;
}

/** What `plan` cost when the next activity began `gap` seconds after the last had ended. */
export function costOfGap(plan: WarmPlan, gap: number): GapCost {
  let idleSeconds = 0;
  let isCold = true;
  for (const { from, until } of plan) {
    if (gap < from) break;
    idleSeconds += Math.min(gap, until) - from;
    if (gap < until) isCold = false;
  }
  return { isCold, idleSeconds };
}

/** True where the plan has the instance warm `elapsed` seconds after the activity. */
export function isWarmAt(plan: WarmPlan, elapsed: number): boolean {
  return plan.some(({ from, until }) => elapsed >= from && elapsed < until);
}
