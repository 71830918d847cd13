/**
 * What the graph says is coming: while a task runs, its children are on their way. For every running workflow the moments
 * at which tasks of a kind will be ready are foreseen from learned run times, so that an instance can be loading before it
 * is asked for.
 *
 * A moment is uncertain, and being ready early costs idle time without bound while a cold start costs no more than loading:
 * so an instance is worth having at a moment exactly where the chance that it is asked for then, a second, times the worth
 * of a cold start exceeds 1 (the rule of idle_gaps.ts, with the graph's distribution instead of a counted one). A parent
 * that takes a quarter of an hour more or less is no reason to hold an instance that loads in seconds.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import type { Estimates } from "../dispatch/estimates.ts";
import { medianGiven, upperTail } from "../dispatch/log_normal.ts";
import type { TaskGraph } from "../dispatch/task_graph.ts";

/** One instance of `kind` will be wanted about `at`, give or take `sd` (seconds). */
export interface Need {
  readonly kind: string;
  readonly at: number;
  readonly sd: number;
}

/** The chance, a second, that the need comes at `moment`, given that it has not before: the hazard of a normal. */
export function rateAt({ at, sd }: Need, moment: number): number {
  const spread = Math.max(sd, LEAST_SPREAD);
  const z = (moment - at) / spread;
  if (z < -6) return 0;
  const survived = upperTail(z);
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) / spread;
  return z > 6 ? z / spread : density / survived;
}

/** No moment is foreseen more exactly, in seconds. */
const LEAST_SPREAD = 0.05;

interface Followed {
  readonly graph: TaskGraph;
  readonly estimates: Estimates;
  /** Which worker of the estimates runs are foreseen on. */
  readonly worker: number;
  readonly startedAt: Float64Array;
  readonly running: Set<number>;
  /** Parents of each task that have not settled. */
  readonly missing: Uint32Array;
  // The frame of one `needs` call: of how many of those the end is foreseen, the latest of these ends and its spread.
  readonly foreseen: Uint32Array;
  readonly latest: Float64Array;
  readonly latestSd: Float64Array;
  readonly touched: number[];
}

/** A task and when it is expected to end, in seconds. */
interface Ending {
  readonly task: number;
  readonly at: number;
  readonly sd: number;
}

export class LookAhead {
  readonly #workflows = new Map<string, Followed>();
  open(workflow: string, graph: TaskGraph, estimates: Estimates, worker = 0): void {
    this.#workflows.set(workflow, {
      graph,
      estimates,
      worker,
      startedAt: new Float64Array(graph.size),
      running: new Set(),
      missing: Uint32Array.from(
        { length: graph.size },
        (_, task) => (graph.parentsFrom[task + 1] as number) - (graph.parentsFrom[task] as number),
      ),
      foreseen: new Uint32Array(graph.size),
      latest: new Float64Array(graph.size),
      latestSd: new Float64Array(graph.size),
      touched: [],
    });
  }

  begun(workflow: string, task: number, at: number): void {
    const followed = this.#workflows.get(workflow);
    if (followed === undefined) return;
    followed.startedAt[task] = at;
    followed.running.add(task);
  }

  /** The task ended or was skipped; call it once a task. */
  settled(workflow: string, task: number): void {
    const followed = this.#workflows.get(workflow);
    if (followed === undefined) return;
    followed.running.delete(task);
    const { graph, missing } = followed;
    for (
      let edge = graph.childrenFrom[task] as number;
      edge < (graph.childrenFrom[task + 1] as number);
      edge++
    ) {
      const child = graph.children[edge] as number;
      missing[child] = Math.max(0, (missing[child] as number) - 1);
    }
  }

  close(workflow: string): void {
    this.#workflows.delete(workflow);
  }

  get workflows(): readonly string[] {
    return [...this.#workflows.keys()];
  }

  /**
   * What tasks that have not begun will need within `horizon` seconds, soonest first. Tasks that are ready now are not
   * told: they ask themselves. O(running tasks + those that are expected to begin within the horizon, and their edges).
   */
  needs(now: number, horizon: number): readonly Need[] {
    const needs: Need[] = [];
    for (const followed of this.#workflows.values()) this.#needsOf(followed, now, now + horizon, needs);
    return needs.sort((a, b) => a.at - b.at);
  }

  #needsOf(followed: Followed, now: number, until: number, needs: Need[]): void {
    const { graph, estimates, worker, missing, foreseen, latest, latestSd, touched } = followed;
    const endings: Ending[] = [];
    for (const task of followed.running) {
      const elapsed = now - (followed.startedAt[task] as number);
      const median = (estimates.row(task)[worker] as number) * estimates.factor(task);
      const variance = estimates.variance(task, worker);
      const whole = medianGiven(median, variance, elapsed);
      const left = Math.max(0, whole - elapsed);
      // What hangs on a task that ends later is not needed within the horizon.
      if (now + left > until) continue;
      // What is overdue ends like an exponential: its spread is what is left.
      endings.push({ task, at: now + left, sd: Math.min(whole * Math.sqrt(variance), left / Math.LN2) });
    }
    for (let ending = endings.pop(); ending !== undefined; ending = endings.pop()) {
      const { task } = ending;
      for (
        let edge = graph.childrenFrom[task] as number;
        edge < (graph.childrenFrom[task + 1] as number);
        edge++
      ) {
        const child = graph.children[edge] as number;
        if (foreseen[child] === 0) {
          touched.push(child);
          latest[child] = -Infinity;
        }
        foreseen[child] = (foreseen[child] as number) + 1;
        if (ending.at > (latest[child] as number)) {
          latest[child] = ending.at;
          latestSd[child] = ending.sd;
        }
        if (foreseen[child] !== missing[child]) continue;
        const at = latest[child] as number;
        const sd = latestSd[child] as number;
        needs.push({ kind: graph.kinds[graph.kindOf[child] as number] as string, at, sd });
        const seconds = (estimates.row(child)[worker] as number) * estimates.factor(child);
        if (at + seconds > until) continue;
        const own = seconds * Math.sqrt(estimates.variance(child, worker));
        endings.push({ task: child, at: at + seconds, sd: Math.hypot(sd, own) });
      }
    }
    for (const task of touched) foreseen[task] = 0;
    touched.length = 0;
  }
}
