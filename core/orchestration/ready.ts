/**
 * The queue of units that may start, and the moments at which others wake. Units come in the order of rank, then of
 * node, then of item; a node with `concurrency` K is passed over while K of its items run or are handed out.
 *
 * @module
 */

import { IN_HEAP, itemOf, move, ORPHANED, RunState, TAKEN, unitOf, unpark, WOKEN } from "./state.ts";
import { KeyHeap } from "./key_heap.ts";
import { QUEUED, RETRYING, RUNNING, WAITING } from "./unit_state.ts";

/** One execution of a node; item -1 where it does not fan out, and for a fan-out that is to be expanded. */
export interface UnitRef {
  readonly node: number;
  readonly item: number;
}

const UNITS = 2 ** 32;

/** Puts a queued unit into the ready heap (E5). */
export function enqueue(state: RunState, unit: number): void {
  if ((state.flags[unit]! & IN_HEAP) !== 0) return;
  state.flags[unit]! |= IN_HEAP;
  state.ready.push(state.tables.order[state.nodeOf[unit]!]! * UNITS + unit);
}

/**
 * Hands out the best unit that may start; undefined where there is none or the run is not running. Follow it by a
 * report (`begin`, `expand`, `skip`, `fail`, `wait`) or by `putBack`: until then it holds a place of its node's limit.
 */
export function nextReady(state: RunState): UnitRef | undefined {
  if (state.run !== "running") return undefined;
  for (let key = state.ready.pop(); key >= 0; key = state.ready.pop()) {
    const unit = key >>> 0;
    const flags = state.flags[unit]! & ~IN_HEAP;
    state.flags[unit] = flags;
    if (state.states[unit] !== QUEUED || (flags & TAKEN) !== 0) continue;
    const node = state.nodeOf[unit]!;
    if (unit !== node) {
      const cap = state.tables.caps[node]!;
      if (cap !== 0 && state.busy[node]! >= cap) {
        park(state, { unit, node, key });
        continue;
      }
      state.busy[node]!++;
    }
    state.flags[unit] = flags | TAKEN;
    return { node, item: unit === node ? -1 : unit - state.base[node]! };
  }
  return undefined;
}

function park(
  state: RunState,
  entry: { readonly unit: number; readonly node: number; readonly key: number },
): void {
  const fan = state.tables.fanOf[entry.node]!;
  const heap = state.parked[fan] ??= new KeyHeap();
  state.flags[entry.unit]! |= IN_HEAP;
  heap.push(entry.key);
}

/** Takes back a unit that `nextReady` handed out and that was not begun; nothing where it is not in hand. */
export function putBack(state: RunState, node: number, item: number): void {
  const unit = unitOf(state, node, item);
  if (unit < 0 || (state.flags[unit]! & TAKEN) === 0) return;
  state.flags[unit]! &= ~TAKEN;
  if (unit !== node) {
    state.busy[node]!--;
    unpark(state, state.tables.fanOf[node]!);
  }
  if (state.states[unit] === QUEUED) enqueue(state, unit);
}

/** The unit to wake soonest: a retry's delay or a timed wait. Due or not: compare `dueAt` with the clock. */
export function nextWake(state: RunState): UnitRef & { readonly dueAt: number } | undefined {
  for (let entry = state.wakes.first; entry !== undefined; entry = state.wakes.first) {
    const { unit, dueAt } = entry;
    const code = state.states[unit];
    if ((code === RETRYING || code === WAITING) && state.dueAt.get(unit) === dueAt) {
      return { node: state.nodeOf[unit]!, item: itemOf(state, unit), dueAt };
    }
    state.wakes.pop();
  }
  return undefined;
}

/**
 * Puts a retrying unit back into the queue, because its delay is over. The log does not say so: a replay finds the unit
 * retrying with a moment in the past, and it is woken again. Nothing where the unit is not retrying.
 */
export function wakeRetry(state: RunState, node: number, item: number): void {
  const unit = unitOf(state, node, item);
  if (unit < 0 || state.states[unit] !== RETRYING) return;
  move(state, unit, QUEUED);
  state.flags[unit]! |= WOKEN;
  enqueue(state, unit);
}

/** Wakes every retry that is due at `now` and says how many; timed waits are left for the command `wake`. */
export function wakeDue(state: RunState, now: number): number {
  const due: UnitRef[] = [];
  for (const [unit, dueAt] of state.dueAt) {
    if (dueAt <= now && state.states[unit] === RETRYING) {
      due.push({ node: state.nodeOf[unit]!, item: itemOf(state, unit) });
    }
  }
  for (const { node, item } of due) wakeRetry(state, node, item);
  return due.length;
}

/** The units that the log says are running. After a replay nobody runs them: see `requeueRunning`. */
export function orphans(state: RunState): UnitRef[] {
  const found: UnitRef[] = [];
  if (state.tally[RUNNING] === 0) return found;
  for (let unit = 0; unit < state.unitCount; unit++) {
    if (state.states[unit] === RUNNING) found.push({ node: state.nodeOf[unit]!, item: itemOf(state, unit) });
  }
  return found;
}

/**
 * Puts one running unit back into the queue because its executor is gone (the process died, or a pause aborted it).
 * No event says so. The next `begin` is a new attempt, with a new number; the retry budget is not touched, since only
 * reported failures are paid from it.
 */
export function requeue(state: RunState, node: number, item: number): void {
  const unit = unitOf(state, node, item);
  if (unit < 0 || state.states[unit] !== RUNNING) return;
  move(state, unit, QUEUED);
  state.flags[unit]! |= ORPHANED;
  enqueue(state, unit);
}

/** `requeue` for every running unit, as a resumed process must do after its replay; says how many. */
export function requeueRunning(state: RunState): number {
  const found = orphans(state);
  for (const { node, item } of found) requeue(state, node, item);
  return found.length;
}
