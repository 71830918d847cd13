/**
 * Figures of this server's runs, counted as their events come: how long calls took, by node type and by instrument, and
 * what was used.
 *
 * @module
 */

import type { RunId } from "../../../core/ids.ts";
import { type Spent, spentOf } from "../../../core/policy/spent.ts";
import type { RunAccount } from "../../../core/orchestration/run_account.ts";
import type { LiveEvent } from "../../../core/orchestration/run_handle.ts";
import { spentBy } from "../../../core/orchestration/spent_by.ts";
import type { LoggedEvent, RunStateName } from "../../../core/ports/dag.ts";
import type { NodeDefinition, WorkflowDefinition } from "../../../core/workflow/definition.ts";
import type { CounterName, GaugeName } from "../../api/metrics.ts";
import type { RunFacts, RunObserver } from "../runs/run_book.ts";
import { CallSums, type EndedCall } from "./call_sums.ts";

/** One name's figures since the server began, and since the last sample. */
export interface Measured {
  readonly total: CallSums;
  recent: CallSums;
}

/** From when until when calls of a node were held for a person's leave; open where nobody has answered yet. */
interface Held {
  readonly node: string;
  readonly from: number;
  to: number;
}

interface Watched {
  readonly facts: RunFacts;
  /** When each unit under way began, and on which instrument. */
  readonly began: Map<string, { readonly at: number; readonly instrument: string | undefined }>;
  readonly counts: Record<"running" | "retrying" | "waiting", Set<string>>;
  readonly held: Map<string, Held>;
  /** What is made up says nothing of how long calls take. */
  isMock: boolean;
}

export const counterNames: readonly CounterName[] = [
  "runs.started",
  "runs.completed",
  "runs.failed",
  "runs.cancelled",
  "nodes.completed",
  "nodes.failed",
  "nodes.retried",
  "fallbacks",
  "tokens.in",
  "tokens.out",
  "cost.usd",
  "events.sent",
  "events.coalesced",
];

/** A question for leave, as far as figures go. */
export interface AskedLeave {
  readonly id: string;
  readonly run?: string;
  readonly node?: string;
  readonly askedAt: number;
}

type Ended = Extract<
  LoggedEvent,
  { readonly type: "node.completed" | "node.failed" | "node.retrying" | "node.waiting" }
>;

interface Unit {
  readonly scope?: string;
  readonly node: string;
  readonly item?: number;
}

/** True where a series of this name is of a counter. */
export function isCounter(name: string): boolean {
  return (counterNames as readonly string[]).includes(name);
}

export class Figures implements RunObserver {
  readonly nodeTypes = new Map<string, Measured>();
  readonly instruments = new Map<string, Measured>();
  readonly counters = Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<
    CounterName,
    number
  >;
  readonly #runs = new Map<RunId, Watched>();

  started(run: RunId, facts: RunFacts): void {
    if (!facts.isResumed) this.counters["runs.started"]++;
    const counts = { running: new Set<string>(), retrying: new Set<string>(), waiting: new Set<string>() };
    this.#runs.set(run, { facts, began: new Map(), counts, held: new Map(), isMock: false });
  }

  heard(run: RunId, live: LiveEvent, account: RunAccount): void {
    const watched = this.#runs.get(run);
    if (!live.durable || watched === undefined) return;
    watched.isMock = account.isMock;
    this.#count(watched, live.event);
  }

  stopped(run: RunId, _state: RunStateName): void {
    this.#runs.delete(run);
  }

  /** A person is asked for leave; calls of the node are held meanwhile. `at` is Unix milliseconds. */
  asked({ id, run, node, askedAt }: AskedLeave): void {
    if (run === undefined || node === undefined) return;
    this.#runs.get(run as RunId)?.held.set(id, { node, from: askedAt, to: Infinity });
  }

  /** The person answered, or will not any more. */
  answered({ id, run }: AskedLeave, at: number): void {
    const held = this.#runs.get(run as RunId)?.held.get(id);
    if (held !== undefined) held.to = at;
  }

  /** How many runs and nodes are under way. */
  gauges(): Pick<
    Record<GaugeName, number>,
    "runs.active" | "nodes.running" | "nodes.retrying" | "nodes.waiting"
  > {
    const sums = { running: 0, retrying: 0, waiting: 0 };
    for (const { counts } of this.#runs.values()) {
      sums.running += counts.running.size;
      sums.retrying += counts.retrying.size;
      sums.waiting += counts.waiting.size;
    }
    return {
      "runs.active": this.#runs.size,
      "nodes.running": sums.running,
      "nodes.retrying": sums.retrying,
      "nodes.waiting": sums.waiting,
    };
  }

