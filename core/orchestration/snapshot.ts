/**
 * The state as bytes and back, equal to replaying the log. Kept: what the units are and what few of them have. Counters
 * and queues are counted anew, and what the log does not know (E2) is left out: a retry that was woken is retrying
 * again, with its moment in the past, and work that was interrupted is running without an executor.
 *
 * Layout, little-endian: version (1 byte), length of the JSON part (4), number of units (4), the JSON part, then
 * UNIT_BYTES a unit.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Plan } from "../workflow/plan.ts";
import type { ValueRef, WaitingFor } from "./event.ts";
import { createState } from "./evolve.ts";
import { recount } from "./recount.ts";
import { addUnits, FAULTY, type Iteration, ORPHANED, type RunState, WOKEN } from "./state.ts";
import { RETRYING, RUNNING } from "./unit_state.ts";

const VERSION = 1;
const HEADER_BYTES = 9;
/** State, spent, flags, attempts (2), port (2), node (4). */
const UNIT_BYTES = 11;

/** The JSON part. */
interface Kept {
  readonly run: RunState["run"];
  readonly reason: string;
  readonly failure: NodeFailure | null;
  readonly fatal: number;
  readonly base: readonly number[];
  readonly size: readonly number[];
  readonly openedAt: readonly number[];
  readonly itemLists: readonly (ValueRef | null)[];
  readonly outputs: readonly (ValueRef | null)[];
  readonly failures: readonly (readonly [number, NodeFailure])[];
  readonly notes: readonly (readonly [number, string])[];
  readonly waits: readonly (readonly [number, WaitingFor])[];
  readonly dueAt: readonly (readonly [number, number])[];
  readonly iterations: readonly (readonly [number, Iteration])[];
  readonly otherPorts: readonly (readonly [number, string])[];
}

/** Units, or members of a list, between two pauses: about a millisecond. */
const SLICE = 8192;

/** A state as it was at a moment: the run goes on, this does not change. */
export interface FrozenState {
  readonly count: number;
  readonly states: Uint8Array;
  readonly spent: Uint8Array;
  readonly flags: Uint8Array;
  readonly attempts: Uint16Array;
  readonly portOf: Uint16Array;
  readonly nodeOf: Int32Array;
  readonly base: Int32Array;
  readonly size: Int32Array;
  readonly outputs: readonly (ValueRef | undefined)[];
  readonly head: Pick<Kept, "run" | "reason" | "failure" | "fatal">;
  readonly rest: Omit<Kept, "run" | "reason" | "failure" | "fatal" | "base" | "size" | "outputs">;
}

/** Copies what a snapshot is made of; costs a few copies of arrays, not their text. */
export function freezeState(state: RunState): FrozenState {
  const count = state.unitCount;
  return {
    count,
    states: state.states.slice(0, count),
    spent: state.spent.slice(0, count),
    flags: state.flags.slice(0, count),
    attempts: state.attempts.slice(0, count),
    portOf: state.portOf.slice(0, count),
    nodeOf: state.nodeOf.slice(0, count),
    base: state.base.slice(),
    size: state.size.slice(),
    outputs: state.outputs.slice(),
    head: { run: state.run, reason: state.reason, failure: state.failure ?? null, fatal: state.fatal },
    rest: {
      openedAt: [...state.openedAt],
      itemLists: state.itemLists.map((list) => list ?? null),
      failures: sorted(state.failures),
      notes: sorted(state.notes),
      waits: sorted(state.waits),
      dueAt: sorted(state.dueAt),
      iterations: sorted(state.iterations),
      otherPorts: sorted(state.otherPorts),
    },
  };
}

/** The state's bytes. Equal states have equal bytes. */
export function takeSnapshot(state: RunState): Uint8Array {
  return atOnce(snapshotOf(freezeState(state)));
}

