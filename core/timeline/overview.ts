/**
 * A run at a glance, under way or ended: how much is done, how long it may still take, and which nodes it hangs on.
 *
 * @module
 */

import type { NodeId } from "../ids.ts";
import type { Plan } from "../workflow/plan.ts";
import { criticalPath } from "./critical_path.ts";
import { type DurationHistory, type Remaining, remaining } from "./history.ts";
import type { Timeline } from "./timeline.ts";

export interface Overview {
  /** Nodes that have ended, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** Absent where the run has ended, or nothing like it was seen before. */
  readonly left?: Remaining;
  /** The nodes that the run's length hangs on, first to last; expected times for what has not ended. */
  readonly criticalPath: readonly NodeId[];
  readonly criticalMs: number;
  /** How long each node may be late without the run being late, milliseconds. */
  readonly slackMs: ReadonlyMap<NodeId, number>;
}

/** The overview of a run whose plan is `plan`; `now` is Unix milliseconds. */
export function overviewOf(
  plan: Plan,
  timeline: Timeline,
  history: DurationHistory,
  options: { readonly now: number; readonly places: number; readonly isOver: (node: NodeId) => boolean },
): Overview {
  const { now, places, isOver } = options;
  const n = plan.nodes.length;
  const durations = new Float64Array(n);
  const left = new Float64Array(n);
  let done = 0;
  for (let index = 0; index < n; index++) {
    const { id } = plan.nodes[index]!;
    const time = timeline.nodes.get(`/${id}`);
    const expected = history.wallMs(id) ?? 0;
    if (isOver(id)) {
      done++;
      durations[index] = time === undefined ? 0 : (time.end ?? time.start) - time.start;
      continue;
    }
    const spent = time === undefined ? 0 : now - time.start;
    durations[index] = Math.max(spent, expected);
    // What takes longer than ever may take as long again as it is late: nobody knows.
    left[index] = expected > 0 ? Math.max(0.05, 1 - spent / expected) : 1;
  }
  const { nodes, totalMs, slackMs } = criticalPath(plan, durations);
  const rest = timeline.endedAt === undefined ? remaining(plan, left, history, places) : undefined;
  return {
    done,
    total: n,
    elapsedMs: (timeline.endedAt ?? now) - (timeline.startedAt ?? now),
    ...(rest === undefined ? {} : { left: rest }),
    criticalPath: nodes.map((index) => plan.nodes[index]!.id),
    criticalMs: totalMs,
    slackMs: new Map(plan.nodes.map(({ id, index }) => [id, slackMs[index]!])),
  };
}
