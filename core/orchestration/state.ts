/**
 * Where a run stands, as typed arrays.
 *
 * A *unit* is one thing that can be in a state: units 0 … n-1 are the nodes as wholes; the items of a fan-out get
 * units behind them when it is expanded, in one block a node (`base[node] + item`). A node that does not fan out is one
 * unit. The members of a *space* are the node whose `each` opened it and all that repeat item by item with it.
 *
 * The state has one owner, which changes it in place by `evolve`. It is not copied: a run of 10,000 nodes makes 20,000
 * events, and a copy at each would cost more than everything else together. What was is in the log.
 *
 * Invariants (`E…`, named in the tests):
 * - E1 Only `move` changes a unit's state, and only along `isLegalStep`.
 * - E2 State is a function of the log alone. What is not in the log (units handed out, retries that were woken, work
 *   that a crash interrupted) is kept as flags and in the queues, and a snapshot leaves it out.
 * - E3 For a pending unit, `missing` is the number of its edges whose source has not settled, and is exact.
 * - E4 A unit is queued only when all its edges have settled and none of them dooms it.
 * - E5 Every queued unit is in exactly one of: the ready heap, its node's parked heap, the driver's hands (TAKEN).
 * - E6 A node's failure that is essential does not settle the node; it ends the run. So the successors of such a node
 *   stay pending and a retry finds them as they were.
 * - E7 No event costs more than the degree of its node, besides what it settles once (a space, a reset, a resumption).
 *
 * @module
 */

import type { RunStateName } from "../ports/dag.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Plan } from "../workflow/plan.ts";
import type { ValueRef, WaitingFor } from "./event.ts";
import { KeyHeap } from "./key_heap.ts";
import { isLegalStep, QUEUED, RUNNING, STATES } from "./unit_state.ts";
import { WakeHeap } from "./wake_heap.ts";

/** Places in `edgeKinds`. */
export const NEEDS = 0;
export const ORDER = 2;
export const ANY = 3;

/** A live `any` edge has arrived. */
export const ANY_LIVE = 1;
/** Handed out by `nextReady` and not yet begun or put back. */
export const TAKEN = 2;
/** Queued although the log says retrying: its time has come. */
export const WOKEN = 4;
/** Queued although the log says running: whoever ran it is gone. */
export const ORPHANED = 8;
/** Skipped because of a failure. */
export const FAULTY = 16;
/** In the ready heap or parked. */
export const IN_HEAP = 32;
const TRANSIENT = TAKEN | WOKEN | ORPHANED;

/** What follows from the plan alone. */
export interface PlanTables {
  /** Place of each node in the order of rank; the least goes first. */
  readonly order: Float64Array;
  readonly spaceOf: Int32Array;
  /** Edges into a node from its own space, and all others. */
  readonly inside: Uint32Array;
  readonly outside: Uint32Array;
  readonly hasAny: Uint8Array;
  readonly isEssential: Uint8Array;
  /** Most items at once; 0 for no limit. */
  readonly caps: Uint32Array;
  /** Place among the fan-out nodes; -1 for the others. */
  readonly fanOf: Int32Array;
  readonly fanNodes: readonly number[];
  /** For the opener of a space: the nodes that repeat with it. */
  readonly members: readonly (readonly number[])[];
}

/** A loop's latest round. */
export interface Iteration {
  readonly iteration: number;
  readonly output: ValueRef;
}

/** The state of one run, or of one scope in it. Read it through reading.ts; change it through `evolve`. */
export class RunState {
  readonly plan: Plan;
  readonly tables: PlanTables;
  run: Exclude<RunStateName, "waiting-for-input"> = "pending";
  /** Why it paused or was cancelled. */
  reason = "";
  /** Why it failed. */
  failure: NodeFailure | undefined;
  /** The essential node that failed; -1 for none. */
  fatal = -1;
  /** Nodes that have not settled. */
  unsettled: number;

  // By unit.
  unitCount: number;
  states: Uint8Array;
  attempts: Uint16Array;
  /** Failed attempts that were paid from the retry budget. */
  spent: Uint8Array;
  flags: Uint8Array;
  missing: Uint32Array;
  /** The first node, by index, whose dead `needs` edge dooms this unit; -1 for none. */
  deadBy: Int32Array;
  /** The port a unit completed with, as in `plan.ports`; 0 for none, OTHER_PORT for one that no edge names. */
  portOf: Uint16Array;
  nodeOf: Int32Array;
  readonly outputs: (ValueRef | undefined)[] = [];

  // By node, for fan-outs; -1 until expanded.
  readonly base: Int32Array;
  readonly size: Int32Array;
  /** Units running or taken; kept for items only. */
  readonly busy: Int32Array;

  // By fan.
  readonly fanTally: Uint32Array;
  readonly openedAt: Float64Array;
  readonly itemLists: (ValueRef | undefined)[];
  readonly parked: (KeyHeap | undefined)[];

  /** Units in each state. */
  readonly tally: Uint32Array = new Uint32Array(STATES);

