/**
 * What a command leads to: events, or a refusal with its reason and what would be legal. Pure: the state is only read.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import type { Command, ProvidedInput, Refusal, Report, UserCommand } from "./command.ts";
import type { RunEvent } from "./event.ts";
import { legalCommands } from "./legal.ts";
import { degradedNodes, waitingUnits } from "./reading.ts";
import { resetBy } from "./reset.ts";
import { retryDelay } from "./retry.ts";
import { itemOf, type RunState, unitOf } from "./state.ts";
import { FAILED, PENDING, QUEUED, RETRYING, RUNNING, stateNames, WAITING } from "./unit_state.ts";

export { consequences } from "./consequences.ts";

/** Time in Unix milliseconds and chance in [0, 1). */
export interface DecideContext {
  readonly now: number;
  readonly random: () => number;
}

type Decided = Result<readonly RunEvent[], Refusal>;

/** The events that follow directly from `command`. */
export function decide(state: RunState, command: Command, context: DecideContext): Decided {
  switch (command.type) {
    case "start":
    case "pause":
    case "resume":
    case "cancel":
      return decideRun(state, command, context.now);
    case "retry-node":
    case "skip-node":
    case "provide-input":
      return decideNode(state, command, context.now);
    case "signal":
      return signal(state, command, context.now);
    default:
      return decideReport(state, command, context);
  }
}

function refuse(state: RunState, reason: string): Decided {
  return err({ reason, legal: legalCommands(state) });
}

function decideRun(
  state: RunState,
  command: Extract<UserCommand, { readonly type: "start" | "pause" | "resume" | "cancel" }>,
  at: number,
): Decided {
  if (!legalCommands(state).includes(command.type)) {
    return refuse(state, `cannot ${command.type}: the run is ${state.run}`);
  }
  switch (command.type) {
    case "start":
      return ok([{ type: "run.started", at }]);
    case "pause":
      return ok([{ type: "run.paused", at, reason: command.reason }]);
    case "resume":
      return ok([{ type: "run.resumed", at }]);
    case "cancel":
      return ok([{ type: "run.cancelled", at, reason: command.reason }]);
  }
}

function decideNode(
  state: RunState,
  command: Extract<UserCommand, { readonly type: "retry-node" | "skip-node" | "provide-input" }>,
  at: number,
): Decided {
  const node = state.plan.indexOf.get(command.node);
  if (node === undefined) return refuse(state, `the run has no node "${command.node}"`);
  if (command.type === "retry-node") return retryNode(state, node, at);
  const item = command.item ?? -1;
  const unit = unitOf(state, node, item);
  if (unit < 0) return refuse(state, `node "${command.node}" has no item ${item}`);
  const where = { at, node: command.node, ...(item < 0 ? {} : { item }) };
  if (state.run === "completed" || state.run === "cancelled" || state.run === "pending") {
    return refuse(state, `cannot ${command.type}: the run is ${state.run}`);
  }
  if (command.type === "provide-input") {
    if (state.states[unit] !== WAITING || state.waits.get(unit)?.kind !== "approval") {
      return refuse(
        state,
        `node "${command.node}" does not wait for input: it is ${stateNames[state.states[unit]!]}`,
      );
    }
    return ok([{
      ...where,
      ...answered(command.input),
      type: "node.completed",
      attempt: state.attempts[unit]!,
      durationMs: 0,
    }]);
  }
  const code = state.states[unit]!;
  const isSkippable = code === PENDING || code === QUEUED || code === RETRYING || code === WAITING ||
    code === FAILED;
  if (!isSkippable || (unit === node && state.base[node]! >= 0)) {
    return refuse(state, `cannot skip node "${command.node}": it is ${stateNames[code]}`);
  }
  const skipped: RunEvent = { ...where, type: "node.skipped", reason: command.reason };
  return ok(state.run === "failed" ? [skipped, { type: "run.resumed", at }] : [skipped]);
}

function answered(input: ProvidedInput) {
  const { approved, value, by, comment } = input;
  const answer = { value, by, ...(comment === undefined ? {} : { comment }) };
  const port = approved ? "approved" : "rejected";
  return { port, output: { value: { [port]: answer } } };
}

function retryNode(state: RunState, node: number, at: number): Decided {
  const id = state.plan.nodes[node]?.id as NodeId;
  const nodes = resetBy(state, node);
  if (nodes.length === 0) {
    return refuse(
      state,
      `cannot retry node "${id}": nothing of it has failed, it is ${stateNames[state.states[node]!]}`,
    );
  }
  if (!legalCommands(state).includes("retry-node")) {
    return refuse(state, `cannot retry node "${id}": the run is ${state.run}`);
  }
  const reset: RunEvent = {
    type: "nodes.reset",
    at,
    nodes: nodes.map((index) => state.plan.nodes[index]?.id as NodeId),
  };
  const hasEnded = state.run === "failed" || state.run === "completed";
  return ok(hasEnded ? [reset, { type: "run.resumed", at }] : [reset]);
}

