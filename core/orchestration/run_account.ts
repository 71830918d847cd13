/**
 * What a run's log says, node by node: states, attempts, times, failures. It is fed the events in order, from the log or
 * live, and is what `runs show`, the plain progress lines, the closing words and the monitor are made of.
 *
 * Invariant: an item of a node is counted in exactly one of running, completed, failed, skipped and waiting, the last
 * thing its events said.
 *
 * @module
 */

import type { ArtifactId, NodeId } from "../ids.ts";
import type { NodeFailure } from "../policy/failure.ts";
import type { Spent } from "../policy/spent.ts";
import { goesElsewhere } from "../policy/recovery.ts";
import type { LoggedEvent, RunStateName } from "../ports/dag.ts";
import type { PartNote } from "../workflow/part_of.ts";
import type { ItemsLeft, ValueRef, WaitingFor } from "./event.ts";
import { isMockRun } from "./run_created.ts";
import type { Reused } from "./reuse.ts";
import { spentBy } from "./spent_by.ts";

export type ItemState = "running" | "retrying" | "waiting" | "completed" | "failed" | "skipped";

export interface ItemFailure {
  readonly item: number | undefined;
  readonly failure: NodeFailure;
}

/** Failures kept for each node; the rest are only counted. */
const FAILURES_KEPT = 5;

export interface NodeAccount {
  readonly node: NodeId;
  readonly scope: string | undefined;
  /** True for a fan-out; one that goes item by item with another has no `count` of its own. */
  isFan: boolean;
  /** How many items a fan-out said it has. */
  count: number | undefined;
  readonly items: Map<number, ItemState>;
  /** How a fan-out ended as a whole; its own event, after those of its items. */
  whole: ItemState | undefined;
  readonly counts: Record<ItemState, number>;
  attempts: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  instrument: string | undefined;
  /** Why this instrument. */
  reason: string | undefined;
  /** Failed attempts after which another instrument was asked. */
  fallbacks: number;
  /** Rounds of a loop that have ended. */
  rounds: number;
  tokensIn: number;
  tokensOut: number;
  costUsd: number;
  skipReason: string | undefined;
  skipFailure: NodeFailure | undefined;
  readonly failures: ItemFailure[];
  output: ValueRef | undefined;
  /** Where its result, or that of an item, was taken over. */
  reused: Reused | undefined;
  reusedItems: number;
  /** Why nothing was taken over when it was last done. */
  missed: string | undefined;
}

/** A node that waits for a person, a signal or a moment. */
export interface WaitingNode {
  readonly node: NodeId;
  readonly item?: number;
  readonly scope?: string;
  /** Unix milliseconds. */
  readonly since: number;
  readonly for: WaitingFor;
}

export class RunAccount {
  workflow = "";
  version = "";
  workspace = "";
  mayWrite = false;
  /** Texts of files are proposed instead of written. */
  proposes = false;
  /** Its values are made up. */
  isMock = false;
  /** Where only a part of its workflow is carried out: what was left out. */
  part: PartNote | undefined;
  /** Whose work it is, where that is known. */
  user: string | undefined;
  /** The resolved definition's artifact. */
  definition: ArtifactId | undefined;
  state: RunStateName = "pending";
  createdAt: number | undefined;
  endedAt: number | undefined;
  /** Sequence number of the last event taken in; -1 before the first. */
  lastSeq = -1;
  failure: (NodeFailure & { readonly node?: NodeId }) | undefined;
  outputs: ValueRef | undefined;
  inputs: Readonly<Record<string, unknown>> = {};
  degraded: readonly NodeId[] = [];
  reason = "";
  readonly nodes = new Map<string, NodeAccount>();
  readonly #waiting = new Map<string, WaitingNode>();

