/**
 * What a person's command leads to. Refusals name the node, its state and, where there is one, the other way.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import { withoutSpent } from "../policy/spent.ts";
import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import { validate } from "../workflow/json_schema.ts";
import type { ProvidedInput, Refusal, UserCommand } from "./command.ts";
import type { RunEvent } from "./event.ts";
import { legalCommands } from "./legal.ts";
import { waitingUnits } from "./reading.ts";
import { isFaulty, itemsLeft, nodesBehind } from "./reset.ts";
import { itemOf, type RunState, unitOf } from "./state.ts";
import { FAILED, OPEN, PENDING, QUEUED, RETRYING, RUNNING, stateNames, WAITING } from "./unit_state.ts";

type Decided = Result<readonly RunEvent[], Refusal>;
type CommandOf<T extends UserCommand["type"]> = Extract<UserCommand, { readonly type: T }>;

/** The events that follow directly from a person's command; `at` is Unix milliseconds. */
export function decideUser(state: RunState, command: UserCommand, at: number): Decided {
  if (!legalCommands(state).includes(command.type) && !isAboutNode(state, command)) {
    return refuse(state, `the run is ${state.run}`);
  }
  switch (command.type) {
    case "start":
      return ok([{ type: "run.started", at }]);
    case "pause":
      return ok([{ type: "run.paused", at, reason: command.reason }]);
    case "resume":
      return ok([{
        type: "run.resumed",
        at,
        ...(command.budget === undefined ? {} : { budget: command.budget }),
      }]);
    case "cancel":
      return ok([{ type: "run.cancelled", at, reason: command.reason }]);
    case "signal":
      return signal(state, command, at);
    case "provide-input":
      return provideInput(state, command, at);
    case "skip-node":
      return skipNode(state, command, at);
    case "retry-node":
      return retryNode(state, command, at);
  }
}

/** While the run is under way, what is wrong with a command about a node can be said better than by the run's state. */
function isAboutNode(state: RunState, command: UserCommand): boolean {
  return (state.run === "running" || state.run === "paused") &&
    ("node" in command || command.type === "signal");
}

function signal(state: RunState, command: CommandOf<"signal">, at: number): Decided {
  const events = waitingUnits(state)
    .filter(({ for: what }) => what.kind === "signal" && what.signal === command.signal)
    .sort((a, b) => (a.node - b.node) || (a.item - b.item))
    .map(({ node, item }): RunEvent => ({
      ...place(state, { node, item, at }),
      type: "node.completed",
      attempt: state.attempts[unitOf(state, node, item)]!,
      output: { value: { value: command.value } },
      durationMs: 0,
    }));
  return events.length > 0 ? ok(events) : refuse(state, `nothing waits for the signal "${command.signal}"`);
}

function provideInput(state: RunState, command: CommandOf<"provide-input">, at: number): Decided {
  const found = findUnit(state, command);
  if (!found.ok) return found;
  const { unit, node, item } = found.value;
  const waits = state.states[unit] === WAITING ? state.waits.get(unit) : undefined;
  if (waits?.kind === "failure") {
    // What the attempt took was told when it began to wait.
    const failure = withoutSpent(waits.failure);
    const where = { ...place(state, { node, item, at }), attempt: state.attempts[unit]!, failure };
    if (command.input.approved) return ok([{ ...where, type: "node.retrying", dueAt: at }]);
    return ok([{ ...where, type: "node.failed" }]);
  }
  if (waits?.kind !== "approval") {
    return refuse(
      state,
      `node "${command.node}" does not wait for input: it is ${stateNames[state.states[unit]!]}`,
    );
  }
  const fault = command.input.approved && waits.schema !== undefined
    ? validate(waits.schema, command.input.value)[0]
    : undefined;
  if (fault !== undefined) {
    return refuse(
      state,
      `the value for "${command.node}" does not fit what it asks for${
        fault.path === "" ? "" : `, at ${fault.path}`
      }: ${fault.message}`,
    );
  }
  return ok([{
    ...place(state, { node, item, at }),
    ...answered(command.input),
    type: "node.completed",
    attempt: state.attempts[unit]!,
    durationMs: 0,
  }]);
}

function answered(input: ProvidedInput) {
  const { approved, value, by, comment } = input;
  const answer = { value, by, ...(comment === undefined ? {} : { comment }) };
  const port = approved ? "approved" : "rejected";
  return { port, output: { value: { [port]: answer } } };
}

