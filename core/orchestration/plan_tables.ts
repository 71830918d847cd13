/**
 * What the engine derives from a plan once, before the first event.
 *
 * @module
 */

import type { Plan } from "../workflow/plan.ts";
import { ANY, type PlanTables } from "./state.ts";

/** Derives the tables; `rank` gives one number a node, higher first, ties by index. O(nodes log nodes + edges). */
export function planTables(plan: Plan, rank?: Float64Array): PlanTables {
  const n = plan.nodes.length;
  const spaceOf = new Int32Array(n).fill(-1);
  const isEssential = new Uint8Array(n);
  const caps = new Uint32Array(n);
  const fanNodes: number[] = [];
  const fanOf = new Int32Array(n).fill(-1);
  const members: number[][] = new Array(n).fill(NOBODY);
  for (let i = 0; i < n; i++) {
    const { fan, space, definition } = plan.nodes[i]!;
    if (definition.importance === "essential") isEssential[i] = 1;
    caps[i] = definition.concurrency ?? 0;
    if (fan.kind === "single") continue;
    spaceOf[i] = space;
    fanOf[i] = fanNodes.length;
    fanNodes.push(i);
    if (space === i) continue;
    if (members[space] === NOBODY) members[space] = [];
    members[space]!.push(i);
  }
  return {
    order: orderByRank(n, rank),
    spaceOf,
    ...degrees(plan, spaceOf),
    isEssential,
    caps,
    fanOf,
    fanNodes,
    members,
  };
}

const NOBODY: number[] = [];

function degrees(plan: Plan, spaceOf: Int32Array): Pick<PlanTables, "inside" | "outside" | "hasAny"> {
  const n = plan.nodes.length;
  const inside = new Uint32Array(n);
  const outside = new Uint32Array(n);
  const hasAny = new Uint8Array(n);
  for (let source = 0; source < n; source++) {
    const space = spaceOf[source]!;
    for (let edge = plan.offsets[source]!; edge < plan.offsets[source + 1]!; edge++) {
      const target = plan.targets[edge]!;
      if (space >= 0 && spaceOf[target] === space) inside[target]!++;
      else outside[target]!++;
      if (plan.kinds[edge] === ANY) hasAny[target] = 1;
    }
  }
  return { inside, outside, hasAny };
}

function orderByRank(n: number, rank: Float64Array | undefined): Float64Array {
  const order = new Float64Array(n);
  if (rank === undefined) {
    for (let i = 0; i < n; i++) order[i] = i;
    return order;
  }
  // Sorting the numbers alone, without a comparison of ours, is several times as quick as sorting the nodes.
  const sorted = rank.slice().sort();
  const taken = new Uint32Array(n + 1);
  for (let i = 0; i < n; i++) {
    const upTo = countUpTo(sorted, rank[i]!);
    order[i] = n - upTo + taken[upTo]!++;
  }
  return order;
}

/** How many of the sorted numbers are at most `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
