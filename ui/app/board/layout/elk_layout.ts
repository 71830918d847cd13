/**
 * The refined layout by ELK, for graphs up to about a thousand nodes: its own worker, a megabyte and a half, is loaded when first
 * asked for. The options are those that were measured best: BRANDES_KOEPF makes drawings ten times as tall, thoroughness over
 * 1 buys nothing, and components must stay together or large graphs overflow its stack.
 *
 * @module
 */

import type { ELK as Engine, ElkNode } from "elkjs/lib/elk-api.js";
import * as elk from "elkjs/lib/elk-api.js";
import { GAP_X, GAP_Y, type LayoutRequest, type Places } from "./layout_graph.ts";

declare const ELK_WORKER: string;

export const MAX_ELK_NODES = 1000;

const options = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.edgeRouting": "POLYLINE",
  "elk.separateConnectedComponents": "false",
  "elk.layered.layering.strategy": "NETWORK_SIMPLEX",
  "elk.layered.nodePlacement.strategy": "SIMPLE",
  "elk.layered.thoroughness": "1",
  "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
  "elk.layered.cycleBreaking.strategy": "DEPTH_FIRST",
  "elk.layered.spacing.nodeNodeBetweenLayers": String(GAP_X),
  "elk.spacing.nodeNode": String(GAP_Y),
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
};

/** The package is CommonJS: what its default is depends on who bundles it. */
interface Maker {
  new (options: { readonly workerFactory: () => Worker }): Engine;
}

function makerOf(found: unknown): Maker {
  if (typeof found === "function") return found as Maker;
  return makerOf((found as { readonly default: unknown }).default);
}

let engine: Engine | undefined;

/** Places of all nodes. @throws Error with ELK's own words */
export async function elkLayout({ nodes, edges, groups }: LayoutRequest): Promise<Places> {
  engine ??= new (makerOf(elk))({ workerFactory: () => new Worker(ELK_WORKER) });
  const groupOf = new Map(
    groups.flatMap(({ id, nodes: members }) => members.map((node) => [node, id] as const)),
  );
  const boxes = new Map(groups.map(({ id }): [string, ElkNode & { children: ElkNode[] }] => [id, {
    id: `group:${id}`,
    children: [],
    layoutOptions: { ...options, "elk.padding": "[top=44,left=18,bottom=18,right=18]" },
  }]));
  const roots: ElkNode[] = [];
  for (const { id, width, height } of nodes) {
    const box = boxes.get(groupOf.get(id) ?? "");
    (box?.children ?? roots).push({ id, width, height });
  }
  const known = new Set(nodes.map(({ id }) => id));
  const graph: ElkNode = {
    id: "root",
    layoutOptions: options,
    children: [...roots, ...[...boxes.values()].filter(({ children }) => children.length > 0)],
    edges: edges.filter(([from, to]) => known.has(from) && known.has(to) && from !== to)
      .map(([from, to], index) => ({ id: `e${index}`, sources: [from], targets: [to] })),
  };
  const places: [string, number, number][] = [];
  const take = (children: readonly ElkNode[] | undefined, left: number, top: number) => {
    for (const child of children ?? []) {
      const [x, y] = [left + (child.x ?? 0), top + (child.y ?? 0)];
      if (child.children === undefined || child.children.length === 0) {
        places.push([child.id, Math.round(x), Math.round(y)]);
      } else take(child.children, x, y);
    }
  };
  take((await engine.layout(graph)).children, 0, 0);
  return places;
}
