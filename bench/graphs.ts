/**
 * The graphs that the engine is measured on, as plans: 10,000 tasks in layers, in a row, and fanned out both as nodes
 * and as items.
 *
 * @module
 */

import type { Plan } from "../core/workflow/plan.ts";
import { buildPlan, type EdgeSketch, type NodeSketch } from "../tests/core/orchestration/plan_builder.ts";

/** `depth` layers of `width` nodes; each node needs three of the layer before. */
export function layeredPlan(width = 100, depth = 100): Plan {
  const nodes: NodeSketch[] = [];
  const edges: EdgeSketch[] = [];
  for (let layer = 0; layer < depth; layer++) {
    for (let i = 0; i < width; i++) {
      nodes.push({ id: `n${layer}_${i}` });
      if (layer === 0) continue;
      for (const shift of [0, 7, 31]) {
        edges.push([`n${layer - 1}_${(i + shift) % width}`, `n${layer}_${i}`, "needs"]);
      }
    }
  }
  return buildPlan(nodes, edges);
}

/** Each node needs the one before. */
export function chainPlan(length = 10_000): Plan {
  const nodes = Array.from({ length }, (_, i): NodeSketch => ({ id: `n${i}` }));
  const edges = Array.from({ length: length - 1 }, (_, i): EdgeSketch => [`n${i}`, `n${i + 1}`, "needs"]);
  return buildPlan(nodes, edges);
}

/** One node, `width` that need it, one that needs them all. */
export function fanPlan(width = 9_998): Plan {
  const middle = Array.from({ length: width }, (_, i) => `m${i}`);
  return buildPlan(
    [{ id: "first" }, ...middle.map((id): NodeSketch => ({ id })), { id: "last" }],
    middle.flatMap((id): EdgeSketch[] => [["first", id, "needs"], [id, "last", "needs"]]),
  );
}

/** One node, a fan-out to be expanded over its result, one that gathers. */
export function itemsPlan(): Plan {
  return buildPlan([{ id: "first" }, { id: "each", fan: "over" }, { id: "last" }], [
    ["first", "each", "needs"],
    ["each", "last", "needs"],
  ]);
}
