/**
 * How a settled unit reaches those behind it. Edges between nodes of one space run item by item; all others wait for
 * the node as a whole. Whatever becomes ready is queued; whatever is doomed, or done, is noted in `todo`, and
 * `consequences` makes the event of it.
 *
 * @module
 */

import { enqueue } from "./ready.ts";
import { ANY, ANY_LIVE, move, NEEDS, type RunState } from "./state.ts";
import { COMPLETED, FAILED, OPEN, PENDING, QUEUED, SKIPPED, STATES } from "./unit_state.ts";

/** True where the node or item needs no more work and those behind it may know (E6). */
export function hasSettled(state: RunState, unit: number): boolean {
  const code = state.states[unit]!;
  if (code === COMPLETED || code === SKIPPED) return true;
  return code === FAILED && state.tables.isEssential[state.nodeOf[unit]!] === 0;
}

/** Items of a fan-out that are completed, failed or skipped. */
export function settledItems(state: RunState, node: number): number {
  const at = state.tables.fanOf[node]! * STATES;
  return state.fanTally[at + COMPLETED]! + state.fanTally[at + FAILED]! + state.fanTally[at + SKIPPED]!;
}

/**
 * True where an item of an essential fan-out has failed and ends it. The node need not be open: after a retry it waits
 * for its sources again, while an item that a crash had interrupted runs.
 */
export function hasFatalItem(state: RunState, unit: number): boolean {
  const fan = unit === state.nodeOf[unit] ? state.tables.fanOf[unit]! : -1;
  if (fan < 0 || state.tables.isEssential[unit] === 0) return false;
  const code = state.states[unit]!;
  return (code === OPEN || code === PENDING) && state.fanTally[fan * STATES + FAILED]! > 0;
}

/** Tells those behind `node` that it has settled as a whole. */
export function settleNode(state: RunState, node: number): void {
  state.unsettled--;
  const { offsets, targets, kinds } = state.plan;
  const { spaceOf } = state.tables;
  const space = spaceOf[node]!;
  const end = offsets[node + 1]!;
  for (let edge = offsets[node]!; edge < end; edge++) {
    const target = targets[edge]!;
    if (space >= 0 && spaceOf[target] === space) continue;
    arrive(state, target, { source: node, kind: kinds[edge]!, live: isEdgeLive(state, node, edge) });
  }
  if (space === node && state.base[node]! < 0) {
    for (const member of state.tables.members[node]!) {
      arrive(state, member, { source: node, kind: NEEDS, live: false });
    }
  }
}

/** Tells the items behind one settled item, and notes the fan-out when it was the last. */
export function settleItem(state: RunState, unit: number): void {
  const node = state.nodeOf[unit]!;
  tellItems(state, unit);
  if (state.states[node] === OPEN && settledItems(state, node) === state.size[node]) state.todo.push(node);
}

/** Tells the items behind one settled item. */
export function tellItems(state: RunState, unit: number): void {
  const node = state.nodeOf[unit]!;
  const item = unit - state.base[node]!;
  const { offsets, targets, kinds } = state.plan;
  const { spaceOf } = state.tables;
  const end = offsets[node + 1]!;
  for (let edge = offsets[node]!; edge < end; edge++) {
    const target = targets[edge]!;
    if (spaceOf[target] !== spaceOf[node]) continue;
    arrive(state, state.base[target]! + item, {
      source: node,
      kind: kinds[edge]!,
      live: isEdgeLive(state, unit, edge),
    });
  }
}

/** What a settled source says to one unit behind it. */
interface Arrival {
  readonly source: number;
  readonly kind: number;
  readonly live: boolean;
}

/** True where the settled unit `unit` keeps the edge `edge` of its node alive. */
export function isEdgeLive(state: RunState, unit: number, edge: number): boolean {
  if (state.states[unit] !== COMPLETED) return false;
  const port = state.portOf[unit]!;
  const asked = state.plan.edgePorts[edge]!;
  return port === 0 || asked === 0 || port === asked;
}

/** Counts one arrival without drawing conclusions. */
export function countArrival(state: RunState, unit: number, arrival: Arrival): void {
  state.missing[unit]!--;
  if (arrival.live) {
    if (arrival.kind === ANY) state.flags[unit]! |= ANY_LIVE;
  } else if (arrival.kind === NEEDS) {
    const first = state.deadBy[unit]!;
    if (first < 0 || arrival.source < first) state.deadBy[unit] = arrival.source;
  }
}

function arrive(state: RunState, unit: number, arrival: Arrival): void {
  // After a retry a source may settle again while this one, behind an order edge, kept its result.
  if (state.states[unit] !== PENDING) return;
  countArrival(state, unit, arrival);
  if (state.missing[unit] === 0) unblock(state, unit);
}

/** True where all edges of a pending unit have settled and say that it must be skipped. */
export function isDoomed(state: RunState, unit: number): boolean {
  if (state.deadBy[unit]! >= 0) return true;
  const node = state.nodeOf[unit]!;
  if (state.tables.hasAny[node] === 0) return false;
  const isMember = state.tables.spaceOf[node]! >= 0 && state.tables.spaceOf[node] !== node;
  // A node that repeats with another may have its live `any` edge in either place: only its items can tell.
  if (isMember && unit === node) return false;
  return ((state.flags[unit]! | state.flags[node]!) & ANY_LIVE) === 0;
}

/** Acts on a pending unit whose last edge has settled. */
export function unblock(state: RunState, unit: number): void {
  const node = state.nodeOf[unit]!;
  if (unit !== node) {
    if (state.states[node] === OPEN) admit(state, unit);
  } else if (isDoomed(state, unit)) {
    state.todo.push(unit);
  } else if (state.tables.spaceOf[node]! >= 0 && state.tables.spaceOf[node] !== node) {
    openNode(state, node);
  } else {
    move(state, unit, QUEUED);
    enqueue(state, unit);
  }
}

function admit(state: RunState, unit: number): void {
  if (isDoomed(state, unit)) {
    state.todo.push(unit);
  } else {
    move(state, unit, QUEUED);
    enqueue(state, unit);
  }
}

/** Lets the items of a fan-out go: its space is expanded and all its outer edges have settled. */
export function openNode(state: RunState, node: number): void {
  move(state, node, OPEN);
  const base = state.base[node]!;
  const size = state.size[node]!;
  for (let unit = base; unit < base + size; unit++) {
    if (state.states[unit] === PENDING && state.missing[unit] === 0) admit(state, unit);
  }
  if (settledItems(state, node) === size) state.todo.push(node);
}
