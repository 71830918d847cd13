/**
 * Rebuilds from the states of the units all that `evolve` otherwise keeps up to date edge by edge: counters, queues and
 * `todo`. Used where a run begins, is restored, is reset or is opened again. O(nodes + edges + items).
 *
 * @module
 */

import { enqueue } from "./ready.ts";
import { countArrival, hasFatalItem, hasSettled, isEdgeLive, settledItems, unblock } from "./settle.ts";
import { FAULTY, NEEDS, ORPHANED, type RunState, TAKEN, WOKEN } from "./state.ts";
import { OPEN, PENDING, QUEUED, RETRYING, RUNNING, STATES, WAITING } from "./unit_state.ts";

/** What no recount can find out again. */
const KEPT = FAULTY | TAKEN | WOKEN | ORPHANED;

/** Brings counters and queues in line with the states of the units. */
export function recount(state: RunState): void {
  clearQueues(state);
  resetCounters(state);
  for (let node = 0; node < state.plan.nodes.length; node++) countFrom(state, node);
  for (let unit = 0; unit < state.unitCount; unit++) refill(state, unit);
  // Items first: opening a node looks at its items itself, and nothing may be noted twice.
  const nodes = state.plan.nodes.length;
  for (let unit = nodes; unit < state.unitCount; unit++) unblockIfFree(state, unit);
  for (let unit = 0; unit < nodes; unit++) unblockIfFree(state, unit);
}

function unblockIfFree(state: RunState, unit: number): void {
  if (state.states[unit] === PENDING && state.missing[unit] === 0) unblock(state, unit);
}

function clearQueues(state: RunState): void {
  state.ready.clear();
  state.wakes.clear();
  state.todo.length = 0;
  state.todoHead = 0;
  for (const heap of state.parked) heap?.clear();
  for (let unit = 0; unit < state.unitCount; unit++) state.flags[unit]! &= KEPT;
}

function resetCounters(state: RunState): void {
  const { inside, outside, spaceOf, fanOf } = state.tables;
  state.tally.fill(0);
  state.fanTally.fill(0);
  state.busy.fill(0);
  state.unsettled = 0;
  for (let unit = 0; unit < state.unitCount; unit++) {
    const node = state.nodeOf[unit]!;
    const code = state.states[unit]!;
    state.tally[code]!++;
    state.deadBy[unit] = -1;
    if (unit === node) {
      // The space itself is one more thing that a node repeating with another waits for.
      state.missing[unit] = outside[node]! + (spaceOf[node]! >= 0 && spaceOf[node] !== node ? 1 : 0);
      if (!hasSettled(state, unit)) state.unsettled++;
    } else {
      state.missing[unit] = inside[node]!;
      state.fanTally[fanOf[node]! * STATES + code]!++;
      if (code === RUNNING || (state.flags[unit]! & TAKEN) !== 0) state.busy[node]!++;
    }
  }
}

function countFrom(state: RunState, node: number): void {
  const { spaceOf, members } = state.tables;
  const { offsets, targets, kinds } = state.plan;
  const space = spaceOf[node]!;
  const settled = hasSettled(state, node);
  for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
    const target = targets[edge]!;
    const kind = kinds[edge]!;
    if (space >= 0 && spaceOf[target] === space) {
      for (let item = 0; item < state.size[node]!; item++) {
        const unit = state.base[node]! + item;
        if (!hasSettled(state, unit)) continue;
        const live = isEdgeLive(state, unit, edge);
        countArrival(state, state.base[target]! + item, { source: node, kind, live });
      }
    } else if (settled) {
      countArrival(state, target, { source: node, kind, live: isEdgeLive(state, node, edge) });
    }
  }
  if (space !== node) return;
  const live = state.base[node]! >= 0;
  if (!live && !settled) return;
  for (const member of members[node]!) countArrival(state, member, { source: node, kind: NEEDS, live });
}

function refill(state: RunState, unit: number): void {
  const code = state.states[unit]!;
  if (code === QUEUED && (state.flags[unit]! & TAKEN) === 0) enqueue(state, unit);
  if (code === RETRYING || code === WAITING) {
    const dueAt = state.dueAt.get(unit);
    if (dueAt !== undefined) state.wakes.push(dueAt, unit);
  }
  // A failed item of an essential fan-out ends it before the others have settled.
  const isOver = code === OPEN && settledItems(state, unit) === state.size[unit];
  if (isOver || hasFatalItem(state, unit)) state.todo.push(unit);
}
