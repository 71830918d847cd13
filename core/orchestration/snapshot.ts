/**
 * The state as bytes and back, equal to replaying the log. Kept: what the units are and what few of them have. Counters
 * and queues are counted anew. Layout: version, length of the JSON part, the JSON part, then the arrays by unit.
 *
 * @module
 */

import { SymphonyError } from "../errors.ts";
import type { Plan } from "../workflow/plan.ts";
import { createState } from "./evolve.ts";
import { recount } from "./recount.ts";
import { addUnits, FAULTY, type RunState } from "./state.ts";

const VERSION = 1;
/** Bytes a unit takes in the arrays: state, spent, flags, attempts (2), port (2), node (4). */
const UNIT_BYTES = 11;

/** The state's bytes. */
export function takeSnapshot(state: RunState): Uint8Array {
  const rest = {
    run: state.run,
    reason: state.reason,
    failure: state.failure,
    fatal: state.fatal,
    base: [...state.base],
    size: [...state.size],
    openedAt: [...state.openedAt],
    itemLists: state.itemLists.map((list) => list ?? null),
    outputs: state.outputs.slice(0, state.unitCount).map((output) => output ?? null),
    failures: [...state.failures],
    notes: [...state.notes],
    waits: [...state.waits],
    dueAt: [...state.dueAt],
    iterations: [...state.iterations],
    otherPorts: [...state.otherPorts],
  };
  const json = new TextEncoder().encode(JSON.stringify(rest));
  const count = state.unitCount;
  const bytes = new Uint8Array(9 + json.length + count * UNIT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, VERSION);
  view.setUint32(1, json.length, true);
  view.setUint32(5, count, true);
  bytes.set(json, 9);
  let at = 9 + json.length;
  for (let unit = 0; unit < count; unit++, at += UNIT_BYTES) {
    view.setUint8(at, state.states[unit]!);
    view.setUint8(at + 1, state.spent[unit]!);
    view.setUint8(at + 2, state.flags[unit]! & FAULTY);
    view.setUint16(at + 3, state.attempts[unit]!, true);
    view.setUint16(at + 5, state.portOf[unit]!, true);
    view.setInt32(at + 7, state.nodeOf[unit]!, true);
  }
  return bytes;
}

/** The state again. @throws SymphonyError `corrupt` where the bytes are of another version or plan */
export function restoreSnapshot(plan: Plan, bytes: Uint8Array, rank?: Float64Array): RunState {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint8(0);
  if (version !== VERSION) {
    throw new SymphonyError("corrupt", `Cannot read snapshot: version ${version}, expected ${VERSION}`);
  }
  const jsonLength = view.getUint32(1, true);
  const count = view.getUint32(5, true);
  const state = createState(plan, rank);
  const kept = JSON.parse(new TextDecoder().decode(bytes.subarray(9, 9 + jsonLength)));
  if (kept.base.length !== plan.nodes.length) {
    throw new SymphonyError(
      "corrupt",
      `Cannot read snapshot: of ${kept.base.length} nodes, the plan has ${plan.nodes.length}`,
    );
  }
  state.run = kept.run;
  state.reason = kept.reason;
  state.failure = kept.failure;
  state.fatal = kept.fatal;
  state.base.set(kept.base);
  state.size.set(kept.size);
  state.openedAt.set(kept.openedAt);
  kept.itemLists.forEach((list: RunState["itemLists"][number] | null, i: number) =>
    state.itemLists[i] = list ?? undefined
  );
  addUnits(state, count - state.unitCount);
  kept.outputs.forEach((output: RunState["outputs"][number] | null, i: number) =>
    state.outputs[i] = output ?? undefined
  );
  for (const name of ["failures", "notes", "waits", "dueAt", "iterations", "otherPorts"] as const) {
    const into = state[name] as Map<number, unknown>;
    for (const [unit, value] of kept[name] as [number, unknown][]) into.set(unit, value);
  }
  let at = 9 + jsonLength;
  for (let unit = 0; unit < count; unit++, at += UNIT_BYTES) {
    state.states[unit] = view.getUint8(at);
    state.spent[unit] = view.getUint8(at + 1);
    state.flags[unit] = view.getUint8(at + 2);
    state.attempts[unit] = view.getUint16(at + 3, true);
    state.portOf[unit] = view.getUint16(at + 5, true);
    state.nodeOf[unit] = view.getInt32(at + 7, true);
  }
  if (state.run !== "pending") recount(state);
  return state;
}