function signal(
  state: RunState,
  command: Extract<UserCommand, { readonly type: "signal" }>,
  at: number,
): Decided {
  if (state.run !== "running" && state.run !== "paused") {
    return refuse(state, `cannot signal: the run is ${state.run}`);
  }
  const events: RunEvent[] = [];
  for (const { node, item, for: what } of waitingUnits(state)) {
    if (what.kind !== "signal" || what.signal !== command.signal) continue;
    events.push({
      type: "node.completed",
      at,
      node: state.plan.nodes[node]?.id as NodeId,
      ...(item < 0 ? {} : { item }),
      attempt: state.attempts[unitOf(state, node, item)]!,
      output: { value: { value: command.value } },
      durationMs: 0,
    });
  }
  return events.length > 0 ? ok(events) : refuse(state, `nothing waits for the signal "${command.signal}"`);
}

function decideReport(state: RunState, report: Report, context: DecideContext): Decided {
  if (state.run !== "running") return refuse(state, `the run is ${state.run}`);
  const at = context.now;
  if (report.type === "finish") {
    if (state.unsettled > 0) return refuse(state, `${state.unsettled} nodes have not settled`);
    return ok([{ type: "run.completed", at, outputs: report.outputs, degraded: degradedNodes(state) }]);
  }
  if (report.type === "abort") return ok([{ type: "run.failed", at, failure: report.failure }]);
  const unit = unitOf(state, report.node, report.item);
  const planned = state.plan.nodes[report.node];
  if (unit < 0 || planned === undefined) {
    return refuse(state, `there is no unit ${report.node}:${report.item}`);
  }
  const code = state.states[unit]!;
  if (!takes(report.type, code)) {
    return refuse(state, `node "${planned.id}" is ${stateNames[code]}: ${report.type} comes too late`);
  }
  const where = report.item < 0 ? { at, node: planned.id } : { at, node: planned.id, item: report.item };
  const attempt = state.attempts[unit]!;
  switch (report.type) {
    case "expand":
      return ok([{ ...where, type: "node.expanded", count: report.count, items: report.items }]);
    case "begin":
      return ok([{
        ...where,
        type: "node.started",
        attempt: attempt + 1,
        ...(report.instrument === undefined ? {} : { instrument: report.instrument }),
        ...(report.reason === undefined ? {} : { reason: report.reason }),
      }]);
    case "complete":
      return ok([{
        ...where,
        type: "node.completed",
        attempt,
        output: report.output,
        durationMs: report.durationMs,
        ...(report.port === undefined ? {} : { port: report.port }),
        ...(report.usage === undefined ? {} : { usage: report.usage }),
      }]);
    case "fail": {
      const delay = retryDelay(planned.definition.retry, report.failure, state.spent[unit]!, context.random);
      return ok([
        delay === undefined
          ? { ...where, type: "node.failed", attempt, failure: report.failure }
          : { ...where, type: "node.retrying", attempt, failure: report.failure, dueAt: at + delay },
      ]);
    }
    case "skip": {
      const failure = report.failure === undefined ? {} : { failure: report.failure };
      return ok([{ ...where, type: "node.skipped", reason: report.reason, ...failure }]);
    }
    case "wait":
      return ok([{ ...where, type: "node.waiting", for: report.for }]);
    case "iterate":
      return ok([{ ...where, type: "node.iterated", iteration: report.iteration, output: report.output }]);
    case "wake": {
      if (state.waits.get(unit)?.kind !== "time") {
        return refuse(state, `node "${planned.id}" does not wait for time`);
      }
      const now = new Date(at).toISOString();
      return ok([{
        ...where,
        type: "node.completed",
        attempt,
        output: { value: { value: now } },
        durationMs: 0,
      }]);
    }
    default:
      report satisfies never;
      return refuse(state, `unit ${itemOf(state, unit)} takes no such report`);
  }
}

/** Which reports a unit takes in which state. */
function takes(type: Report["type"], code: number): boolean {
  switch (type) {
    case "expand":
    case "begin":
    case "skip":
      return code === QUEUED;
    case "wake":
      return code === WAITING;
    case "wait":
      return code === RUNNING || code === QUEUED;
    default:
      return code === RUNNING;
  }
}
