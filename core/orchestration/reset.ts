/**
 * `nodes.reset`: these nodes are as if they had never run. A fan-out keeps the items whose result still holds: only
 * items that failed, or whose own inputs change, run again. A fan-out whose list may change is forgotten whole.
 *
 * @module
 */

import { collapse, forget } from "./fan_out.ts";
import { recount } from "./recount.ts";
import { CHANGED, FAULTY, move, ORDER, type RunState } from "./state.ts";
import { FAILED, OPEN, PENDING, VOID } from "./unit_state.ts";

/**
 * The nodes that a retry of `root` resets: itself and whatever its result flows into, in the plan's order. What merely
 * ran after it keeps its result.
 */
export function nodesBehind(state: RunState, root: number): number[] {
  const { offsets, targets, kinds } = state.plan;
  const seen = new Uint8Array(state.plan.nodes.length);
  const stack = [root];
  seen[root] = 1;
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const target = targets[edge]!;
      if (kinds[edge] === ORDER || seen[target] === 1) continue;
      seen[target] = 1;
      stack.push(target);
    }
    if (state.tables.spaceOf[node] !== node) continue;
    for (const member of state.tables.members[node]!) {
      if (seen[member] === 1) continue;
      seen[member] = 1;
      stack.push(member);
    }
  }
  const found: number[] = [];
  for (let node = 0; node < seen.length; node++) {
    if (node === root || (seen[node] === 1 && state.states[node] !== PENDING)) found.push(node);
  }
  return found;
}

/** True where the node, or an item of it, failed or was skipped because of a failure. */
export function isFaulty(state: RunState, node: number): boolean {
  if (isFaultyUnit(state, node)) return true;
  const base = state.base[node]!;
  if (base < 0 || state.failures.size === 0) return false;
  for (let unit = base; unit < base + state.size[node]!; unit++) if (isFaultyUnit(state, unit)) return true;
  return false;
}

function isFaultyUnit(state: RunState, unit: number): boolean {
  return state.states[unit] === FAILED || (state.flags[unit]! & FAULTY) !== 0;
}

/** Applies a reset of `nodes`. O(nodes + edges + items). */
export function resetNodes(state: RunState, nodes: readonly number[]): void {
  const { levels } = state.plan;
  const inOrder = [...nodes].sort((a, b) => (levels[a]! - levels[b]!) || (a - b));
  const touched = new Uint8Array(state.plan.nodes.length);
  for (const node of inOrder) {
    markOuter(state, node, touched);
    resetNode(state, node, touched[node] === 1);
  }
  recount(state);
}

function markOuter(state: RunState, node: number, touched: Uint8Array): void {
  const { offsets, targets, kinds } = state.plan;
  const { spaceOf } = state.tables;
  const space = spaceOf[node]!;
  for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
    const target = targets[edge]!;
    if (kinds[edge] === ORDER || (space >= 0 && spaceOf[target] === space)) continue;
    touched[target] = 1;
  }
}

function resetNode(state: RunState, node: number, isTouched: boolean): void {
  const { spaceOf, members } = state.tables;
  const isOpener = spaceOf[node] === node;
  const isExpanded = state.base[node]! >= 0;
  if (isOpener && isExpanded && isTouched) {
    collapse(state, node);
    for (const member of members[node]!) {
      collapse(state, member);
      step(state, member, PENDING);
      forget(state, member);
    }
  }
  if (isExpanded && state.base[node]! >= 0) {
    resetItems(state, node, isTouched);
    step(state, node, isOpener ? OPEN : PENDING);
  } else {
    step(state, node, PENDING);
  }
  forget(state, node);
}

function resetItems(state: RunState, node: number, isTouched: boolean): void {
  const base = state.base[node]!;
  for (let item = 0; item < state.size[node]!; item++) {
    const unit = base + item;
    const isStale = isTouched || isFaultyUnit(state, unit) || (state.flags[unit]! & CHANGED) !== 0;
    if (!isStale) continue;
    step(state, unit, PENDING);
    forget(state, unit);
    markInner(state, node, item);
  }
}

function markInner(state: RunState, node: number, item: number): void {
  const { offsets, targets, kinds } = state.plan;
  const { spaceOf } = state.tables;
  for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
    const target = targets[edge]!;
    if (kinds[edge] === ORDER || spaceOf[target] !== spaceOf[node]) continue;
    state.flags[state.base[target]! + item]! |= CHANGED;
  }
}

function step(state: RunState, unit: number, next: number): void {
  const code = state.states[unit]!;
  if (code !== next && code !== VOID) move(state, unit, next);
}