/** The result of work in slices, without a pause. */
export function atOnce<T>(work: Generator<void, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** The bytes of a frozen state, with a pause after each slice of the work. */
export function* snapshotOf(frozen: FrozenState): Generator<void, Uint8Array> {
  const { count } = frozen;
  const { openedAt, itemLists, ...others } = frozen.rest;
  const texts = [JSON.stringify(frozen.head).slice(0, -1), ',"base":'];
  yield* listText(frozen.base, texts);
  texts.push(',"size":');
  yield* listText(frozen.size, texts);
  texts.push(`,"openedAt":${JSON.stringify(openedAt)},"itemLists":${JSON.stringify(itemLists)},"outputs":`);
  yield* listText(frozen.outputs, texts);
  texts.push(`,${JSON.stringify(others).slice(1)}`);
  yield;
  const json = new TextEncoder().encode(texts.join(""));
  const bytes = new Uint8Array(HEADER_BYTES + json.length + count * UNIT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(1, json.length, true);
  view.setUint32(5, count, true);
  bytes.set(json, HEADER_BYTES);
  let at = HEADER_BYTES + json.length;
  for (let unit = 0; unit < count; unit++, at += UNIT_BYTES) {
    if (unit % SLICE === 0) yield;
    view.setUint8(at, loggedState(frozen, unit));
    view.setUint8(at + 1, frozen.spent[unit]!);
    view.setUint8(at + 2, frozen.flags[unit]! & FAULTY);
    view.setUint16(at + 3, frozen.attempts[unit]!, true);
    view.setUint16(at + 5, frozen.portOf[unit]!, true);
    view.setInt32(at + 7, frozen.nodeOf[unit]!, true);
  }
  return bytes;
}

/** A list's JSON, piece by piece. */
function* listText(list: ArrayLike<unknown>, into: string[]): Generator<void, void> {
  into.push("[");
  for (let from = 0; from < list.length; from += SLICE) {
    const piece = Array.from(
      { length: Math.min(SLICE, list.length - from) },
      (_, i) => list[from + i] ?? null,
    );
    into.push(`${from === 0 ? "" : ","}${JSON.stringify(piece).slice(1, -1)}`);
    yield;
  }
  into.push("]");
}

/** The state of a unit as the log has it. */
function loggedState({ flags, states }: FrozenState, unit: number): number {
  const flag = flags[unit]!;
  if ((flag & WOKEN) !== 0) return RETRYING;
  if ((flag & ORPHANED) !== 0) return RUNNING;
  return states[unit]!;
}

function sorted<T>(map: ReadonlyMap<number, T>): (readonly [number, T])[] {
  return [...map].sort(([a], [b]) => a - b);
}

/**
 * The state again; `rank` as for `createState`. @throws SymphonyError `corrupt` where the bytes are of another version
 * or of another plan, or are cut off.
 */
export function restoreSnapshot(plan: Plan, bytes: Uint8Array, rank?: Float64Array): RunState {
  const { kept, count, unitsAt } = parse(plan, bytes);
  const state = createState(plan, rank);
  state.run = kept.run;
  state.reason = kept.reason;
  state.failure = kept.failure ?? undefined;
  state.fatal = kept.fatal;
  state.base.set(kept.base);
  state.size.set(kept.size);
  state.openedAt.set(kept.openedAt);
  kept.itemLists.forEach((list, fan) => state.itemLists[fan] = list ?? undefined);
  addUnits(state, count - state.unitCount);
  kept.outputs.forEach((output, unit) => state.outputs[unit] = output ?? undefined);
  refill(state.failures, kept.failures);
  refill(state.notes, kept.notes);
  refill(state.waits, kept.waits);
  refill(state.dueAt, kept.dueAt);
  refill(state.iterations, kept.iterations);
  refill(state.otherPorts, kept.otherPorts);
  readUnits(state, bytes, unitsAt);
  if (state.run !== "pending") recount(state);
  return state;
}

function readUnits(state: RunState, bytes: Uint8Array, unitsAt: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = unitsAt;
  for (let unit = 0; unit < state.unitCount; unit++, at += UNIT_BYTES) {
    state.states[unit] = view.getUint8(at);
    state.spent[unit] = view.getUint8(at + 1);
    state.flags[unit] = view.getUint8(at + 2);
    state.attempts[unit] = view.getUint16(at + 3, true);
    state.portOf[unit] = view.getUint16(at + 5, true);
    state.nodeOf[unit] = view.getInt32(at + 7, true);
  }
}

function refill<T>(map: Map<number, T>, entries: readonly (readonly [number, T])[]): void {
  for (const [unit, value] of entries) map.set(unit, value);
}

function parse(plan: Plan, bytes: Uint8Array): { kept: Kept; count: number; unitsAt: number } {
  if (bytes.length < HEADER_BYTES) throw unreadable(`it has ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== VERSION) throw unreadable(`version ${version}, expected ${VERSION}`);
  const unitsAt = HEADER_BYTES + view.getUint32(1, true);
  const count = view.getUint32(5, true);
  const expected = unitsAt + count * UNIT_BYTES;
  if (bytes.length !== expected) throw unreadable(`it has ${bytes.length} bytes, expected ${expected}`);
  const kept = parseKept(bytes.subarray(HEADER_BYTES, unitsAt));
  const n = plan.nodes.length;
  if (kept.base.length !== n || count < n) {
    throw unreadable(`it is of ${kept.base.length} nodes, the plan has ${n}`);
  }
  return { kept, count, unitsAt };
}

function parseKept(json: Uint8Array): Kept {
  try {
    return JSON.parse(new TextDecoder().decode(json)) as Kept;
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read snapshot: its JSON part is damaged", { cause });
  }
}

function unreadable(found: string): SymphonyError {
  return new SymphonyError("corrupt", `Cannot read snapshot: ${found}`);
}
