/**
 * Applies a fact to the state, in place. Facts are not judged: an event that cannot follow is a bug (E1), and throws.
 * Deterministic; O(out-degree) for a node's event (E7), O(everything) for the start and for a reset.
 *
 * What a fan-out event without `item` means: the node as a whole. Skipping it so skips every item that has not settled.
 *
 * @module
 */

import { assert } from "../errors.ts";
import type { NodeId } from "../ids.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { expandSpace } from "./fan_out.ts";
import { planTables } from "./plan_tables.ts";
import { recount } from "./recount.ts";
import { resetNodes } from "./reset.ts";
import { settleItem, settleNode, tellItems } from "./settle.ts";
import { FAULTY, move, OTHER_PORT, RunState, unitOf } from "./state.ts";
import { COMPLETED, FAILED, RETRYING, RUNNING, SKIPPED, WAITING } from "./unit_state.ts";

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** The state before the first event; `rank` gives one number a node: ready nodes come highest first, ties by index. */
export function createState(plan: Plan, rank?: Float64Array): RunState {
  return new RunState(plan, planTables(plan, rank));
}

/** The state after all `events`. */
export function replayAll(plan: Plan, events: Iterable<RunEvent>, rank?: Float64Array): RunState {
  const state = createState(plan, rank);
  for (const event of events) evolve(state, event);
  return state;
}

/** Applies `event` to `state`. @throws Error where the event cannot follow (a bug). */
export function evolve(state: RunState, event: RunEvent): void {
  switch (event.type) {
    case "node.started":
      return begin(state, event);
    case "node.completed":
      return complete(state, event);
    case "node.expanded":
      return expand(state, event);
    case "node.retrying":
      return retry(state, event);
    case "node.failed":
      return fail(state, event);
    case "node.skipped":
      return skip(state, event);
    case "node.waiting":
      return wait(state, event);
    case "node.iterated": {
      const { iteration, output } = event;
      state.iterations.set(unitNamed(state, event.node, event.item), { iteration, output });
      return;
    }
    case "nodes.reset":
      return resetNodes(state, event.nodes.map((id) => nodeNamed(state, id)));
    default:
      return evolveRun(state, event);
  }
}

function evolveRun(state: RunState, event: Exclude<RunEvent, { readonly type: `node${string}` }>): void {
  switch (event.type) {
    case "run.created":
      return;
    case "run.moved":
      // Another plan: a state of its own is made for it (run_move.ts).
      return;
    case "run.started":
      state.run = "running";
      return recount(state);
    case "run.paused":
      state.run = "paused";
      state.reason = event.reason;
      return;
    case "run.resumed":
      return resume(state);
    case "run.completed":
      state.run = "completed";
      return;
    case "run.failed":
      state.run = "failed";
      state.failure = event.failure;
      return;
    case "run.cancelled":
      state.run = "cancelled";
      state.reason = event.reason;
      return;
  }
}

/**
 * Units that the log says are running when an ended run is opened again have no executor, as after a crash: whoever
 * carries the run on calls `requeueRunning`.
 */
function resume(state: RunState): void {
  state.run = "running";
  state.reason = "";
  state.failure = undefined;
  state.fatal = -1;
}

function begin(state: RunState, event: EventOf<"node.started">): void {
  const unit = unitNamed(state, event.node, event.item);
  move(state, unit, RUNNING);
  state.attempts[unit] = event.attempt;
  if (state.dueAt.size > 0) state.dueAt.delete(unit);
  const node = state.nodeOf[unit]!;
  const fan = state.tables.fanOf[node]!;
  if (fan >= 0 && state.openedAt[fan] === 0) state.openedAt[fan] = event.at;
}

function complete(state: RunState, event: EventOf<"node.completed">): void {
  const unit = unitNamed(state, event.node, event.item);
  leaveWait(state, unit);
  move(state, unit, COMPLETED);
  state.outputs[unit] = event.output;
  if (event.port !== undefined) state.portOf[unit] = portNumber(state, unit, event.port);
  if (state.failures.size > 0) state.failures.delete(unit);
  settle(state, unit);
}

