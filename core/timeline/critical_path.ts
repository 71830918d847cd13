/**
 * The longest chain of nodes that wait for each other, and how much later each node could end without the run ending
 * later (critical path method: Kelley and Walker 1959). O(nodes + edges).
 *
 * @module
 */

import type { Plan } from "../workflow/plan.ts";

/** The longest chain and what it leaves room for. */
export interface CriticalPath {
  /** Nodes by number, first to last; empty where nothing takes any time. */
  readonly nodes: readonly number[];
  readonly totalMs: number;
  /** For each node how long it may be late without the end being late. */
  readonly slackMs: Float64Array;
}

/** The critical path of `plan` where node i takes `durations[i]` milliseconds. */
export function criticalPath(plan: Plan, durations: Float64Array): CriticalPath {
  const n = plan.nodes.length;
  const order = byLevel(plan);
  const begin = new Float64Array(n);
  const via = new Int32Array(n).fill(-1);
  let last = -1;
  for (const node of order) {
    const end = begin[node]! + durations[node]!;
    if (last < 0 || end > begin[last]! + durations[last]!) last = node;
    for (let edge = plan.offsets[node]!; edge < plan.offsets[node + 1]!; edge++) {
      const target = plan.targets[edge]!;
      if (end <= begin[target]! && via[target]! >= 0) continue;
      if (end < begin[target]!) continue;
      begin[target] = end;
      via[target] = node;
    }
  }
  const totalMs = last < 0 ? 0 : begin[last]! + durations[last]!;
  const slackMs = new Float64Array(n);
  const latest = new Float64Array(n).fill(totalMs);
  for (let i = n - 1; i >= 0; i--) {
    const node = order[i]!;
    for (let edge = plan.offsets[node]!; edge < plan.offsets[node + 1]!; edge++) {
      const target = plan.targets[edge]!;
      latest[node] = Math.min(latest[node]!, latest[target]! - durations[target]!);
    }
    slackMs[node] = latest[node]! - begin[node]! - durations[node]!;
  }
  const nodes: number[] = [];
  if (totalMs > 0) { for (let node = last; node >= 0; node = via[node]!) nodes.unshift(node); }
  return { nodes, totalMs, slackMs };
}

/** The nodes so that each comes after its sources. */
function byLevel(plan: Plan): Uint32Array {
  const n = plan.nodes.length;
  let deepest = 0;
  for (let node = 0; node < n; node++) deepest = Math.max(deepest, plan.levels[node]!);
  const starts = new Uint32Array(deepest + 2);
  for (let node = 0; node < n; node++) starts[plan.levels[node]! + 1]!++;
  for (let level = 1; level < starts.length; level++) starts[level]! += starts[level - 1]!;
  const order = new Uint32Array(n);
  for (let node = 0; node < n; node++) order[starts[plan.levels[node]!]!++] = node;
  return order;
}
