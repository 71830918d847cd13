/**
 * How long each node of a workflow took in earlier runs, and from that how long a run may still take.
 *
 * @module
 */

import type { NodeId, RunId } from "../ids.ts";
import type { DagPort } from "../ports/dag.ts";
import type { Plan } from "../workflow/plan.ts";
import { criticalPath } from "./critical_path.ts";
import { Timeline } from "./timeline.ts";

/** Runs that are looked at. */
const RUNS = 5;
/** Events read at most: history must not cost more than it tells. */
const EVENTS = 40_000;

/** What earlier runs took. */
export class DurationHistory {
  readonly #wall = new Map<NodeId, number[]>();
  readonly #work = new Map<NodeId, number[]>();
  #runs = 0;

  /** Runs that it was learned from. */
  get runs(): number {
    return this.#runs;
  }

  /** Learns from a run; what was taken over from elsewhere says nothing. */
  learn(timeline: Timeline): void {
    this.#runs++;
    for (const { scope, node, start, end, workMs, isReused } of timeline.nodes.values()) {
      if (scope !== "" || end === undefined || isReused) continue;
      push(this.#wall, node, end - start);
      push(this.#work, node, workMs);
    }
  }

  /** Median milliseconds from a node's begin to its end; undefined where it was never seen. */
  wallMs(node: NodeId): number | undefined {
    return median(this.#wall.get(node));
  }

  /** Median milliseconds at work, items added. */
  workMs(node: NodeId): number | undefined {
    return median(this.#work.get(node));
  }
}

function push(into: Map<NodeId, number[]>, node: NodeId, value: number): void {
  const values = into.get(node);
  if (values === undefined) into.set(node, [value]);
  else values.push(value);
}

function median(values: readonly number[] | undefined): number | undefined {
  if (values === undefined) return undefined;
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Reads the newest completed runs of a workflow, except `except`. */
export async function readHistory(dag: DagPort, workflow: string, except: RunId): Promise<DurationHistory> {
  const history = new DurationHistory();
  let left = EVENTS;
  for await (const summary of dag.list()) {
    if (history.runs >= RUNS || left <= 0) break;
    if (
      summary.isMock === true || summary.workflow !== workflow || summary.run === except ||
      summary.state !== "completed"
    ) continue;
    const timeline = new Timeline();
    for await (const batch of dag.replay(summary.run)) {
      for (const event of batch) timeline.add(event);
      left -= batch.length;
      if (left <= 0) break;
    }
    if (left > 0) history.learn(timeline);
  }
  return history;
}

/** An estimate of what is left. */
export interface Remaining {
  readonly ms: number;
  /** Runs it is learned from. */
  readonly runs: number;
  /** Share of the nodes left that were seen before, 0 to 1; the others count as the median of those. */
  readonly known: number;
}

/**
 * How long a run may still take: at least the longest chain of what is left, and at least the work left over the places
 * there are. `left[i]` is the share of node i that is left, 0 to 1. Undefined where no node left was seen before.
 */
export function remaining(
  plan: Plan,
  left: Float64Array,
  history: DurationHistory,
  places: number,
): Remaining | undefined {
  const n = plan.nodes.length;
  const wall = new Float64Array(n);
  const seen: number[] = [];
  const unseen: number[] = [];
  let workMs = 0;
  for (let node = 0; node < n; node++) {
    if (left[node] === 0) continue;
    const { id } = plan.nodes[node]!;
    const expected = history.wallMs(id);
    if (expected === undefined) {
      unseen.push(node);
      continue;
    }
    seen.push(expected);
    wall[node] = left[node]! * expected;
    workMs += left[node]! * (history.workMs(id) ?? expected);
  }
  const guess = median(seen);
  if (guess === undefined) return undefined;
  for (const node of unseen) {
    wall[node] = left[node]! * guess;
    workMs += left[node]! * guess;
  }
  const ms = Math.max(criticalPath(plan, wall).totalMs, workMs / Math.max(1, places));
  return { ms, runs: history.runs, known: seen.length / (seen.length + unseen.length) };
}