  /** Nodes that wait, in the order in which they began to. */
  get waiting(): readonly WaitingNode[] {
    return [...this.#waiting.values()];
  }

  /** Takes in the next event; gives the account of its node, if it is about one. An event seen before is ignored. */
  add(event: LoggedEvent): NodeAccount | undefined {
    if (event.seq <= this.lastSeq) return undefined;
    this.lastSeq = event.seq;
    if (!("node" in event) || event.type === "run.failed") {
      this.#addRunEvent(event);
      return undefined;
    }
    if (!event.type.startsWith("node.")) return undefined;
    const node = this.#nodeOf(event.scope, event.node);
    this.#addNodeEvent(event as NodeEvent, node);
    return node;
  }

  #addRunEvent(event: LoggedEvent): void {
    if (event.type === "nodes.reset") {
      for (const id of event.nodes) {
        this.#forget(event.scope, id, event.items?.find(({ node }) => node === id));
      }
      this.state = "running";
      return;
    }
    if (event.type === "run.moved") return this.#move(event);
    if (event.scope !== undefined) return;
    switch (event.type) {
      case "run.created":
        this.workflow = event.workflow;
        this.version = event.version;
        this.workspace = event.workspace;
        this.mayWrite = event.mayWrite;
        this.proposes = event.proposes === true;
        this.isMock = isMockRun(event);
        this.part = event.part;
        this.user = event.user;
        this.definition = event.definition;
        this.inputs = event.inputs;
        this.createdAt = event.at;
        return;
      case "run.started":
      case "run.resumed":
        this.state = "running";
        this.endedAt = undefined;
        return;
      case "run.paused":
        this.state = "paused";
        this.reason = event.reason;
        return;
      case "run.completed":
        this.state = "completed";
        this.outputs = event.outputs;
        this.degraded = event.degraded;
        this.endedAt = event.at;
        return;
      case "run.failed":
        this.state = "failed";
        this.failure = event.node === undefined ? event.failure : { ...event.failure, node: event.node };
        this.endedAt = event.at;
        return;
      case "run.cancelled":
        this.state = "cancelled";
        this.reason = event.reason;
        this.endedAt = event.at;
    }
  }

  #addNodeEvent(event: NodeEvent, node: NodeAccount): void {
    const waitKey = `${event.scope ?? ""}/${event.node}/${event.item ?? -1}`;
    if (event.type !== "node.waiting") this.#waiting.delete(waitKey);
    // A fan-out as a whole spends nothing but what its items did.
    if (!node.isFan || event.item !== undefined) spend(node, spentBy(event));
    switch (event.type) {
      case "node.expanded":
        node.isFan = true;
        node.count = event.count;
        node.startedAt ??= event.at;
        if (event.count === 0) node.endedAt = event.at;
        return;
      case "node.started":
        node.startedAt ??= event.at;
        // After a retry by a person the count goes on where it was.
        node.attempts = event.item === undefined && !node.isFan
          ? Math.max(node.attempts + 1, event.attempt)
          : node.attempts + 1;
        node.missed = event.memo?.why ?? node.missed;
        node.instrument = event.instrument ?? node.instrument;
        node.reason = event.reason ?? node.reason;
        return move(node, event, "running");
      case "node.completed":
        node.output = event.output;
        if (event.reused !== undefined) {
          node.reused = event.reused;
          node.reusedItems++;
        }
        return move(node, event, "completed");
      case "node.retrying":
        if (event.recovery !== undefined && goesElsewhere(event.recovery)) node.fallbacks++;
        return move(node, event, "retrying");
      case "node.failed":
        keepFailure(node, event.item, event.failure);
        return move(node, event, "failed");
      case "node.skipped":
        node.skipReason = event.reason;
        node.skipFailure = event.failure;
        if (event.failure !== undefined) keepFailure(node, event.item, event.failure);
        return move(node, event, "skipped");
      case "node.waiting":
        this.#waiting.set(waitKey, {
          node: event.node,
          ...event.item === undefined ? {} : { item: event.item },
          ...event.scope === undefined ? {} : { scope: event.scope },
          since: event.at,
          for: event.for,
        });
        return move(node, event, "waiting");
      case "node.iterated":
        node.rounds = event.iteration;
        return;
    }
  }

  #move(event: Extract<LoggedEvent, { readonly type: "run.moved" }>): void {
    this.version = event.version;
    // It goes by the whole of another version from here on.
    this.part = undefined;
    this.inputs = event.inputs;
    this.failure = undefined;
    this.endedAt = undefined;
    if (this.state !== "paused") this.state = "running";
    for (const id of event.reset) {
      this.#forget(undefined, id);
      for (const node of [...this.nodes.values()]) {
        const isBelow = node.scope === id || /^[[#/]/.test(node.scope?.slice(id.length) ?? "") &&
            node.scope?.startsWith(id) === true;
        if (isBelow) this.nodes.delete(`${node.scope}/${node.node}`);
      }
    }
  }

  #nodeOf(scope: string | undefined, id: NodeId): NodeAccount {
    const key = `${scope ?? ""}/${id}`;
    const known = this.nodes.get(key);
    if (known !== undefined) return known;
    const fresh = newNode(scope, id);
    this.nodes.set(key, fresh);
    return fresh;
  }

  #forget(scope: string | undefined, id: NodeId, left?: ItemsLeft): void {
    const key = `${scope ?? ""}/${id}`;
    const before = this.nodes.get(key);
    if (before !== undefined) this.nodes.set(key, begunAgain(before, left));
    for (const [at, waiting] of this.#waiting) {
      if (waiting.node === id && waiting.scope === scope) this.#waiting.delete(at);
    }
  }
}

