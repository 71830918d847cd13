/**
 * Which lines a front end is given: those around the visible part are rendered, those near it kept if they are right, the others
 * forgotten.
 *
 * @module
 */

/** What to do with lines: forget them, keep what is right, or make them right. */
export type Tactic = "discard" | "preserve" | "render";

export interface PlanSpan {
  readonly n: number;
  readonly tactic: Tactic;
}

/** Lines rendered beyond the visible ones on either side. */
const SLOP = 2;
/** Lines kept beyond the visible ones on either side. */
const KEPT = 1000;

/** The plan for `total` lines of which `height` from `first` on are visible. */
export function renderPlan(total: number, first: number, height: number): PlanSpan[] {
  const top = Math.min(first, total);
  const bounds: [end: number, tactic: Tactic][] = [
    [top > KEPT ? top - KEPT : 0, "discard"],
    [top > SLOP ? top - SLOP : 0, "preserve"],
    [Math.min(top + height + SLOP, total), "render"],
    [Math.min(top + height + KEPT, total), "preserve"],
    [total, "discard"],
  ];
  const plan: PlanSpan[] = [];
  let last = 0;
  for (const [end, tactic] of bounds) {
    if (end <= last) continue;
    plan.push({ n: end - last, tactic });
    last = end;
  }
  return plan;
}

/** The plan with lines `[start, end)` rendered in any case. */
export function withRequested(plan: readonly PlanSpan[], start: number, end: number): PlanSpan[] {
  const result: PlanSpan[] = [];
  let line = 0;
  let done = false;
  for (const { n, tactic } of plan) {
    const from = Math.min(n, Math.max(0, start - line));
    const to = Math.min(n, Math.max(from, end - line));
    if (from > 0) result.push({ n: from, tactic });
    if (!done && to > from) {
      // One span for the whole request, whatever it reaches over.
      result.push({ n: Math.min(end, totalOf(plan)) - Math.max(start, line), tactic: "render" });
      done = true;
    }
    if (n - to > 0) result.push({ n: n - to, tactic });
    line += n;
  }
  return result;
}

function totalOf(plan: readonly PlanSpan[]): number {
  return plan.reduce((sum, { n }) => sum + n, 0);
}
