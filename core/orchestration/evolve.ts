/**
 * Applying a fact. Deterministic; refuses nothing that a log can hold; throws only for bugs. A node's event costs its
 * out-degree (E7); a start, reset or restored snapshot counts everything anew.
 *
 * @module
 */

import { assert } from "../errors.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent, ValueRef } from "./event.ts";
import { expandSpace, forget } from "./fan_out.ts";
import { planTables } from "./plan_tables.ts";
import { recount } from "./recount.ts";
import { settleItem, settleNode, tellItems } from "./settle.ts";
import { FAULTY, move, OTHER_PORT, RunState, unitOf } from "./state.ts";
import { COMPLETED, FAILED, OPEN, PENDING, RETRYING, RUNNING, SKIPPED, WAITING } from "./unit_state.ts";

type NodeEvent = Extract<RunEvent, { readonly node: unknown; readonly attempt?: number }>;

/** The state before the first event; `rank` gives one number a node, higher first. */
export function createState(plan: Plan, rank?: Float64Array): RunState {
  return new RunState(plan, planTables(plan, rank));
}

/** The state after all `events`. */
export function replayAll(plan: Plan, events: Iterable<RunEvent>, rank?: Float64Array): RunState {
  const state = createState(plan, rank);
  for (const event of events) evolve(state, event);
  return state;
}

/** Applies `event` in place. */
export function evolve(state: RunState, event: RunEvent): void {
  switch (event.type) {
    case "run.created":
      return;
    case "run.started":
      state.run = "running";
      return recount(state);
    case "run.paused":
      state.run = "paused";
      state.reason = event.reason;
      return;
    case "run.resumed":
      state.run = "running";
      state.reason = "";
      return;
    case "run.completed":
      state.run = "completed";
      return;
    case "run.failed":
      state.run = "failed";
      state.failure = event.failure;
      state.fatal = event.node === undefined ? -1 : state.plan.indexOf.get(event.node) ?? -1;
      return;
    case "run.cancelled":
      state.run = "cancelled";
      state.reason = event.reason;
      return;
    case "nodes.reset":
      return reset(state, event.nodes.map((id) => state.plan.indexOf.get(id) as number));
    default:
      return evolveNode(state, event);
  }
}

function evolveNode(state: RunState, event: Exclude<NodeEvent, { readonly type: "run.failed" }>): void {
  const node = nodeIndex(state, event.node);
  const unit = unitOf(state, node, event.item ?? -1);
  assert(unit >= 0, `node "${event.node}" has item ${event.item}`);
  switch (event.type) {
    case "node.expanded": {
      const fan = state.tables.fanOf[node]!;
      state.itemLists[fan] = event.items;
      state.openedAt[fan] = event.at;
      return expandSpace(state, node, event.count);
    }
    case "node.started":
      move(state, unit, RUNNING);
      state.attempts[unit] = event.attempt;
      return;
    case "node.completed":
      return complete(state, { node, unit }, event.output, event.port);
    case "node.retrying":
      move(state, unit, RETRYING);
      state.spent[unit]!++;
      state.failures.set(unit, event.failure);
      state.dueAt.set(unit, event.dueAt);
      state.wakes.push(event.dueAt, unit);
      return;
    case "node.failed":
      move(state, unit, FAILED);
      state.failures.set(unit, event.failure);
      if (state.tables.isEssential[node] === 1) state.todo.push(node);
      return settle(state, node, unit);
    case "node.skipped":
      move(state, unit, SKIPPED);
      state.notes.set(unit, event.reason);
      if (event.failure !== undefined) {
        state.flags[unit]! |= FAULTY;
        state.failures.set(unit, event.failure);
      }
      if (unit === node) skipItems(state, node);
      return settle(state, node, unit);
    case "node.waiting":
      move(state, unit, WAITING);
      state.waits.set(unit, event.for);
      if (event.for.kind !== "time") return;
      state.dueAt.set(unit, event.for.untilMs);
      state.wakes.push(event.for.untilMs, unit);
      return;
    case "node.iterated":
      state.iterations.set(unit, { iteration: event.iteration, output: event.output });
      return;
    default:
      event satisfies never;
  }
}

function complete(
  state: RunState,
  at: { readonly node: number; readonly unit: number },
  output: ValueRef,
  port: string | undefined,
): void {
  move(state, at.unit, COMPLETED);
  state.outputs[at.unit] = output;
  if (state.failures.size > 0) state.failures.delete(at.unit);
  if (state.waits.size > 0) state.waits.delete(at.unit);
  if (port !== undefined) state.portOf[at.unit] = portNumber(state, at.unit, port);
  settle(state, at.node, at.unit);
}

function settle(state: RunState, node: number, unit: number): void {
  if (unit !== node) settleItem(state, unit);
  else if (state.states[unit] !== FAILED || state.tables.isEssential[node] === 0) settleNode(state, node);
}

/** A fan-out that is skipped after its space was expanded takes its items with it. */
function skipItems(state: RunState, node: number): void {
  const base = state.base[node]!;
  if (base < 0) return;
  const end = base + state.size[node]!;
  for (let unit = base; unit < end; unit++) if (state.states[unit] === PENDING) move(state, unit, SKIPPED);
  for (let unit = base; unit < end; unit++) tellItems(state, unit);
}

function portNumber(state: RunState, unit: number, port: string): number {
  state.portNumbers ??= new Map(state.plan.ports.map((name, i) => [name, i]));
  const number = state.portNumbers.get(port);
  if (number !== undefined && number > 0) return number;
  state.otherPorts.set(unit, port);
  return OTHER_PORT;
}

/** Events come mostly in the order of the plan or about one node again and again. */
function nodeIndex(
  state: RunState,
  id: RunEvent extends infer E ? E extends { readonly node: infer N } ? N : never : never,
): number {
  const last = state.lastNode;
  const { nodes } = state.plan;
  if (nodes[last]?.id === id) return last;
  if (nodes[last + 1]?.id === id) return state.lastNode = last + 1;
  const found = state.plan.indexOf.get(id as never);
  assert(found !== undefined, `the plan has node "${id}"`);
  return state.lastNode = found;
}

function reset(state: RunState, nodes: readonly number[]): void {
  for (const node of nodes) {
    if (state.base[node]! >= 0) reopenItems(state, node);
    else move(state, node, PENDING);
    forget(state, node);
  }
  state.failure = undefined;
  state.fatal = -1;
  recount(state);
}

/** What an expanded fan-out has completed stays; its failed items, and those skipped because of a failure, begin anew. */
function reopenItems(state: RunState, node: number): void {
  if (state.states[node] !== OPEN) move(state, node, OPEN);
  const base = state.base[node]!;
  for (let unit = base; unit < base + state.size[node]!; unit++) {
    const code = state.states[unit]!;
    if (code !== FAILED && (code !== SKIPPED || (state.flags[unit]! & FAULTY) === 0)) continue;
    move(state, unit, PENDING);
    forget(state, unit);
  }
}
