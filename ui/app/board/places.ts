/**
 * Where nodes stand: by the file where it says so, else by the layout. What the layout gave is not written into the file
 * before somebody moves a node. Pure.
 *
 * @module
 */

import type { Places } from "./layout/layout_graph.ts";
import { GAP_X } from "./layout/layout_graph.ts";
import { INPUTS, OUTPUTS } from "./model/board_node.ts";
import type { Point } from "./model/commands.ts";
import type { Graph } from "./model/graph.ts";
import { CARD_WIDTH } from "./view/card_shape.ts";
import { filePlace } from "./view/scene.ts";

/** Nodes that the file gives no place. */
export function unplaced(graph: Graph): readonly string[] {
  return [...graph.nodes.values()].filter((node) => filePlace(graph, node) === undefined).map(({ id }) => id);
}

/** Places for the nodes that have none in the file, from a layout of all. */
export function completed(
  graph: Graph,
  laidOut: Places,
  before: ReadonlyMap<string, Point>,
): ReadonlyMap<string, Point> {
  const missing = unplaced(graph);
  const isAll = missing.length === graph.nodes.size;
  const places = new Map<string, Point>();
  const layout = new Map(laidOut.map(([id, x, y]) => [id, { x, y }]));
  if (isAll) return layout;
  const placed = [...graph.nodes.values()].flatMap((node) => filePlace(graph, node) ?? []);
  const left = Math.min(...placed.map(({ x }) => x));
  const right = Math.max(...placed.map(({ x }) => x));
  const top = Math.min(...placed.map(({ y }) => y));
  const bottom = Math.max(...placed.map(({ y }) => y));
  let free = bottom + 180;
  for (const id of missing) {
    const known = before.get(id);
    if (known !== undefined) places.set(id, known);
    else if (id === INPUTS) places.set(id, { x: left - CARD_WIDTH - GAP_X, y: (top + bottom) / 2 });
    else if (id === OUTPUTS) places.set(id, { x: right + CARD_WIDTH + GAP_X, y: (top + bottom) / 2 });
    else {
      places.set(id, { x: left, y: free });
      free += 140;
    }
  }
  return places;
}
