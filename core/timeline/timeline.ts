/**
 * When what was at work, from a run's events in their order: one span an attempt, a wait or a pause between. Pure; live
 * and after the fact alike. Times are Unix milliseconds, as in the log.
 *
 * A span without `end` is under way. What was running when a process died has no event of its end: its span ends with the
 * last thing the log knew before, and is called interrupted.
 *
 * @module
 */

import type { NodeId, NodeTypeId } from "../ids.ts";
import type { RunEvent } from "../orchestration/event.ts";
import type { Spent } from "../policy/spent.ts";
import { spentBy } from "../orchestration/spent_by.ts";
import type { Reused } from "../orchestration/reuse.ts";

export type SpanState =
  | "running"
  | "waiting"
  | "retrying"
  | "completed"
  | "failed"
  | "skipped"
  | "interrupted";

/** One stretch of one node or item. */
export interface Span {
  readonly scope: string;
  readonly node: NodeId;
  /** -1 for a node that does not fan out. */
  readonly item: number;
  readonly attempt: number;
  readonly start: number;
  end: number | undefined;
  state: SpanState;
  readonly instrument?: NodeTypeId;
  /** What the attempt took, as far as it is known. */
  tokensIn?: number;
  tokensOut?: number;
  costUsd?: number;
  reused?: Reused;
  /** What went wrong, or why it was skipped. */
  note?: string;
}

/** A node as a whole. */
export interface NodeTime {
  readonly scope: string;
  readonly node: NodeId;
  /** First begin. */
  start: number;
  /** Last end; undefined while something of it is under way. */
  end: number | undefined;
  /** Milliseconds at work, all attempts and items added. */
  workMs: number;
  /** Items that ended; 0 for a node that does not fan out. */
  items: number;
  spans: number;
  isReused: boolean;
}

function spend(span: Span, { tokensIn, tokensOut, costUsd }: Spent = {}): void {
  if (tokensIn !== undefined) span.tokensIn = tokensIn;
  if (tokensOut !== undefined) span.tokensOut = tokensOut;
  if (costUsd !== undefined) span.costUsd = costUsd;
}

type NodeEvent = Extract<RunEvent, { readonly type: `node.${string}` }>;

/** Takes the events in, one after the other. */
export class Timeline {
  readonly spans: Span[] = [];
  /** By scope and node. */
  readonly nodes = new Map<string, NodeTime>();
  readonly #open = new Map<string, Span>();
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** The last thing that the log knew. */
  lastAt = 0;

  /** Takes in the next event. */
  add(event: RunEvent): void {
    if (event.type.startsWith("node.")) this.#addNode(event as NodeEvent);
    else this.#addRun(event);
    this.lastAt = event.at;
  }

  /** How many are at work. */
  get running(): number {
    return this.#open.size;
  }

  #addRun(event: RunEvent): void {
    const isRoot = event.scope === undefined;
    switch (event.type) {
      case "run.created":
        if (isRoot) this.startedAt ??= event.at;
        return;
      case "run.resumed":
        if (isRoot) this.endedAt = undefined;
        return;
      case "run.paused":
        return this.#interrupt(event.at);
      case "run.completed":
      case "run.failed":
      case "run.cancelled":
        if (!isRoot) return;
        this.endedAt = event.at;
        return this.#interrupt(event.at);
      case "nodes.reset":
        for (const node of event.nodes) this.nodes.delete(`${event.scope ?? ""}/${node}`);
        return;
      case "run.moved":
        this.#interrupt(this.lastAt);
        for (const node of event.reset) this.nodes.delete(`/${node}`);
    }
  }

  /** Waits go on while nobody carries the run out; work does not. */
  #interrupt(at: number): void {
    for (const [unit, span] of this.#open) {
      if (span.state === "waiting") continue;
      this.#close(unit, span, at, "interrupted");
    }
  }

  #addNode(event: NodeEvent): void {
    const unit = `${event.scope ?? ""}/${event.node}[${event.item ?? -1}]`;
    const open = this.#open.get(unit);
    switch (event.type) {
      case "node.started":
        if (open !== undefined) this.#close(unit, open, this.lastAt, "interrupted");
        this.#begin(unit, event, event.attempt, "running");
        return;
      case "node.waiting": {
        if (open !== undefined) {
          spend(open, spentBy(event));
          this.#close(unit, open, event.at, event.for.kind === "failure" ? "retrying" : "completed");
        }
        const span = this.#begin(unit, event, open?.attempt ?? 1, "waiting");
        span.note = "question" in event.for ? event.for.question.split("\n")[0] as string : event.for.kind;
        return;
      }
      case "node.completed":
        return this.#complete(unit, event, open);
      case "node.retrying":
      case "node.failed":
        if (open === undefined) return;
        open.note = `${event.failure.class}: ${event.failure.message}`;
        spend(open, spentBy(event));
        return this.#close(unit, open, event.at, event.type === "node.failed" ? "failed" : "retrying");
      case "node.skipped":
        if (open !== undefined) this.#close(unit, open, event.at, "skipped");
        return;
      case "node.expanded":
        this.#nodeOf(event, event.at);
        return;
      case "node.iterated":
        return;
    }
  }

  #complete(
    unit: string,
    event: Extract<NodeEvent, { type: "node.completed" }>,
    open: Span | undefined,
  ): void {
    const node = this.#nodeOf(event, event.at);
    if (open === undefined) {
      // A fan-out as a whole: its items have said when they worked.
      if (event.item === undefined) node.end = event.at;
      return;
    }
    spend(open, spentBy(event));
    if (event.reused !== undefined) open.reused = event.reused;
    if (event.reused !== undefined) node.isReused = true;
    this.#close(unit, open, event.at, "completed");
  }

  #begin(unit: string, event: NodeEvent, attempt: number, state: SpanState): Span {
    const span: Span = {
      scope: event.scope ?? "",
      node: event.node,
      item: event.item ?? -1,
      attempt,
      start: event.at,
      end: undefined,
      state,
      ...("instrument" in event && event.instrument !== undefined ? { instrument: event.instrument } : {}),
    };
    this.spans.push(span);
    this.#open.set(unit, span);
    const node = this.#nodeOf(event, event.at);
    node.spans++;
    node.end = undefined;
    return span;
  }

  #close(unit: string, span: Span, at: number, state: SpanState): void {
    span.end = Math.max(span.start, at);
    const waited = span.state === "waiting";
    span.state = state;
    this.#open.delete(unit);
    const node = this.nodes.get(`${span.scope}/${span.node}`);
    if (node === undefined) return;
    node.end = Math.max(node.end ?? 0, span.end);
    if (!waited) node.workMs += span.end - span.start;
    if (span.item >= 0 && state !== "retrying" && state !== "interrupted") node.items++;
  }

  #nodeOf(event: NodeEvent, start: number): NodeTime {
    const key = `${event.scope ?? ""}/${event.node}`;
    let node = this.nodes.get(key);
    if (node === undefined) {
      node = {
        scope: event.scope ?? "",
        node: event.node,
        start,
        end: undefined,
        workMs: 0,
        items: 0,
        spans: 0,
        isReused: false,
      };
      this.nodes.set(key, node);
    }
    return node;
  }
}