/** The state that a node is in as a whole. */
export function nodeState(node: NodeAccount): ItemState | "pending" {
  const { counts } = node;
  if (node.whole !== undefined) return node.whole;
  if (isSettled(node)) {
    if (counts.failed > 0) return "failed";
    return counts.skipped > 0 && counts.completed === 0 ? "skipped" : "completed";
  }
  if (counts.running > 0) return "running";
  if (counts.retrying > 0) return "retrying";
  if (counts.waiting > 0) return "waiting";
  return node.startedAt === undefined ? "pending" : "running";
}

/** True once every item has ended. */
export function isSettled(node: NodeAccount): boolean {
  const ended = node.counts.completed + node.counts.failed + node.counts.skipped;
  if (node.whole !== undefined) return true;
  if (node.isFan) return node.count !== undefined && ended >= node.count;
  return ended > 0 && ended === node.items.size;
}

type NodeEvent = Extract<LoggedEvent, { readonly type: `node.${string}` }>;

function newNode(scope: string | undefined, node: NodeId): NodeAccount {
  return {
    node,
    scope,
    isFan: false,
    count: undefined,
    items: new Map(),
    whole: undefined,
    counts: { running: 0, retrying: 0, waiting: 0, completed: 0, failed: 0, skipped: 0 },
    attempts: 0,
    startedAt: undefined,
    endedAt: undefined,
    instrument: undefined,
    reason: undefined,
    fallbacks: 0,
    rounds: 0,
    tokensIn: 0,
    tokensOut: 0,
    costUsd: 0,
    skipReason: undefined,
    skipFailure: undefined,
    failures: [],
    output: undefined,
    reused: undefined,
    reusedItems: 0,
    missed: undefined,
  };
}

/** The node as a reset leaves it: what it has spent, and what attempts it took, is not undone. */
function begunAgain(before: NodeAccount, left: ItemsLeft | undefined): NodeAccount {
  const { attempts, fallbacks, tokensIn, tokensOut, costUsd } = before;
  const node: NodeAccount = {
    ...newNode(before.scope, before.node),
    attempts,
    fallbacks,
    tokensIn,
    tokensOut,
    costUsd,
  };
  if (left === undefined) return node;
  const { count, completed, skipped, again } = left;
  Object.assign(node.counts, { completed, skipped });
  const begun = again === undefined ? undefined : new Set(again);
  for (const [item, state] of before.items) if (begun?.has(item) === false) node.items.set(item, state);
  // Where all of them run again, something that it waits for does, too.
  return Object.assign(node, { isFan: true, count, startedAt: begun && before.startedAt });
}

function move(node: NodeAccount, event: NodeEvent, to: ItemState): void {
  const hasEnded = to === "completed" || to === "failed" || to === "skipped";
  if (event.item !== undefined) node.isFan = true;
  if (node.isFan && event.item === undefined) {
    node.whole = hasEnded ? to : undefined;
    node.endedAt = event.at;
    return;
  }
  const item = event.item ?? -1;
  const before = node.items.get(item);
  if (before !== undefined) node.counts[before]--;
  node.items.set(item, to);
  node.counts[to]++;
  node.endedAt = hasEnded ? event.at : undefined;
}

function spend(node: NodeAccount, spent: Spent | undefined): void {
  node.costUsd += spent?.costUsd ?? 0;
  node.tokensIn += spent?.tokensIn ?? 0;
  node.tokensOut += spent?.tokensOut ?? 0;
}

function keepFailure(node: NodeAccount, item: number | undefined, failure: NodeFailure): void {
  // A fan-out fails for what its items failed of; that has been said.
  if (node.isFan && item === undefined && node.failures.length > 0) return;
  if (node.failures.length < FAILURES_KEPT) node.failures.push({ item, failure });
}
