/** Where the cards and the lines of a lineage are; lines go around the cards that they have nothing to do with. @module */

import type { Lineage } from "../../../api/artifacts.ts";
import type { LayoutRequest, Places } from "../../board/layout/layout_graph.ts";
import { curveData, curveRect } from "../../board/routing/wire_curve.ts";
import type { FlatWays, WireGround } from "../../board/routing/wire_routes.ts";
import { cardGround, lineCurve } from "../card_lines.ts";

export const CARD = { width: 168, height: 40 };
const PADDING = 24;

export interface LineageDrawing {
  /** Left upper corners of the cards, by node. */
  readonly places: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  /** SVG's path data. */
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** Who lays out and finds ways, at once or in a worker. */
export interface Drafting {
  layout(request: LayoutRequest): Places | Promise<Places>;
  ways(ground: WireGround): FlatWays | Promise<FlatWays>;
}

/** Lays it out and finds the ways of its lines. */
export async function lineageDrawing(
  { nodes, edges }: Pick<Lineage, "nodes" | "edges">,
  drafting: Drafting,
): Promise<LineageDrawing> {
  const indexOf = new Map(nodes.map(({ id }, index) => [id, index]));
  const known = edges.filter(({ from, to }) => indexOf.has(from) && indexOf.has(to));
  const found = await drafting.layout({
    nodes: nodes.map(({ id }) => ({ id, ...CARD })),
    edges: known.map(({ from, to }) => [from, to] as const),
    groups: [],
  });
  const x = new Float64Array(nodes.length);
  const y = new Float64Array(nodes.length);
  for (const [id, left, top] of found) {
    const index = indexOf.get(id) ?? 0;
    x[index] = left;
    y[index] = top;
  }
  const from = Int32Array.from(known, (edge) => indexOf.get(edge.from)!);
  const to = Int32Array.from(known, (edge) => indexOf.get(edge.to)!);
  const ground = cardGround({ x, y, from, to }, CARD);
  const ways = await drafting.ways(ground);
  const curves = known.map((_, line) => lineCurve(ground, ways, line));
  // A way may lead above or below everything else.
  const rects = [
    ...curves.map(curveRect),
    ...nodes.map((_, at) => ({
      left: x[at]!,
      top: y[at]!,
      right: x[at]! + CARD.width,
      bottom: y[at]! + CARD.height,
    })),
  ];
  const left = Math.min(...rects.map((rect) => rect.left)) - PADDING;
  const top = Math.min(...rects.map((rect) => rect.top)) - PADDING;
  return {
    places: new Map(nodes.map(({ id }, at) => [id, { x: x[at]! - left, y: y[at]! - top }])),
    lines: curves.map((curve) => curveData(curve.map((value, at) => value - (at % 2 === 0 ? left : top)))),
    width: Math.max(...rects.map((rect) => rect.right)) + PADDING - left,
    height: Math.max(...rects.map((rect) => rect.bottom)) + PADDING - top,
  };
}
