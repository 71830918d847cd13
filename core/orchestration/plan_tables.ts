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
  const spaceOf = Int32Array.from(plan.nodes, (node) => node.fan.kind === "single" ? -1 : node.space);
  const fanNodes: number[] = [];
  const fanOf = new Int32Array(n).fill(-1);
  const members: number[][] = Array.from({ length: n }, () => NOBODY);
  for (let i = 0; i < n; i++) {
    const space = spaceOf[i]!;
    if (space < 0) continue;
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
    isEssential: Uint8Array.from(plan.nodes, (node) => node.definition.importance === "essential" ? 1 : 0),
    caps: Uint32Array.from(plan.nodes, (node) => node.definition.concurrency ?? 0),
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
  const nodes = Uint32Array.from({ length: n }, (_, i) => i);
  nodes.sort((a, b) => (rank[b]! - rank[a]!) || (a - b));
  for (let place = 0; place < n; place++) order[nodes[place]!] = place;
  return order;
}
