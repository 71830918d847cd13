/**
 * Which nodes begin anew when one is retried.
 *
 * @module
 */

import { FAULTY, type RunState } from "./state.ts";
import { FAILED, OPEN, SKIPPED } from "./unit_state.ts";

/** The node, if something of it failed, and what was skipped because of that, in the plan's order; empty if nothing did. */
export function resetBy(state: RunState, node: number): number[] {
  if (!isFaulty(state, node)) return [];
  const found = new Set([node]);
  const queue = [node];
  const { offsets, targets } = state.plan;
  for (let source = queue.pop(); source !== undefined; source = queue.pop()) {
    for (let edge = offsets[source]!; edge < offsets[source + 1]!; edge++) {
      const target = targets[edge]!;
      if (found.has(target) || !isSkippedByFailure(state, target)) continue;
      found.add(target);
      queue.push(target);
    }
  }
  return [...found].sort((a, b) => a - b);
}

function isFaulty(state: RunState, node: number): boolean {
  if (state.states[node] === FAILED || isSkippedByFailure(state, node)) return true;
  return state.states[node] !== OPEN && hasFaultyItem(state, node);
}

function isSkippedByFailure(state: RunState, node: number): boolean {
  return state.states[node] === SKIPPED && (state.flags[node]! & FAULTY) !== 0;
}

function hasFaultyItem(state: RunState, node: number): boolean {
  const base = state.base[node]!;
  if (base < 0) return false;
  for (let unit = base; unit < base + state.size[node]!; unit++) {
    if (state.states[unit] === FAILED) return true;
  }
  return false;
}
