/**
 * The rules of orchestration written from the prose of core/workflow/plan.ts and the architecture, with maps and full
 * scans: after each change it looks at every node again until nothing follows any more. Slow and plain, so that the
 * engine can be compared with it.
 *
 * @module
 */

import { edgeKinds, type Plan } from "../../core/workflow/plan.ts";

type UnitState =
  | "pending"
  | "queued"
  | "running"
  | "retrying"
  | "waiting"
  | "open"
  | "completed"
  | "failed"
  | "skipped";

interface Unit {
  state: UnitState;
  port: string | undefined;
  failures: number;
  /** Queued although it is retrying as far as the log knows. */
  woken: boolean;
  taken: boolean;
  /** Skipped because of a failure. */
  faulty: boolean;
}

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly port: string;
}

function fresh(): Unit {
  return { state: "pending", port: undefined, failures: 0, woken: false, taken: false, faulty: false };
}

export class NaiveScheduler {
  readonly #plan: Plan;
  readonly #rank: Float64Array;
  readonly #edges: Edge[] = [];
  readonly #nodes: Unit[];
  /** Items of each node that has been expanded. */
  readonly #items = new Map<number, Unit[]>();
  run: "pending" | "running" | "paused" | "completed" | "failed" | "cancelled" = "pending";

