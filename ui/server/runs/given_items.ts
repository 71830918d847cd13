/** What the log of a run says of one node's items: what each gave, or why it gave nothing. @module */

import type { NodeId } from "../../../core/ids.ts";
import type { ItemsLeft, ValueRef } from "../../../core/orchestration/event.ts";
import type { LoggedEvent } from "../../../core/ports/dag.ts";
import type { ItemCounts, ItemValue } from "../../api/runs.ts";

/** Places of items that are told for each way to end. */
const MOST_PLACES = 100;

/** An item as the log left it. */
export interface GivenItem extends Omit<ItemValue, "index"> {
  readonly output?: ValueRef;
}

export class GivenItems {
  readonly #node: NodeId;
  readonly #scope: string | undefined;
  readonly #items = new Map<number, GivenItem>();
  #count: number | undefined;
  /** The item that gave something last, and the one of which anything was told last. */
  #lastGiven: number | undefined;
  #lastTold: number | undefined;
  /** What those that never began come to. */
  #rest: GivenItem = { state: "pending" };
  /** What the node gave as a whole, where it has no items. */
  whole: ValueRef | undefined;

  constructor(node: NodeId, scope: string | undefined) {
    this.#node = node;
    this.#scope = scope;
  }

  get isFan(): boolean {
    return this.#count !== undefined || this.#items.size > 0;
  }

  /** Items, as far as the log tells. */
  get total(): number {
    return this.#count ?? Math.max(-1, ...this.#items.keys()) + 1;
  }

  /** The item to be shown first: which gave something last, else of which something was told last. */
  get newest(): number {
    return this.#lastGiven ?? this.#lastTold ?? 0;
  }

  at(index: number): GivenItem {
    return this.#items.get(index) ?? this.#rest;
  }

  summary(): ItemCounts {
    const { total } = this;
    const counts = { completed: 0, failed: 0, skipped: 0 };
    const places: { readonly failed: number[]; readonly skipped: number[] } = { failed: [], skipped: [] };
    for (let index = 0; index < total; index++) {
      const { state } = this.at(index);
      if (state !== "completed" && state !== "failed" && state !== "skipped") continue;
      counts[state]++;
      if (state !== "completed" && places[state].length < MOST_PLACES) places[state].push(index);
    }
    return { total, ...counts, failedAt: places.failed, skippedAt: places.skipped };
  }

  add(event: LoggedEvent): void {
    if (event.scope !== this.#scope) return;
    if (event.type === "nodes.reset" && event.nodes.includes(this.#node)) {
      return this.#forget(event.items?.find(({ node }) => node === this.#node));
    }
    if (event.type === "run.moved" && event.reset.includes(this.#node)) return this.#forget();
    if (!("node" in event) || event.node !== this.#node || event.type === "run.failed") return;
    if (event.type === "node.expanded") this.#expand(event.count);
    else if (event.item === undefined) this.#addWhole(event);
    else this.#addItem(event, event.item);
  }

  #expand(count: number): void {
    this.#count = count;
    this.#items.clear();
    this.#lastGiven = undefined;
    this.#lastTold = undefined;
  }

  #addWhole(event: LoggedEvent): void {
    if (event.type === "node.completed" || event.type === "node.iterated") this.whole = event.output;
    // Skipped as a whole, or given up: what had not begun never will.
    else if (event.type === "node.skipped") this.#rest = { state: "skipped", reason: event.reason };
    else if (event.type === "node.failed") {
      this.#rest = { state: "skipped", reason: "the node failed before it" };
    } else if (event.type === "node.started") this.#rest = { state: "pending" };
  }

  #addItem(event: LoggedEvent, item: number): void {
    const given = givenBy(event, this.#items.get(item));
    if (given === undefined) return;
    this.#items.set(item, given);
    this.#lastTold = item;
    if (given.output !== undefined) this.#lastGiven = item;
  }

  /**
   * Begun again. A fan-out keeps what still holds; in a log that does not say what that is, items that completed are taken for
   * it until it is expanded anew.
   */
  #forget(left?: ItemsLeft): void {
    const again = left === undefined ? undefined : new Set(left.again);
    for (const [index, { state }] of this.#items) {
      const isKept = again === undefined
        ? state === "completed"
        : left?.again !== undefined && !again.has(index);
      if (!isKept) this.#items.delete(index);
    }
    this.#rest = { state: "pending" };
    this.whole = undefined;
  }
}

function givenBy(event: LoggedEvent, before: GivenItem | undefined): GivenItem | undefined {
  switch (event.type) {
    case "node.started":
      return { state: "running" };
    case "node.waiting":
      return { ...before, state: "waiting" };
    case "node.retrying":
      return { state: "retrying", failure: event.failure };
    case "node.completed":
      return { state: "completed", output: event.output };
    case "node.iterated":
      return { state: "running", output: event.output };
    case "node.failed":
      return { state: "failed", failure: event.failure };
    case "node.skipped":
      return {
        state: "skipped",
        reason: event.reason,
        ...event.failure === undefined ? {} : { failure: event.failure },
      };
    default:
      return undefined;
  }
}