  #count(watched: Watched, event: LoggedEvent): void {
    const { counters } = this;
    this.#spend(spentBy(event));
    switch (event.type) {
      case "run.completed":
        if (event.scope === undefined) counters["runs.completed"]++;
        return;
      case "run.failed":
        if (event.scope === undefined) counters["runs.failed"]++;
        return;
      case "run.cancelled":
        if (event.scope === undefined) counters["runs.cancelled"]++;
        return;
      case "node.started":
        move(watched, event, "running");
        watched.began.set(unitOf(event), { at: event.at, instrument: event.instrument });
        return;
      case "node.waiting":
        move(watched, event, "waiting");
        // The attempt is over; how long the person thinks about it is not its time.
        if (event.for.kind === "failure") this.#measure(watched, event);
        return;
      case "node.retrying":
        move(watched, event, "retrying");
        counters["nodes.retried"]++;
        if (event.recovery?.action === "fall-back" || event.recovery?.action === "escalate") {
          counters.fallbacks++;
        }
        return this.#measure(watched, event);
      case "node.completed":
        if (isUnderWay(watched, event)) counters["nodes.completed"]++;
        move(watched, event, undefined);
        return this.#measure(watched, event);
      case "node.failed":
        if (isUnderWay(watched, event)) counters["nodes.failed"]++;
        move(watched, event, undefined);
        return this.#measure(watched, event);
      case "node.skipped":
        return move(watched, event, undefined);
    }
  }

  #spend({ tokensIn = 0, tokensOut = 0, costUsd = 0 }: Spent = {}): void {
    this.counters["tokens.in"] += tokensIn;
    this.counters["tokens.out"] += tokensOut;
    this.counters["cost.usd"] += costUsd;
  }

  #measure({ facts, began, held, isMock }: Watched, event: Ended): void {
    const unit = unitOf(event);
    const beginning = began.get(unit);
    began.delete(unit);
    // The whole of a fan-out ends after its items; it was never begun.
    if (beginning === undefined || isMock) return;
    const call = endedCall(event, beginning.at, held);
    add(this.nodeTypes, useOf(facts.definition, event.scope, event.node), call);
    const instrument = event.type === "node.completed" ? event.instrument : undefined;
    const name = instrument ?? beginning.instrument;
    if (name !== undefined) add(this.instruments, name, call);
  }
}

function endedCall(event: Ended, beganAt: number, held: ReadonlyMap<string, Held>): EndedCall {
  if (event.type === "node.completed" && event.reused !== undefined) return {};
  const waitedMs = heldMs(held, event.node, beganAt, event.at);
  const whole = event.type === "node.completed" ? event.durationMs : event.at - beganAt;
  const ms = Math.max(0, whole - waitedMs);
  if (event.type === "node.completed") return { ...event.usage, ms, waitedMs };
  return { ...spentOf(spentBy(event)), ms, waitedMs, hasFailed: true };
}

/** How much of the time calls of the node were held; questions that overlap count once. */
function heldMs(held: ReadonlyMap<string, Held>, node: string, from: number, to: number): number {
  let sum = 0;
  let seenTo = from;
  const own = [...held.values()].filter((one) => one.node === node).sort((a, b) => a.from - b.from);
  for (const one of own) {
    const end = Math.min(one.to, to);
    sum += Math.max(0, end - Math.max(one.from, seenTo));
    seenTo = Math.max(seenTo, end);
  }
  return sum;
}

/** What a node runs: its type or task, or the control kind. `scope` leads to the bodies of loops and sub-workflows. */
export function useOf(
  definition: WorkflowDefinition | undefined,
  scope: string | undefined,
  node: string,
): string {
  let graph = definition;
  for (const step of scope === undefined ? [] : scope.split("/")) {
    const inner = nodeIn(graph, step.replace(/[[#].*$/, ""));
    graph = inner?.kind === "loop" || inner?.kind === "workflow" ? inner.body : undefined;
  }
  const found = nodeIn(graph, node);
  if (found === undefined) return "unknown";
  return found.kind === "call" ? found.use : `control/${found.kind}`;
}

function nodeIn(definition: WorkflowDefinition | undefined, name: string): NodeDefinition | undefined {
  return (definition?.nodes as ReadonlyMap<string, NodeDefinition> | undefined)?.get(name);
}

function add(into: Map<string, Measured>, name: string, call: EndedCall): void {
  let measured = into.get(name);
  if (measured === undefined) into.set(name, measured = { total: new CallSums(), recent: new CallSums() });
  measured.total.add(call);
  measured.recent.add(call);
}

/** False for the whole of a fan-out, whose items were counted. */
function isUnderWay({ counts }: Watched, event: Unit): boolean {
  const unit = unitOf(event);
  return Object.values(counts).some((units) => units.has(unit));
}

function move(
  { counts }: Watched,
  event: Unit,
  to: "running" | "retrying" | "waiting" | undefined,
): void {
  const unit = unitOf(event);
  for (const units of Object.values(counts)) units.delete(unit);
  if (to !== undefined) counts[to].add(unit);
}

function unitOf(
  { scope, node, item }: { readonly scope?: string; readonly node: string; readonly item?: number },
) {
  return `${scope ?? ""}/${node}/${item ?? ""}`;
}
