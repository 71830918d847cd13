/**
 * What a run says about each node of the board: one signal a node, so that a change paints one dot. Pins and breakpoints are the
 * person's, kept beside the run.
 *
 * @module
 */

import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { boxState } from "../model/folded.ts";
import type { BoardGroup } from "../model/graph.ts";
import type { JsonObject } from "../../../../core/json.ts";

export interface NodeStatus {
  readonly state: string;
  /** `12/40` for a fan-out. */
  readonly counts: string;
  /** 0 to 1 while it runs and that is known. */
  readonly share: number | undefined;
  readonly note: string | undefined;
}

/** Whether there is something to be looked at: it has ended, or some of its items have. */
export function hasGiven(status: NodeStatus | undefined): boolean {
  return status !== undefined &&
    (status.state === "completed" || /^[1-9]/.test(status.counts) ||
      status.counts !== "" && (status.state === "failed" || status.state === "skipped"));
}

export class RunOverlay {
  readonly #nodes = new Map<string, Signal<NodeStatus | undefined>>();
  readonly pins = signal<ReadonlyMap<string, JsonObject>>(new Map());
  readonly breakpoints = signal<ReadonlySet<string>>(new Set());
  /** Grows when any node's state has changed, for what is painted. */
  readonly version = signal(0);

  /** The node's status; undefined while no run is shown. */
  of(id: string): ReadonlySignal<NodeStatus | undefined> {
    let known = this.#nodes.get(id);
    if (known === undefined) this.#nodes.set(id, known = signal<NodeStatus | undefined>(undefined));
    return known;
  }

  stateOf(id: string): string | undefined {
    return this.#nodes.get(id)?.peek()?.state;
  }

  /** The state of what stands on the board under this id: a node's own, or what a box's members come to. */
  shownState(id: string, boxes: ReadonlyMap<string, BoardGroup>): string | undefined {
    // Nothing runs: most of the time, and asked for every node that is painted.
    if (this.#nodes.size === 0) return undefined;
    const box = boxes.get(id);
    return box === undefined
      ? this.stateOf(id)
      : boxState(box.nodes.map((member) => this.stateOf(member)))?.state;
  }

  set(id: string, status: NodeStatus | undefined): void {
    const known = this.of(id) as Signal<NodeStatus | undefined>;
    const before = known.peek();
    if (
      before?.state === status?.state && before?.counts === status?.counts &&
      before?.share === status?.share &&
      before?.note === status?.note
    ) return;
    known.value = status;
    this.version.value = this.version.peek() + 1;
  }

  clear(): void {
    for (const id of this.#nodes.keys()) this.set(id, undefined);
  }

  marksOf(id: string): { readonly isPinned: boolean; readonly isBreakpoint: boolean } {
    return { isPinned: this.pins.value.has(id), isBreakpoint: this.breakpoints.value.has(id) };
  }

  toggleBreakpoint(id: string): void {
    const next = new Set(this.breakpoints.peek());
    if (!next.delete(id)) next.add(id);
    this.breakpoints.value = next;
  }

  pin(id: string, output: JsonObject | undefined): void {
    const next = new Map(this.pins.peek());
    if (output === undefined) next.delete(id);
    else next.set(id, output);
    this.pins.value = next;
  }
}
