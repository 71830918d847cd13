/**
 * Reading a run's state: what a driver, a progress display or a person may want to know.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { RunStateName } from "../ports/dag.ts";
import type { ValueRef, WaitingFor } from "./event.ts";
import { itemOf, type RunState, unitOf } from "./state.ts";
import type { UnitRef } from "./ready.ts";
import {
  COMPLETED,
  FAILED,
  type NodeStateName,
  QUEUED,
  RETRYING,
  RUNNING,
  SKIPPED,
  stateNames,
  STATES,
  WAITING,
} from "./unit_state.ts";

/** The run's state; `waiting-for-input` where nothing but people or signals can move it. */
export function runStateName(state: RunState): RunStateName {
  return isIdleWaiting(state) ? "waiting-for-input" : state.run;
}

/** The state of a node as a whole. A fan-out is running while its items are. */
export function nodeStateName(state: RunState, node: number): NodeStateName {
  return stateNames[state.states[node]!] as NodeStateName;
}

/** The state of one execution; undefined where there is no such item. */
export function unitStateName(state: RunState, node: number, item: number): NodeStateName | undefined {
  const unit = unitOf(state, node, item);
  return unit < 0 ? undefined : stateNames[state.states[unit]!];
}

/** The result of one execution; undefined where it has none. */
export function outputOf(state: RunState, node: number, item: number): ValueRef | undefined {
  const unit = unitOf(state, node, item);
  return unit < 0 || state.states[unit] !== COMPLETED ? undefined : state.outputs[unit];
}

/** How many attempts were begun. */
export function attemptsOf(state: RunState, node: number, item: number): number {
  const unit = unitOf(state, node, item);
  return unit < 0 ? 0 : state.attempts[unit]!;
}

/** How many of its failed attempts were tried again. */
export function spentOf(state: RunState, node: number, item: number): number {
  const unit = unitOf(state, node, item);
  return unit < 0 ? 0 : state.spent[unit]!;
}

/** Items of a fan-out; -1 while it is not expanded. */
export function itemCount(state: RunState, node: number): number {
  return state.size[node]!;
}

/** What a fan-out runs over; undefined while it is not expanded. */
export function itemList(state: RunState, node: number): ValueRef | undefined {
  const fan = state.tables.fanOf[node]!;
  return fan < 0 ? undefined : state.itemLists[fan];
}

export interface ItemTally {
  /** 1 for a node that does not fan out or is not expanded. */
  readonly total: number;
  /** Completed, failed or skipped. */
  readonly done: number;
  readonly running: number;
  readonly failed: number;
}

/** How far a node has come. */
export function itemTally(state: RunState, node: number): ItemTally {
  const size = state.size[node]!;
  if (size < 0) {
    const code = state.states[node]!;
    const isDone = code === COMPLETED || code === FAILED || code === SKIPPED;
    return {
      total: 1,
      done: isDone ? 1 : 0,
      running: code === RUNNING ? 1 : 0,
      failed: code === FAILED ? 1 : 0,
    };
  }
  const at = state.tables.fanOf[node]! * STATES;
  const count = (code: number) => state.fanTally[at + code]!;
  return {
    total: size,
    done: count(COMPLETED) + count(FAILED) + count(SKIPPED),
    running: count(RUNNING),
    failed: count(FAILED),
  };
}

/** True where the node, or one of its items, could begin. */
export function hasQueued(state: RunState, node: number): boolean {
  if (state.size[node]! < 0) return state.states[node] === QUEUED;
  return state.fanTally[state.tables.fanOf[node]! * STATES + QUEUED]! > 0;
}

/** True where every node has settled and the run can be finished. */
export function isSettled(state: RunState): boolean {
  return state.run === "running" && state.unsettled === 0;
}

/** True where only a person or a signal can move the run. */
export function isIdleWaiting(state: RunState): boolean {
  if (state.run !== "running" || state.tally[WAITING] === 0) return false;
  if (state.tally[QUEUED]! + state.tally[RUNNING]! + state.tally[RETRYING]! > 0) return false;
  if (state.todo.length > state.todoHead) return false;
  for (const { for: what } of waitingUnits(state)) if (what.kind === "time") return false;
  return true;
}

/** What waits, and for what. */
export function waitingUnits(state: RunState): (UnitRef & { readonly for: WaitingFor })[] {
  const waiting: (UnitRef & { readonly for: WaitingFor })[] = [];
  for (const [unit, what] of state.waits) {
    if (state.states[unit] !== WAITING) continue;
    waiting.push({ node: state.nodeOf[unit]!, item: itemOf(state, unit), for: what });
  }
  return waiting;
}

/** Recommended nodes that the run goes on without, wholly or for some items. */
export function degradedNodes(state: RunState): NodeId[] {
  const degraded: NodeId[] = [];
  for (const { index, id, definition } of state.plan.nodes) {
    if (definition.importance !== "recommended") continue;
    const hasFailed = state.failures.has(index) || itemTally(state, index).failed > 0 ||
      hasFailedItem(state, index);
    if (hasFailed) degraded.push(id);
  }
  return degraded;
}

function hasFailedItem(state: RunState, node: number): boolean {
  const base = state.base[node]!;
  if (base < 0 || state.failures.size === 0) return false;
  for (const unit of state.failures.keys()) {
    if (state.nodeOf[unit] === node && state.states[unit] === SKIPPED) return true;
  }
  return false;
}
