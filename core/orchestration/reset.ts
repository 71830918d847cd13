/**
 * `nodes.reset`: these nodes are as if they had never run. A fan-out keeps the items whose result still holds: only
 * items that failed, or whose own inputs change, run again. A fan-out whose list may change is forgotten whole.
 *
 * @module
 */

import { collapse, forget } from "./fan_out.ts";
import { recount } from "./recount.ts";
import type { ItemsLeft } from "./event.ts";
import { FAULTY, move, ORDER, type RunState } from "./state.ts";
import { COMPLETED, FAILED, OPEN, PENDING, SKIPPED, VOID } from "./unit_state.ts";

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

/** What a reset does to items, before it does it. */
interface ItemReset {
  /** By level, so that what changes is known before what it flows into. */
  readonly inOrder: readonly number[];
  /** Fan-outs whose list may change; those that repeat with them are among them. */
  readonly collapsed: ReadonlySet<number>;
  /** The items of the other fan-outs that run again. */
  readonly again: ReadonlyMap<number, readonly number[]>;
}

function itemReset(state: RunState, nodes: readonly number[]): ItemReset {
  const { levels } = state.plan;
  const inOrder = [...nodes].sort((a, b) => (levels[a]! - levels[b]!) || (a - b));
  const touched = new Uint8Array(state.plan.nodes.length);
  const collapsed = new Set<number>();
  const again = new Map<number, readonly number[]>();
  const changed = new Set<number>();
  for (const node of inOrder) {
    markOuter(state, node, touched);
    if (state.base[node]! < 0 || collapsed.has(node)) continue;
    if (state.tables.spaceOf[node] === node && touched[node] === 1) {
      collapsed.add(node);
      for (const member of state.tables.members[node]!) collapsed.add(member);
      continue;
    }
    const stale = staleItems(state, node, { isTouched: touched[node] === 1, changed });
    for (const item of stale) markInner(state, node, item, changed);
    again.set(node, stale);
  }
  return { inOrder, collapsed, again };
}

function staleItems(
  state: RunState,
  node: number,
  { isTouched, changed }: { readonly isTouched: boolean; readonly changed: ReadonlySet<number> },
): number[] {
  const base = state.base[node]!;
  const stale: number[] = [];
  for (let item = 0; item < state.size[node]!; item++) {
    const unit = base + item;
    if (isTouched || isFaultyUnit(state, unit) || changed.has(unit)) stale.push(item);
  }
  return stale;
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

function markInner(state: RunState, node: number, item: number, changed: Set<number>): void {
  const { offsets, targets, kinds } = state.plan;
  const { spaceOf } = state.tables;
  for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
    const target = targets[edge]!;
    if (kinds[edge] === ORDER || spaceOf[target] !== spaceOf[node]) continue;
    changed.add(state.base[target]! + item);
  }
}

/** What a reset of `nodes` leaves of the items of those that keep their list. O(nodes + edges + items). */
export function itemsLeft(state: RunState, nodes: readonly number[]): ItemsLeft[] {
  return [...itemReset(state, nodes).again].map(([node, again]) => {
    const [base, count] = [state.base[node]!, state.size[node]!];
    const begun = new Set(again);
    let [completed, skipped] = [0, 0];
    for (let item = 0; item < count; item++) {
      if (begun.has(item)) continue;
      if (state.states[base + item] === COMPLETED) completed++;
      else if (state.states[base + item] === SKIPPED) skipped++;
    }
    const left = { node: state.plan.nodes[node]!.id, count, completed, skipped };
    return again.length === count ? left : { ...left, again };
  });
}

/** Applies a reset of `nodes`. O(nodes + edges + items). */
export function resetNodes(state: RunState, nodes: readonly number[]): void {
  const { inOrder, collapsed, again } = itemReset(state, nodes);
  for (const node of inOrder) resetNode(state, node, collapsed.has(node), again.get(node));
  recount(state);
}

function resetNode(
  state: RunState,
  node: number,
  isCollapsed: boolean,
  again: readonly number[] | undefined,
): void {
  const { spaceOf, members } = state.tables;
  const isOpener = spaceOf[node] === node;
  if (isOpener && isCollapsed) {
    collapse(state, node);
    for (const member of members[node]!) {
      collapse(state, member);
      step(state, member, PENDING);
      forget(state, member);
    }
  }
  for (const item of again ?? []) {
    step(state, state.base[node]! + item, PENDING);
    forget(state, state.base[node]! + item);
  }
  step(state, node, again !== undefined && isOpener ? OPEN : PENDING);
  forget(state, node);
}

function step(state: RunState, unit: number, next: number): void {
  const code = state.states[unit]!;
  if (code !== next && code !== VOID) move(state, unit, next);
}
