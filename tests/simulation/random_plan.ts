/**
 * Random plans: every kind of edge, ports, fan-outs with nodes that repeat with them, merges, retries, limits.
 *
 * @module
 */

import type { EdgeKind, Plan } from "../../core/workflow/plan.ts";
import { buildPlan, type EdgeSketch, type NodeSketch } from "../core/orchestration/plan_builder.ts";
import type { RandomSource } from "./random_source.ts";

const importances = ["essential", "recommended", "optional", "optional"] as const;

/** A plan of 1 to `most` nodes; each node's sources come before it. */
export function randomPlan(random: RandomSource, most = 12): Plan {
  const nodes: NodeSketch[] = [];
  const edges: EdgeSketch[] = [];
  const count = 1 + random.below(most);
  for (let i = 0; i < count; i++) {
    const fanNodes = nodes.filter(({ fan }) => fan !== undefined);
    const fan = random.chance(0.25)
      ? "over"
      : fanNodes.length > 0 && random.chance(0.5)
      ? random.pick(fanNodes).id
      : undefined;
    const isMerge = random.chance(0.2);
    nodes.push({
      id: `n${i}`,
      importance: random.pick(importances),
      retry: {
        max: random.below(3),
        backoff: random.pick(["constant", "linear", "exponential"]),
        jitter: 0.5,
      },
      ...(fan === undefined ? {} : { fan }),
      ...(fan !== undefined && random.chance(0.4) ? { concurrency: 1 + random.below(2) } : {}),
    });
    if (fan !== undefined && fan !== "over" && random.chance(0.9)) {
      edges.push([fan, `n${i}`, kindOf(random, isMerge)]);
    }
    for (let source = 0; source < i; source++) {
      if (!random.chance(2.2 / i)) continue;
      const port = random.chance(0.3) ? random.pick(["a", "b"]) : undefined;
      const kind = kindOf(random, isMerge);
      edges.push(port === undefined ? [`n${source}`, `n${i}`, kind] : [`n${source}`, `n${i}`, kind, port]);
    }
  }
  return buildPlan(nodes, edges);
}

function kindOf(random: RandomSource, isMerge: boolean): EdgeKind {
  return isMerge ? "any" : random.pick(["needs", "needs", "wants", "order"] as const);
}