/** Skipping a fan-out whose items are at work skips those that have not begun; what runs goes on. */
function skipNode(state: RunState, command: CommandOf<"skip-node">, at: number): Decided {
  const found = findUnit(state, command);
  if (!found.ok) return found;
  const { unit, node, item } = found.value;
  const { reason } = command;
  const code = state.states[unit]!;
  if (code === FAILED) return skipFailed(state, { unit, node, item, reason, at });
  if (state.run === "failed") {
    return refuse(
      state,
      `node "${command.node}": the run failed at another one, ${fatalName(state)}`,
    );
  }
  if (code === OPEN) {
    const events = idleItems(state, node).map((idle): RunEvent => ({
      ...place(state, { node, item: itemOf(state, idle), at }),
      type: "node.skipped",
      reason,
    }));
    return events.length > 0
      ? ok(events)
      : refuse(state, `node "${command.node}": each of its items has begun`);
  }
  if (!isIdle(code)) {
    return refuse(state, `node "${command.node}": it is ${stateNames[code]}`);
  }
  return ok([{ ...place(state, { node, item, at }), type: "node.skipped", reason }]);
}

/** A failure that ended the run can be passed over; one that the run went on without needs nothing. */
function skipFailed(
  state: RunState,
  what: { unit: number; node: number; item: number; reason: string; at: number },
): Decided {
  const { unit, node, item, reason, at } = what;
  const id = state.plan.nodes[node]!.id;
  if (state.run !== "failed" || state.fatal !== node || item >= 0) {
    return refuse(state, `node "${id}": it failed, and the run goes by that`);
  }
  const failure = state.failures.get(unit);
  return ok([
    {
      ...place(state, { node, item, at }),
      type: "node.skipped",
      reason,
      ...(failure === undefined ? {} : { failure }),
    },
    { type: "run.resumed", at },
  ]);
}

function isIdle(code: number): boolean {
  return code === PENDING || code === QUEUED || code === RETRYING || code === WAITING;
}

function idleItems(state: RunState, node: number): number[] {
  const idle: number[] = [];
  const base = state.base[node]!;
  for (let unit = base; unit < base + state.size[node]!; unit++) {
    if (isIdle(state.states[unit]!)) idle.push(unit);
  }
  return idle;
}

function retryNode(state: RunState, command: CommandOf<"retry-node">, at: number): Decided {
  const node = state.plan.indexOf.get(command.node);
  if (node === undefined) return refuse(state, `the run has no node "${command.node}"`);
  const about = `node "${command.node}"`;
  if (!isFaulty(state, node)) {
    return refuse(state, `${about}: nothing of it has failed, it is ${stateNames[state.states[node]!]}`);
  }
  const dead = state.deadBy[node]!;
  if (dead >= 0 && state.states[node] !== FAILED) {
    return refuse(state, `${about}: it was skipped because of "${nameOf(state, dead)}", retry that one`);
  }
  if (state.run === "failed" && state.fatal >= 0 && state.fatal !== node) {
    return refuse(state, `${about}: the run failed at another one, ${fatalName(state)}`);
  }
  const nodes = nodesBehind(state, node);
  const hasEnded = state.run === "failed" || state.run === "completed";
  const busy = hasEnded ? undefined : nodes.find((index) => isAtWork(state, index));
  if (busy !== undefined) {
    return refuse(
      state,
      `${about}: "${nameOf(state, busy)}" goes on without it, retry when the run has ended`,
    );
  }
  const items = itemsLeft(state, nodes);
  const reset: RunEvent = {
    type: "nodes.reset",
    at,
    nodes: nodes.map((index) => nameOf(state, index)),
    ...(items.length === 0 ? {} : { items }),
  };
  return ok(hasEnded ? [reset, { type: "run.resumed", at }] : [reset]);
}

function isAtWork(state: RunState, node: number): boolean {
  return state.states[node] === RUNNING || state.states[node] === OPEN;
}

function findUnit(
  state: RunState,
  command: CommandOf<"skip-node" | "provide-input">,
): Result<{ readonly unit: number; readonly node: number; readonly item: number }, Refusal> {
  const node = state.plan.indexOf.get(command.node);
  if (node === undefined) return refuse(state, `the run has no node "${command.node}"`);
  const item = command.item ?? -1;
  const unit = unitOf(state, node, item);
  return unit < 0 ? refuse(state, `node "${command.node}" has no item ${item}`) : ok({ unit, node, item });
}

function place(state: RunState, unit: { readonly node: number; readonly item: number; readonly at: number }) {
  const { node, item, at } = unit;
  const id = nameOf(state, node);
  return item < 0 ? { at, node: id } : { at, node: id, item };
}

function nameOf(state: RunState, node: number): NodeId {
  return state.plan.nodes[node]!.id;
}

function fatalName(state: RunState): string {
  return state.fatal < 0 ? "none of its nodes" : `"${nameOf(state, state.fatal)}"`;
}

function refuse(state: RunState, reason: string): { readonly ok: false; readonly error: Refusal } {
  return err({ reason, legal: legalCommands(state) });
}
