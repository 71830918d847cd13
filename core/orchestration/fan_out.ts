/**
 * Item spaces: what expanding a fan-out makes, and what undoing it takes away.
 *
 * @module
 */

import { countArrival, openNode, tellItems, unblock } from "./settle.ts";
import { addUnits, move, NEEDS, type RunState } from "./state.ts";
import { PENDING, SKIPPED, STATES, VOID } from "./unit_state.ts";

/** Gives the space that `opener` opens `count` items, for the opener and every node that repeats with it. */
export function expandSpace(state: RunState, opener: number, count: number): void {
  const members = state.tables.members[opener]!;
  addItems(state, opener, count);
  for (const member of members) addItems(state, member, count);
  // One that was skipped before there were items has only skipped items.
  for (const member of members) if (state.states[member] === SKIPPED) skipItems(state, member);
  openNode(state, opener);
  for (const member of members) {
    if (state.states[member] !== PENDING) continue;
    countArrival(state, member, { source: opener, kind: NEEDS, live: true });
    if (state.missing[member] === 0) unblock(state, member);
  }
}

function addItems(state: RunState, node: number, count: number): void {
  const first = addUnits(state, count);
  state.base[node] = first;
  state.size[node] = count;
  state.states.fill(PENDING, first, first + count);
  state.missing.fill(state.tables.inside[node]!, first, first + count);
  state.deadBy.fill(-1, first, first + count);
  state.nodeOf.fill(node, first, first + count);
  for (let i = 0; i < count; i++) state.outputs.push(undefined);
  state.tally[PENDING]! += count;
  state.fanTally[state.tables.fanOf[node]! * STATES + PENDING]! += count;
}

function skipItems(state: RunState, node: number): void {
  const base = state.base[node]!;
  for (let unit = base; unit < base + state.size[node]!; unit++) move(state, unit, SKIPPED);
  for (let unit = base; unit < base + state.size[node]!; unit++) tellItems(state, unit);
}

/** Forgets the items of `node`, because its space will be expanded anew. */
export function collapse(state: RunState, node: number): void {
  const base = state.base[node]!;
  for (let unit = base; unit < base + state.size[node]!; unit++) {
    move(state, unit, VOID);
    forget(state, unit);
  }
  state.base[node] = -1;
  state.size[node] = -1;
  state.itemLists[state.tables.fanOf[node]!] = undefined;
  state.openedAt[state.tables.fanOf[node]!] = 0;
}

/** Drops what is kept of a unit's result and failure; its attempts keep their count, so that numbers stay unique. */
export function forget(state: RunState, unit: number): void {
  state.outputs[unit] = undefined;
  state.spent[unit] = 0;
  state.portOf[unit] = 0;
  state.flags[unit] = 0;
  state.failures.delete(unit);
  state.notes.delete(unit);
  state.waits.delete(unit);
  state.dueAt.delete(unit);
  state.iterations.delete(unit);
  state.otherPorts.delete(unit);
}
