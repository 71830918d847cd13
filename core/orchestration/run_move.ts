/**
 * Moving a run to another version of its workflow: what holds in both is taken along, the rest is as if it had never run.
 * The event `run.moved` says what was reset; everything here follows from it and the state before, so that a replay makes
 * the same again.
 *
 * Taken along are the states of the nodes that are in both versions and not reset, with their items, outputs and
 * failures, and the bodies of those that are under way. What was queued, retrying or running without a body is pending
 * again: a run is moved while nobody carries it out.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { Json } from "../json.ts";
import type { Plan } from "../workflow/plan.ts";
import type { RunEvent } from "./event.ts";
import { createState } from "./evolve.ts";
import { recount } from "./recount.ts";
import { RunScopes } from "./run_scopes.ts";
import { parseScopePath } from "./run_scope.ts";
import type { RunValues } from "./run_values.ts";
import { takeSnapshot } from "./snapshot.ts";
import { addUnits, FAULTY, OTHER_PORT, type RunState } from "./state.ts";
import { COMPLETED, FAILED, OPEN, PENDING, RUNNING, SKIPPED, WAITING } from "./unit_state.ts";

type MovedEvent = Extract<RunEvent, { readonly type: "run.moved" }>;

/** The scopes after the move. */
export function movedScopes(
  before: RunScopes,
  plan: Plan,
  event: MovedEvent,
  context: { readonly values: RunValues; readonly rank: (plan: Plan) => Float64Array },
): RunScopes {
  const kept = keptNodes(before.root.plan, plan, new Set(event.reset));
  const state = movedState(before.root.state, plan, kept, context.rank(plan));
  const snapshot = takeSnapshot(state);
  const scopes = new RunScopes(plan, event.inputs, { ...context, snapshot });
  scopes.root.importNotes(movedNotes(before.root.exportNotes(), kept));
  for (const scope of before.all()) {
    if (scope.path === "") continue;
    const node = before.root.plan.indexOf.get(outermost(scope.path));
    if (node === undefined || kept[node]! < 0) continue;
    const body = scopes.openAt(scope.path, scope.inputs, takeSnapshot(scope.state));
    body.importNotes(scope.exportNotes());
  }
  return scopes;
}

/** For each node of the old plan its number in the new one; -1 where it is not taken along. */
function keptNodes(before: Plan, now: Plan, reset: ReadonlySet<NodeId>): Int32Array {
  const kept = new Int32Array(before.nodes.length).fill(-1);
  for (const { index, id } of before.nodes) {
    const next = now.indexOf.get(id);
    if (next !== undefined && !reset.has(id)) kept[index] = next;
  }
  return kept;
}

function outermost(path: string): NodeId {
  let parts = parseScopePath(path);
  while (parts !== undefined && parts.parent !== "") parts = parseScopePath(parts.parent);
  return (parts?.node ?? "") as NodeId;
}

function movedState(before: RunState, plan: Plan, kept: Int32Array, rank: Float64Array): RunState {
  const state = createState(plan, rank);
  state.run = before.run === "paused" ? "paused" : "running";
  state.reason = before.reason;
  for (let node = 0; node < kept.length; node++) openItems(before, state, node, kept[node]!);
  for (let node = 0; node < kept.length; node++) {
    const next = kept[node]!;
    if (next < 0) continue;
    copyUnit(before, state, node, next);
    if (before.base[node]! < 0 || state.base[next]! < 0) continue;
    for (let item = 0; item < before.size[node]!; item++) {
      copyUnit(before, state, before.base[node]! + item, state.base[next]! + item);
    }
  }
  recount(state);
  return state;
}

/** Gives a kept fan-out its items again, and whatever repeats with it. */
function openItems(before: RunState, state: RunState, node: number, next: number): void {
  if (next < 0 || before.tables.spaceOf[node] !== node || before.base[node]! < 0) return;
  if (state.tables.spaceOf[next] !== next) return;
  const count = before.size[node]!;
  state.itemLists[state.tables.fanOf[next]!] = before.itemLists[before.tables.fanOf[node]!];
  state.openedAt[state.tables.fanOf[next]!] = before.openedAt[before.tables.fanOf[node]!]!;
  for (const member of [next, ...state.tables.members[next]!]) {
    const first = addUnits(state, count);
    state.base[member] = first;
    state.size[member] = count;
    state.states.fill(PENDING, first, first + count);
    state.nodeOf.fill(member, first, first + count);
    for (let i = 0; i < count; i++) state.outputs.push(undefined);
  }
}

function copyUnit(before: RunState, state: RunState, from: number, to: number): void {
  state.attempts[to] = before.attempts[from]!;
  const code = before.states[from]!;
  const hasBody = before.plan.nodes[before.nodeOf[from]!]!.body !== undefined;
  const isTaken = code === COMPLETED || code === SKIPPED || code === OPEN || code === WAITING ||
    (code === RUNNING && hasBody) ||
    (code === FAILED && before.tables.isEssential[before.nodeOf[from]!] === 0);
  if (!isTaken) return;
  state.states[to] = code;
  state.spent[to] = before.spent[from]!;
  state.flags[to] = before.flags[from]! & FAULTY;
  state.outputs[to] = before.outputs[from];
  copyPort(before, state, from, to);
  copyEntry(before.failures, state.failures, from, to);
  copyEntry(before.notes, state.notes, from, to);
  copyEntry(before.waits, state.waits, from, to);
  copyEntry(before.dueAt, state.dueAt, from, to);
  copyEntry(before.iterations, state.iterations, from, to);
}

function copyPort(before: RunState, state: RunState, from: number, to: number): void {
  const number = before.portOf[from]!;
  if (number === 0) return;
  const name = number === OTHER_PORT ? before.otherPorts.get(from) ?? "" : before.plan.ports[number] ?? "";
  const next = state.plan.ports.indexOf(name);
  state.portOf[to] = next > 0 ? next : OTHER_PORT;
  if (next <= 0) state.otherPorts.set(to, name);
}

function copyEntry<T>(from: ReadonlyMap<number, T>, into: Map<number, T>, unit: number, to: number): void {
  const value = from.get(unit);
  if (value !== undefined) into.set(to, value);
}

/** What a scope notes beside the engine, by the new numbers of its nodes. */
function movedNotes(notes: Json, kept: Int32Array): Json {
  const { items, loops, spentUsd, attempts } = notes as {
    readonly items: readonly [number, Json][];
    readonly loops: readonly [string, Json][];
    readonly spentUsd: number;
    readonly attempts?: Json;
  };
  return {
    items: items.filter(([node]) => kept[node]! >= 0).map(([node, ref]) => [kept[node]!, ref]),
    loops: loops.flatMap(([key, progress]): Json[] => {
      const [node, item] = key.split(":");
      const next = kept[Number(node)] ?? -1;
      return next < 0 ? [] : [[`${next}:${item}`, progress]];
    }),
    degraded: [],
    spentUsd,
    ...(attempts === undefined ? {} : { attempts }),
  };
}