  constructor(plan: Plan, rank: Float64Array) {
    this.#plan = plan;
    this.#rank = rank;
    this.#nodes = plan.nodes.map(fresh);
    for (let from = 0; from < plan.nodes.length; from++) {
      for (let e = plan.offsets[from]!; e < plan.offsets[from + 1]!; e++) {
        this.#edges.push({
          from,
          to: plan.targets[e]!,
          kind: edgeKinds[plan.kinds[e]!] as string,
          port: plan.ports[plan.edgePorts[e]!] as string,
        });
      }
    }
  }

  // What is told.

  start(): void {
    this.run = "running";
    this.#follow();
  }

  pause(): void {
    this.run = "paused";
  }

  resume(): void {
    this.run = "running";
    this.#follow();
  }

  cancel(): void {
    this.run = "cancelled";
  }

  abort(): void {
    this.run = "failed";
  }

  finish(): void {
    this.run = "completed";
  }

  expand(node: number, count: number): void {
    const members = this.#plan.nodes.filter(({ index }) => this.#spaceOf(index) === node);
    for (const { index } of members) this.#items.set(index, Array.from({ length: count }, fresh));
    for (const { index } of members) {
      if (this.#nodes[index]!.state !== "skipped") continue;
      for (const item of this.#itemsOf(index)) item.state = "skipped";
    }
    this.#set(node, -1, "open");
    this.#follow();
  }

  begin(node: number, item: number): void {
    this.#set(node, item, "running");
  }

  wait(node: number, item: number): void {
    this.#set(node, item, "waiting");
  }

  complete(node: number, item: number, port?: string): void {
    this.#set(node, item, "completed").port = port;
    this.#follow();
  }

  fail(node: number, item: number, isRetryable: boolean): void {
    const unit = this.#unit(node, item);
    const { max } = this.#plan.nodes[node]!.definition.retry;
    if (isRetryable && unit.failures < max) {
      unit.failures++;
      this.#set(node, item, "retrying");
    } else {
      this.#set(node, item, "failed");
      this.#follow();
    }
  }

  wake(node: number, item: number): void {
    this.#set(node, item, "queued").woken = true;
  }

  skip(node: number, item: number, isFault: boolean): void {
    const wasFatal = this.run === "failed";
    if (isFault && this.#isEssential(node) && !wasFatal) this.#set(node, item, "failed");
    else this.#skipUnit(node, item, isFault);
    if (wasFatal) this.run = "running";
    this.#follow();
  }

  /** Skips what has not begun of a fan-out whose items are at work. */
  skipIdleItems(node: number): void {
    this.#itemsOf(node).forEach((unit, item) => {
      if (["pending", "queued", "retrying", "waiting"].includes(unit.state)) this.#set(node, item, "skipped");
    });
    this.#follow();
  }

  take(node: number, item: number): void {
    this.#unit(node, item).taken = true;
  }

  putBack(node: number, item: number): void {
    this.#unit(node, item).taken = false;
  }

  /** The process died: nothing runs, nothing is handed out, and what was woken is retrying again. */
  crash(): void {
    for (const unit of this.#everyUnit()) {
      unit.taken = false;
      if (unit.woken) unit.state = "retrying";
      else if (unit.state === "running") unit.state = "queued";
      unit.woken = false;
    }
  }

  retry(root: number): void {
    const hasEnded = this.run !== "running" && this.run !== "paused";
    const reset = this.#behind(root);
    const changed = new Map<number, Set<number>>();
    for (const node of this.#byLevel(reset)) this.#reset(node, reset, changed);
    if (hasEnded) this.run = "running";
    this.#follow();
  }

  // What is asked.

  stateOf(node: number, item: number): UnitState {
    return this.#unit(node, item).state;
  }

  itemCount(node: number): number {
    return this.#items.get(node)?.length ?? -1;
  }

  isSettled(): boolean {
    return this.#nodes.every((_, node) => this.#hasSettled(node, -1));
  }

  /** What may start now, best first: queued, not handed out, its node below its limit. */
  ready(): { node: number; item: number }[] {
    if (this.run !== "running") return [];
    const found: { node: number; item: number }[] = [];
    this.#nodes.forEach((unit, node) => {
      if (unit.state === "queued" && !unit.taken) found.push({ node, item: -1 });
      const items = this.#itemsOf(node);
      const { concurrency } = this.#plan.nodes[node]!.definition;
      const busy = items.filter(({ state, taken }) => state === "running" || taken).length;
      if (concurrency !== undefined && busy >= concurrency) return;
      items.forEach(({ state, taken }, item) => {
        if (state === "queued" && !taken) found.push({ node, item });
      });
    });
    return found.sort((a, b) =>
      (this.#rank[b.node]! - this.#rank[a.node]!) || (a.node - b.node) || (a.item - b.item)
    );
  }

  // What follows.

  #follow(): void {
    if (this.run !== "running" && this.run !== "paused") return;
    for (let isMoving = true; isMoving;) {
      if (this.#isFatal()) {
        this.run = "failed";
        return;
      }
      isMoving = false;
      for (let node = 0; node < this.#nodes.length; node++) isMoving = this.#look(node) || isMoving;
    }
  }

  /** An essential node failed, or an item of one; then the node has failed as well. */
  #isFatal(): boolean {
    for (let node = 0; node < this.#nodes.length; node++) {
      if (!this.#isEssential(node)) continue;
      const { state } = this.#nodes[node]!;
      if (
        (state === "open" || state === "pending") &&
        this.#itemsOf(node).some((item) => item.state === "failed")
      ) {
        this.#set(node, -1, "failed");
      }
      if (this.#nodes[node]!.state === "failed") return true;
    }
    return false;
  }

  #look(node: number): boolean {
    const { state } = this.#nodes[node]!;
    if (state === "pending") return this.#lookAtPending(node);
    if (state !== "open") return false;
    let hasMoved = false;
    this.#itemsOf(node).forEach((unit, item) => {
      if (unit.state === "pending") hasMoved = this.#decideUnit(node, item) || hasMoved;
    });
    return this.#closeFan(node) || hasMoved;
  }

  #lookAtPending(node: number): boolean {
    const space = this.#spaceOf(node);
    if (space < 0 || space === node) return this.#decideUnit(node, -1);
    // One that repeats with another waits for the space and for whatever is outside it.
    const outer = this.#edges.filter(({ from, to }) => to === node && this.#spaceOf(from) !== space);
    if (!outer.every(({ from }) => this.#hasSettled(from, -1))) return false;
    const isExpanded = this.#items.has(space);
    if (!isExpanded && !this.#hasSettled(space, -1)) return false;
    const dead = outer.filter((edge) => edge.kind === "needs" && !this.#isLive(edge, -1)).map(({ from }) =>
      from
    );
    if (!isExpanded) dead.push(space);
    if (dead.length > 0) this.#skipUnit(node, -1, this.#isFault(Math.min(...dead), -1));
    else this.#set(node, -1, "open");
    return true;
  }

  /** Queues or skips a pending unit when everything before it has settled. */
  #decideUnit(node: number, item: number): boolean {
    const space = this.#spaceOf(node);
    const isInner = ({ from }: Edge) => item >= 0 && this.#spaceOf(from) === space;
    const edges = this.#edges.filter(({ to }) => to === node);
    const itemOf = (edge: Edge) => isInner(edge) ? item : -1;
    // The items of a node that was opened need not wait for what is outside it: it had settled by then.
    const awaited = edges.filter((edge) => item < 0 || isInner(edge));
    if (!awaited.every((edge) => this.#hasSettled(edge.from, itemOf(edge)))) return false;
    const dead = awaited.filter((edge) => edge.kind === "needs" && !this.#isLive(edge, itemOf(edge)));
    const any = edges.filter(({ kind }) => kind === "any");
    if (dead.length > 0) {
      const first = dead.reduce((a, b) => a.from <= b.from ? a : b);
      this.#skipUnit(node, item, this.#isFault(first.from, itemOf(first)));
    } else if (any.length > 0 && !any.some((edge) => this.#isLive(edge, itemOf(edge)))) {
      this.#skipUnit(node, item, false);
    } else {
      this.#set(node, item, "queued");
    }
    return true;
  }

  #closeFan(node: number): boolean {
    const items = this.#itemsOf(node);
    if (!items.every((_, item) => this.#hasSettled(node, item))) return false;
    if (items.length === 0 || items.some(({ state }) => state === "completed")) {
      this.#set(node, -1, "completed");
    } else if (items.some(({ state }) => state === "failed")) this.#set(node, -1, "failed");
    else this.#skipUnit(node, -1, items.some(({ faulty }) => faulty));
    return true;
  }

  #skipUnit(node: number, item: number, isFault: boolean): void {
    this.#set(node, item, "skipped").faulty = isFault;
    if (item >= 0) return;
    this.#itemsOf(node).forEach((_, i) => {
      if (!this.#hasSettled(node, i)) this.#set(node, i, "skipped");
    });
  }

  #isFault(node: number, item: number): boolean {
    const { state, faulty } = this.#unit(node, item);
    return state === "failed" || faulty;
  }

  #hasSettled(node: number, item: number): boolean {
    const { state } = this.#unit(node, item);
    return state === "completed" || state === "skipped" || (state === "failed" && !this.#isEssential(node));
  }

  #isLive(edge: Edge, item: number): boolean {
    const { state, port } = this.#unit(edge.from, item);
    return state === "completed" && (port === undefined || edge.port === "" || port === edge.port);
  }

  // Retrying.

  #behind(root: number): Set<number> {
    const found = new Set([root]);
    for (let size = 0; size !== found.size;) {
      size = found.size;
      for (const { from, to, kind } of this.#edges) if (found.has(from) && kind !== "order") found.add(to);
      for (const { index } of this.#plan.nodes) if (found.has(this.#spaceOf(index))) found.add(index);
    }
    return new Set([...found].filter((node) => node === root || this.#nodes[node]!.state !== "pending"));
  }

  #byLevel(nodes: ReadonlySet<number>): number[] {
    const { levels } = this.#plan;
    return [...nodes].sort((a, b) => (levels[a]! - levels[b]!) || (a - b));
  }

  #reset(node: number, reset: ReadonlySet<number>, changed: Map<number, Set<number>>): void {
    const space = this.#spaceOf(node);
    const data = this.#edges.filter(({ to, kind }) => to === node && kind !== "order");
    const isTouched = data.some(({ from }) =>
      reset.has(from) && (space < 0 || this.#spaceOf(from) !== space)
    );
    if (space === node && isTouched) {
      for (const { index } of this.#plan.nodes) {
        if (this.#spaceOf(index) !== node) continue;
        this.#items.delete(index);
        this.#nodes[index] = fresh();
      }
    }
    const items = this.#items.get(node);
    const inner = data.filter(({ from }) => this.#spaceOf(from) === space).map(({ from }) => from);
    const again = new Set<number>();
    items?.forEach(({ state, faulty }, item) => {
      const isStale = isTouched || state === "failed" || faulty ||
        inner.some((from) => changed.get(from)?.has(item));
      if (!isStale) return;
      items[item] = fresh();
      again.add(item);
    });
    changed.set(node, again);
    this.#nodes[node] = fresh();
    if (items !== undefined && space === node) this.#nodes[node]!.state = "open";
  }

  // Small things.

  #set(node: number, item: number, state: UnitState): Unit {
    const unit = this.#unit(node, item);
    unit.state = state;
    unit.woken = false;
    unit.taken = false;
    return unit;
  }

  #unit(node: number, item: number): Unit {
    return item < 0 ? this.#nodes[node]! : this.#itemsOf(node)[item]!;
  }

  #itemsOf(node: number): Unit[] {
    return this.#items.get(node) ?? [];
  }

  *#everyUnit(): Iterable<Unit> {
    yield* this.#nodes;
    for (const items of this.#items.values()) yield* items;
  }

  #spaceOf(node: number): number {
    return this.#plan.nodes[node]!.space;
  }

  #isEssential(node: number): boolean {
    return this.#plan.nodes[node]!.definition.importance === "essential";
  }
}
