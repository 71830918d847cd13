/** Random task graphs for the tests of dispatching. @module */

import fc from "fast-check";
import { makeTaskGraph } from "../../../conductor/dispatch/task_graph.ts";
import type { TaskGraph } from "../../../conductor/dispatch/task_graph.ts";

export interface RandomGraph {
  readonly graph: TaskGraph;
  /** Seconds of each task on each worker; Infinity where it may not run there. */
  readonly rows: readonly Float64Array[];
}

/** Graphs of up to 25 tasks on `workers` workers, each task with at least one worker that may do it. */
export function randomGraph(workers: number): fc.Arbitrary<RandomGraph> {
  const task = fc.record({
    kind: fc.integer({ min: 0, max: 3 }),
    parents: fc.uniqueArray(fc.nat(24), { maxLength: 3 }),
    bytes: fc.integer({ min: 0, max: 3 }),
    seconds: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: workers, maxLength: workers }),
    masked: fc.array(fc.boolean(), { minLength: workers, maxLength: workers }),
  });
  return fc.array(task, { minLength: 1, maxLength: 25 }).map((tasks) => ({
    graph: makeTaskGraph(
      "random",
      tasks.map(({ kind, parents, bytes }, at) => {
        const before = parents.filter((parent) => parent < at);
        return { key: `t${at}`, kind: `k${kind}`, parents: before, bytes: before.map(() => bytes * 1e8) };
      }),
    ),
    rows: tasks.map(({ seconds, masked }, at) =>
      Float64Array.from(
        seconds,
        (value, worker) => (masked[worker] && worker !== at % workers ? Infinity : value),
      )
    ),
  }));
}