function settle(state: RunState, unit: number): void {
  if (unit === state.nodeOf[unit]) settleNode(state, unit);
  else settleItem(state, unit);
}

function expand(state: RunState, event: EventOf<"node.expanded">): void {
  const node = nodeNamed(state, event.node);
  const fan = state.tables.fanOf[node]!;
  state.itemLists[fan] = event.items;
  state.openedAt[fan] = event.at;
  if (state.dueAt.size > 0) state.dueAt.delete(node);
  state.failures.delete(node);
  expandSpace(state, node, event.count);
}

function retry(state: RunState, event: EventOf<"node.retrying">): void {
  const unit = unitNamed(state, event.node, event.item);
  leaveWait(state, unit);
  move(state, unit, RETRYING);
  state.spent[unit]!++;
  state.failures.set(unit, event.failure);
  state.dueAt.set(unit, event.dueAt);
  state.wakes.push(event.dueAt, unit);
}

function fail(state: RunState, event: EventOf<"node.failed">): void {
  const unit = unitNamed(state, event.node, event.item);
  const node = state.nodeOf[unit]!;
  leaveWait(state, unit);
  move(state, unit, FAILED);
  state.failures.set(unit, event.failure);
  if (state.tables.isEssential[node] === 0) settle(state, unit);
  else if (unit === node) state.fatal = node;
  else state.todo.push(node);
}

function skip(state: RunState, event: EventOf<"node.skipped">): void {
  const unit = unitNamed(state, event.node, event.item);
  leaveWait(state, unit);
  move(state, unit, SKIPPED);
  state.notes.set(unit, event.reason);
  if (event.failure === undefined) {
    state.failures.delete(unit);
  } else {
    state.failures.set(unit, event.failure);
    state.flags[unit]! |= FAULTY;
  }
  if (unit === state.nodeOf[unit] && state.base[unit]! >= 0) skipItemsLeft(state, unit);
  settle(state, unit);
}

function skipItemsLeft(state: RunState, node: number): void {
  const base = state.base[node]!;
  for (let unit = base; unit < base + state.size[node]!; unit++) {
    const code = state.states[unit]!;
    if (code === COMPLETED || code === SKIPPED) continue;
    leaveWait(state, unit);
    move(state, unit, SKIPPED);
    tellItems(state, unit);
  }
}

function wait(state: RunState, event: EventOf<"node.waiting">): void {
  const unit = unitNamed(state, event.node, event.item);
  leaveWait(state, unit);
  move(state, unit, WAITING);
  state.waits.set(unit, event.for);
  if (event.for.kind !== "time") return;
  state.dueAt.set(unit, event.for.untilMs);
  state.wakes.push(event.for.untilMs, unit);
}

function leaveWait(state: RunState, unit: number): void {
  if (state.waits.size > 0) state.waits.delete(unit);
  if (state.dueAt.size > 0) state.dueAt.delete(unit);
}

/** The number of a port's name in the plan; OTHER_PORT, with the name kept aside, where no edge names it. */
function portNumber(state: RunState, unit: number, port: string): number {
  state.portNumbers ??= new Map(state.plan.ports.map((name, number) => [name, number]));
  const number = state.portNumbers.get(port);
  if (number !== undefined && number > 0) return number;
  state.otherPorts.set(unit, port);
  return OTHER_PORT;
}

/** Events come mostly about one node again and again, or in the order of the plan. */
function nodeNamed(state: RunState, id: NodeId): number {
  const { nodes } = state.plan;
  const last = state.lastNode;
  if (nodes[last]?.id === id) return last;
  if (nodes[last + 1]?.id === id) return state.lastNode = last + 1;
  const node = state.plan.indexOf.get(id);
  assert(node !== undefined, `the event names a node of the plan, found "${id}"`);
  return state.lastNode = node;
}

function unitNamed(state: RunState, id: NodeId, item: number | undefined): number {
  const node = nodeNamed(state, id);
  if (item === undefined) return node;
  const unit = unitOf(state, node, item);
  assert(unit >= 0, `the event names an item of "${id}", found ${item} of ${state.size[node]}`);
  return unit;
}
