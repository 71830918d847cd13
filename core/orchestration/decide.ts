/**
 * What a command leads to: events, or a refusal with its reason and what would be legal. Pure: the state is only read.
 *
 * Reports of a driver are taken while the run is running. While it is paused nothing begins, but what was begun may
 * still end. After the run's end they are refused: they are late, and change nothing.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import { err, ok } from "../result.ts";
import type { Result } from "../result.ts";
import { goesElsewhere } from "../policy/recovery.ts";
import type { Command, Refusal, Report } from "./command.ts";
import { decideUser } from "./decide_user.ts";
import type { Draft } from "./draft.ts";
import type { RunEvent } from "./event.ts";
import { legalCommands } from "./legal.ts";
import { degradedNodes } from "./reading.ts";
import { retryDelay } from "./retry.ts";
import { type RunState, unitOf } from "./state.ts";
import { QUEUED, RUNNING, stateNames, WAITING } from "./unit_state.ts";

export { consequences } from "./consequences.ts";

/** Time in Unix milliseconds and chance in [0, 1). */
export interface DecideContext {
  readonly now: number;
  readonly random: () => number;
}

export type Decided = Result<readonly RunEvent[], Refusal>;

/** The events that follow directly from `command`. */
export function decide(state: RunState, command: Command, context: DecideContext): Decided {
  switch (command.type) {
    case "start":
    case "pause":
    case "resume":
    case "cancel":
    case "retry-node":
    case "skip-node":
    case "provide-input":
    case "signal":
      return decideUser(state, command, context.now);
    case "finish":
    case "abort":
      return decideEnd(state, command, context.now);
    default:
      return decideUnit(state, command, context);
  }
}

type EndReport = Extract<Report, { readonly type: "finish" | "abort" }>;
type UnitReport = Exclude<Report, EndReport>;

function decideEnd(state: RunState, report: EndReport, at: number): Decided {
  const isActive = state.run === "running" || (state.run === "paused" && report.type === "abort");
  if (!isActive) return refuse(state, `the run is ${state.run}`);
  if (report.type === "abort") return ok([{ type: "run.failed", at, failure: report.failure }]);
  if (state.unsettled > 0) return refuse(state, `${state.unsettled} nodes have not settled`);
  return ok([{ type: "run.completed", at, outputs: report.outputs, degraded: degradedNodes(state) }]);
}

function decideUnit(state: RunState, report: UnitReport, context: DecideContext): Decided {
  const planned = state.plan.nodes[report.node];
  const unit = planned === undefined ? -1 : unitOf(state, report.node, report.item);
  if (planned === undefined || unit < 0) {
    return refuse(state, `there is no unit ${report.node}:${report.item}`);
  }
  const code = state.states[unit]!;
  const isActive = state.run === "running" || (state.run === "paused" && !isBeginning(report.type));
  if (!isActive) return refuse(state, `the run is ${state.run}`);
  if (!takes(report.type, code)) {
    return refuse(state, `node "${planned.id}" is ${stateNames[code]}: ${report.type} does not fit`);
  }
  if (report.type === "expand" && (planned.fan.kind !== "over" || report.item >= 0)) {
    return refuse(state, `node "${planned.id}" has no list to run over`);
  }
  if (report.type === "wake" && state.waits.get(unit)?.kind !== "time") {
    return refuse(state, `node "${planned.id}" does not wait for time`);
  }
  return ok([eventOf(state, report, { unit, context })]);
}

function isBeginning(type: UnitReport["type"]): boolean {
  return type === "begin" || type === "expand";
}

/** Which reports a unit takes in which state. */
function takes(type: UnitReport["type"], code: number): boolean {
  switch (type) {
    case "expand":
    case "begin":
      return code === QUEUED;
    case "skip":
    case "wait":
      return code === RUNNING || code === QUEUED;
    // A retry that is due is woken by `wakeDue`: no event says so.
    case "wake":
      return code === WAITING;
    case "complete":
    case "fail":
    case "iterate":
      return code === RUNNING;
    default:
      return type satisfies never;
  }
}

function eventOf(
  state: RunState,
  report: UnitReport,
  at: { readonly unit: number; readonly context: DecideContext },
): RunEvent {
  const { now } = at.context;
  const { id, definition } = state.plan.nodes[report.node]!;
  const attempt = state.attempts[at.unit]!;
  if (report.type === "begin") return startedEvent(report, id, { at: now, attempt: attempt + 1 });
  if (report.type === "complete") return completedEvent(report, id, { at: now, attempt });
  const where = report.item < 0 ? { at: now, node: id } : { at: now, node: id, item: report.item };
  switch (report.type) {
    case "expand":
      return { ...where, type: "node.expanded", count: report.count, items: report.items };
    case "fail": {
      const { failure, recovery } = report;
      const chosen = recovery === undefined ? {} : { recovery };
      if (recovery?.action === "ask") {
        const question = `${failure.message}\nTry again?`;
        return { ...where, type: "node.waiting", for: { kind: "failure", question, failure } };
      }
      const elsewhere = recovery !== undefined && goesElsewhere(recovery);
      const spent = state.spent[at.unit]!;
      const delay = recovery?.action === "give-up"
        ? undefined
        : retryDelay(definition.retry, failure, spent, at.context.random, elsewhere);
      if (delay === undefined) return { ...where, type: "node.failed", attempt, failure, ...chosen };
      return { ...where, type: "node.retrying", attempt, failure, dueAt: now + delay, ...chosen };
    }
    case "skip": {
      const { reason, failure } = report;
      if (failure === undefined) return { ...where, type: "node.skipped", reason };
      // What is essential cannot be left out because it failed.
      if (definition.importance === "essential") return { ...where, type: "node.failed", attempt, failure };
      return { ...where, type: "node.skipped", reason, failure };
    }
    case "wait":
      return { ...where, type: "node.waiting", for: report.for };
    case "iterate":
      return { ...where, type: "node.iterated", iteration: report.iteration, output: report.output };
    case "wake": {
      const value = new Date(now).toISOString();
      return { ...where, type: "node.completed", attempt, output: { value: { value } }, durationMs: 0 };
    }
  }
}

type ReportOf<T extends UnitReport["type"]> = Extract<UnitReport, { readonly type: T }>;
type EventOf<T extends RunEvent["type"]> = Draft<Extract<RunEvent, { readonly type: T }>>;

function startedEvent(
  { item, instrument, reason, memo }: ReportOf<"begin">,
  node: NodeId,
  { at, attempt }: { readonly at: number; readonly attempt: number },
): RunEvent {
  const event: EventOf<"node.started"> = { type: "node.started", at, node, attempt };
  if (item >= 0) event.item = item;
  if (instrument !== undefined) event.instrument = instrument;
  if (reason !== undefined) event.reason = reason;
  if (memo !== undefined) event.memo = memo;
  return event;
}

function completedEvent(
  { item, output, durationMs, port, usage, instrument, reused }: ReportOf<"complete">,
  node: NodeId,
  { at, attempt }: { readonly at: number; readonly attempt: number },
): RunEvent {
  const event: EventOf<"node.completed"> = { type: "node.completed", at, node, attempt, output, durationMs };
  if (item >= 0) event.item = item;
  if (port !== undefined) event.port = port;
  if (usage !== undefined) event.usage = usage;
  if (instrument !== undefined) event.instrument = instrument;
  if (reused !== undefined) event.reused = reused;
  return event;
}

function refuse(state: RunState, reason: string): Decided {
  return err({ reason, legal: legalCommands(state) });
}
