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

/** Nodes snap to this. */
export const GRID = 8;

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

/** The nearest place that is free, looked for in squares around the wanted one; undefined where there is none far around. */
export function nearestFree(
  { x, y }: Point,
  step: number,
  isTaken: (place: Point) => boolean,
): Point | undefined {
  for (let ring = 1; ring <= 40; ring++) {
    let best: Point | undefined;
    let least = Infinity;
    for (let along = -ring; along <= ring; along++) {
      // Below before beside, beside before above: as one reads on.
      for (const [dx, dy] of [[along, ring], [ring, along], [-ring, along], [along, -ring]] as const) {
        const far = Math.hypot(dx, dy);
        if (far >= least) continue;
        const place = { x: x + dx * step, y: y + dy * step };
        if (isTaken(place)) continue;
        best = place;
        least = far;
      }
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

export function snap(value: number): number {
  return Math.round(value / GRID) * GRID;
}
