/**
 * What the graph is drawn from: nodes with places in flat arrays, edges as pairs of indices, and who is where. No drawing and
 * no page; one scene for one graph.
 *
 * @module
 */

import type { GraphNode, WorkflowGraph } from "../../../../api/workflows.ts";
import type { FlatWays } from "../../../board/routing/wire_routes.ts";
import { cardGround } from "../../card_lines.ts";
import { askLayout, askWays } from "../../layout_ask.ts";

export const NODE_WIDTH = 196;
export const NODE_HEIGHT = 52;

export interface Scene {
  readonly nodes: readonly GraphNode[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** 1 for an edge that only orders. */
  readonly isSoft: Uint8Array;
  /** Around which nodes lines go; found after the places, as nobody waits for it. */
  readonly ways: Promise<FlatWays>;
}

/** Lays the graph out; several edges between two nodes are one line. */
export async function sceneOf(graph: WorkflowGraph): Promise<Scene> {
  const { nodes } = graph;
  const indexOf = new Map(nodes.map((node, index) => [node.id, index]));
  const seen = new Map<string, boolean>();
  for (const { from, to, kind } of graph.edges) {
    if (!indexOf.has(from) || !indexOf.has(to)) continue;
    const key = `${from}\n${to}`;
    seen.set(key, (seen.get(key) ?? true) && kind === "order");
  }
  const pairs = [...seen.keys()].map((key) => key.split("\n") as [string, string]);
  const places = await askLayout({
    nodes: nodes.map(({ id }) => ({ id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges: pairs,
    groups: [],
  });
  const x = new Float64Array(nodes.length);
  const y = new Float64Array(nodes.length);
  let [width, height] = [0, 0];
  for (const [id, left, top] of places) {
    const index = indexOf.get(id);
    if (index === undefined) continue;
    x[index] = left;
    y[index] = top;
    width = Math.max(width, left + NODE_WIDTH);
    height = Math.max(height, top + NODE_HEIGHT);
  }
  const from = Int32Array.from(pairs, ([source]) => indexOf.get(source) ?? 0);
  const to = Int32Array.from(pairs, ([, target]) => indexOf.get(target) ?? 0);
  return {
    nodes,
    indexOf,
    x,
    y,
    width,
    height,
    from,
    to,
    isSoft: Uint8Array.from(seen.values(), Number),
    ways: askWays(cardGround({ x, y, from, to }, { width: NODE_WIDTH, height: NODE_HEIGHT })),
  };
}

/** The node at a point of the drawing. */
export function nodeAt({ x, y }: Scene, atX: number, atY: number): number | undefined {
  for (let index = x.length - 1; index >= 0; index--) {
    const [left, top] = [x[index]!, y[index]!];
    if (atX >= left && atX < left + NODE_WIDTH && atY >= top && atY < top + NODE_HEIGHT) return index;
  }
  return undefined;
}

export type Direction = "left" | "right" | "up" | "down";

/** Where an arrow key leads: along an edge to the sides, to the nearest of the column up and down. */
export function neighbour(scene: Scene, at: number, direction: Direction): number | undefined {
  const { x, y, from, to } = scene;
  let best: number | undefined;
  let bestCost = Infinity;
  const consider = (other: number, cost: number) => {
    if (other !== at && cost < bestCost) [best, bestCost] = [other, cost];
  };
  if (direction === "left" || direction === "right") {
    for (let edge = 0; edge < from.length; edge++) {
      const [source, target] = [from[edge]!, to[edge]!];
      if (direction === "right" && source === at) consider(target, Math.abs(y[target]! - y[at]!));
      if (direction === "left" && target === at) consider(source, Math.abs(y[source]! - y[at]!));
    }
    return best;
  }
  const sign = direction === "up" ? -1 : 1;
  for (let other = 0; other < x.length; other++) {
    const away = (y[other]! - y[at]!) * sign;
    if (away > 0) consider(other, away + 4 * Math.abs(x[other]! - x[at]!));
  }
  return best;
}
