/**
 * The upward rank of HEFT: how long it takes from the start of a task to the end of the workflow, on average workers
 * (Topcuoglu, Hariri and Wu, "Performance-effective and low-complexity task scheduling for heterogeneous computing",
 * IEEE TPDS 2002). Ready tasks go in the order of this rank.
 *
 * Ring: conductor, pure.
 *
 * @module
 */

import { type Estimates, meanOfRow } from "./estimates.ts";
import type { TaskGraph } from "./task_graph.ts";

/**
 * Writes the rank of every task, in seconds, into `ranks`, and gives the sum of their mean run times. `secondsPerByte`
 * prices what travels between workers. Tasks that are `settled` are left out of both. O(tasks + edges).
 */
export function upwardRanks(
  graph: TaskGraph,
  estimates: Estimates,
  secondsPerByte: number,
  ranks: Float64Array,
  settled?: Uint8Array,
): number {
  const { order, childrenFrom, children, childBytes, kindOf } = graph;
  // Tasks of a kind share their row: its mean is taken once.
  const means = new Float64Array(graph.kinds.length).fill(-1);
  const rows: (Float64Array | undefined)[] = new Array(graph.kinds.length).fill(undefined);
  let total = 0;
  for (let place = graph.size - 1; place >= 0; place--) {
    const task = order[place] as number;
    if (settled?.[task] === 1) continue;
    const kind = kindOf[task] as number;
    const row = estimates.row(task);
    if (rows[kind] !== row) {
      rows[kind] = row;
      means[kind] = meanOfRow(row);
    }
    const own = (means[kind] as number) * estimates.factor(task);
    let behind = 0;
    const end = childrenFrom[task + 1] as number;
    for (let edge = childrenFrom[task] as number; edge < end; edge++) {
      const rank = (ranks[children[edge] as number] as number) +
        (childBytes[edge] as number) * secondsPerByte;
      if (rank > behind) behind = rank;
    }
    ranks[task] = own + behind;
    total += own;
  }
  return total;
}