  // What few units have.
  readonly failures = new Map<number, NodeFailure>();
  readonly notes = new Map<number, string>();
  readonly waits = new Map<number, WaitingFor>();
  readonly dueAt = new Map<number, number>();
  readonly iterations = new Map<number, Iteration>();
  readonly otherPorts = new Map<number, string>();

  // Queues.
  readonly ready = new KeyHeap();
  readonly wakes = new WakeHeap();
  /** Units that something follows from; read by `consequences`. */
  readonly todo: number[] = [];
  todoHead = 0;
  /** The node of the last event: the next one is often about the same. */
  lastNode = 0;
  portNumbers: Map<string, number> | undefined;

  constructor(plan: Plan, tables: PlanTables) {
    const n = plan.nodes.length;
    const fans = tables.fanNodes.length;
    this.plan = plan;
    this.tables = tables;
    this.unsettled = n;
    this.unitCount = n;
    this.states = new Uint8Array(n);
    this.attempts = new Uint16Array(n);
    this.spent = new Uint8Array(n);
    this.flags = new Uint8Array(n);
    this.missing = new Uint32Array(n);
    this.deadBy = new Int32Array(n).fill(-1);
    this.portOf = new Uint16Array(n);
    this.nodeOf = Int32Array.from({ length: n }, (_, i) => i);
    this.base = new Int32Array(n).fill(-1);
    this.size = new Int32Array(n).fill(-1);
    this.busy = new Int32Array(n);
    this.fanTally = new Uint32Array(fans * STATES);
    this.openedAt = new Float64Array(fans);
    this.itemLists = new Array(fans).fill(undefined);
    this.parked = new Array(fans).fill(undefined);
    this.outputs = new Array(n).fill(undefined);
    this.tally[0] = n;
  }
}

/** For a completed unit whose port no edge names. */
export const OTHER_PORT = 0xffff;

/** Puts `unit` into state `next`. @throws Error where the step is not legal (a bug: E1). */
export function move(state: RunState, unit: number, next: number): void {
  const from = state.states[unit]!;
  if (!isLegalStep(from, next)) {
    const id = state.plan.nodes[state.nodeOf[unit]!]?.id;
    throw new Error(`Assertion failed: unit ${unit} of node "${id}" goes from state ${from} to ${next}`);
  }
  state.states[unit] = next;
  state.tally[from]!--;
  state.tally[next]!++;
  const flags = state.flags[unit]!;
  if ((flags & TRANSIENT) !== 0) state.flags[unit] = flags & ~TRANSIENT;
  const node = state.nodeOf[unit]!;
  if (unit !== node) moveItem(state, node, { from, next, wasTaken: (flags & TAKEN) !== 0 });
}

function moveItem(
  state: RunState,
  node: number,
  step: { readonly from: number; readonly next: number; readonly wasTaken: boolean },
): void {
  const fan = state.tables.fanOf[node]!;
  state.fanTally[fan * STATES + step.from]!--;
  state.fanTally[fan * STATES + step.next]!++;
  const before = step.from === RUNNING || step.wasTaken ? 1 : 0;
  const after = step.next === RUNNING ? 1 : 0;
  state.busy[node]! += after - before;
  // One that leaves the queue or stops running may make room for one that was parked.
  if (step.from === RUNNING || step.from === QUEUED) unpark(state, fan);
}

/** Brings the first parked unit of a fan-out that is still queued back to the ready heap; others make no room for the next. */
export function unpark(state: RunState, fan: number): void {
  const parked = state.parked[fan];
  while (parked !== undefined && parked.size > 0) {
    const key = parked.pop();
    const unit = key >>> 0;
    if (state.states[unit] === QUEUED) return state.ready.push(key);
    state.flags[unit]! &= ~IN_HEAP;
  }
}

/** The unit of a node (item -1) or of an item; -1 where there is no such item. */
export function unitOf(state: RunState, node: number, item: number): number {
  if (item < 0) return node;
  return item < state.size[node]! ? state.base[node]! + item : -1;
}

/** The item of a unit; -1 for a node as a whole. */
export function itemOf(state: RunState, unit: number): number {
  const node = state.nodeOf[unit]!;
  return unit === node ? -1 : unit - state.base[node]!;
}

/** Makes room for `extra` more units and gives the first. */
export function addUnits(state: RunState, extra: number): number {
  const first = state.unitCount;
  const count = first + extra;
  state.unitCount = count;
  if (count <= state.states.length) return first;
  const room = Math.max(count, Math.floor(first * 1.5));
  state.states = widened(state.states, new Uint8Array(room));
  state.attempts = widened(state.attempts, new Uint16Array(room));
  state.spent = widened(state.spent, new Uint8Array(room));
  state.flags = widened(state.flags, new Uint8Array(room));
  state.missing = widened(state.missing, new Uint32Array(room));
  state.deadBy = widened(state.deadBy, new Int32Array(room));
  state.portOf = widened(state.portOf, new Uint16Array(room));
  state.nodeOf = widened(state.nodeOf, new Int32Array(room));
  return first;
}

function widened<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
