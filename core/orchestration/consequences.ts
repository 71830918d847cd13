/**
 * What follows from a state by itself: skips that spread from a dead source, the end of a fan-out, the failure of the
 * run. Apply the events, then ask again until there are none. Amortised O(out-degree): each unit is asked about once.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { NodeFailure } from "../policy/failure.ts";
import { withoutSpent } from "../policy/spent.ts";
import type { RunEvent } from "./event.ts";
import { hasFatalItem, isDoomed, settledItems } from "./settle.ts";
import { FAULTY, itemOf, type RunState } from "./state.ts";
import { COMPLETED, FAILED, OPEN, PENDING, SKIPPED, STATES } from "./unit_state.ts";

const NONE: readonly RunEvent[] = [];

/**
 * The next events; none once the run has ended. Each is given once: apply it before anything else is decided. An
 * essential failure comes first, and ends the run.
 */
export function consequences(state: RunState, context: { readonly now: number }): readonly RunEvent[] {
  if (state.run !== "running" && state.run !== "paused") return NONE;
  if (state.fatal >= 0) return [runFailed(state, context.now)];
  while (state.todoHead < state.todo.length) {
    const unit = state.todo[state.todoHead++]!;
    if (state.todoHead === state.todo.length) {
      state.todo.length = 0;
      state.todoHead = 0;
    }
    const event = consequence(state, unit, context.now);
    if (event !== undefined) return [event];
  }
  return NONE;
}

function runFailed(state: RunState, at: number): RunEvent {
  return { type: "run.failed", at, node: idOf(state, state.fatal), failure: failureOf(state, state.fatal) };
}

/** Notes may be out of date, for instance after a replay: only what still holds leads to an event. */
function consequence(state: RunState, unit: number, at: number): RunEvent | undefined {
  const code = state.states[unit];
  if (code === OPEN || hasFatalItem(state, unit)) return fanOutEnd(state, unit, at);
  const isDue = code === PENDING && state.missing[unit] === 0 && isDoomed(state, unit);
  return isDue ? skipped(state, unit, at) : undefined;
}

function skipped(state: RunState, unit: number, at: number): RunEvent {
  const node = state.nodeOf[unit]!;
  const item = itemOf(state, unit);
  const source = state.deadBy[unit]! >= 0 ? state.deadBy[unit]! : state.deadBy[node]!;
  const failure = source < 0 ? undefined : faultBehind(state, source, item);
  return {
    type: "node.skipped",
    at,
    node: idOf(state, unit),
    ...(item < 0 ? {} : { item }),
    reason: source < 0 ? "none of its inputs has a result" : reasonOf(state, source, item),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** The unit of `source` that item `item` depends on: the same item of the same space, else the node. */
function sourceUnit(state: RunState, source: number, item: number): number {
  return item >= 0 && state.base[source]! >= 0 && item < state.size[source]!
    ? state.base[source]! + item
    : source;
}

function faultBehind(state: RunState, source: number, item: number): NodeFailure | undefined {
  const unit = sourceUnit(state, source, item);
  const isFault = state.states[unit] === FAILED || (state.flags[unit]! & FAULTY) !== 0;
  return isFault ? state.failures.get(unit) : undefined;
}

function reasonOf(state: RunState, source: number, item: number): string {
  const unit = sourceUnit(state, source, item);
  const id = idOf(state, source);
  if (state.states[unit] === FAILED) return `${id} failed`;
  if (state.states[unit] === SKIPPED) return `${id} was skipped`;
  const port = state.otherPorts.get(unit) ?? state.plan.ports[state.portOf[unit]!];
  return port === undefined || port === "" ? `${id} took no port` : `${id} went to ${port}`;
}

function fanOutEnd(state: RunState, node: number, at: number): RunEvent | undefined {
  const tallied = state.tables.fanOf[node]! * STATES;
  const failed = state.fanTally[tallied + FAILED]!;
  const attempt = Math.max(1, state.attempts[node]!);
  const where = { at, node: idOf(state, node) };
  if (hasFatalItem(state, node)) {
    return { ...where, type: "node.failed", attempt, failure: itemFailure(state, node) };
  }
  const size = state.size[node]!;
  if (settledItems(state, node) < size) return undefined;
  const completed = state.fanTally[tallied + COMPLETED]!;
  if (completed === 0 && failed > 0) {
    return { ...where, type: "node.failed", attempt, failure: itemFailure(state, node) };
  }
  if (completed === 0 && size > 0) {
    const failure = skippedFault(state, node);
    return {
      ...where,
      type: "node.skipped",
      reason: failure?.message ?? `all ${size} items were skipped`,
      ...(failure === undefined ? {} : { failure }),
    };
  }
  const skippedItems = size - completed - failed;
  const output = { value: { items: size, completed, failed, skipped: skippedItems } };
  const durationMs = Math.max(0, at - state.openedAt[state.tables.fanOf[node]!]!);
  return { ...where, type: "node.completed", attempt, output, durationMs };
}

function itemFailure(state: RunState, node: number): NodeFailure {
  const base = state.base[node]!;
  for (let item = 0; item < state.size[node]!; item++) {
    if (state.states[base + item] !== FAILED) continue;
    // What it took stands with the item.
    const failure = withoutSpent(failureOf(state, base + item));
    return { ...failure, message: `Item ${item}: ${failure.message}` };
  }
  return { class: "thrown", message: "An item failed" };
}

/** Why the items were skipped, where it was a failure. */
function skippedFault(state: RunState, node: number): NodeFailure | undefined {
  const base = state.base[node]!;
  for (let unit = base; unit < base + state.size[node]!; unit++) {
    if ((state.flags[unit]! & FAULTY) !== 0) return state.failures.get(unit);
  }
  return undefined;
}

function failureOf(state: RunState, unit: number): NodeFailure {
  return state.failures.get(unit) ?? { class: "thrown", message: "It failed" };
}

function idOf(state: RunState, unit: number): NodeId {
  return state.plan.nodes[state.nodeOf[unit]!]!.id;
}
