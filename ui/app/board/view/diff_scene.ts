/**
 * Two versions of a workflow in one scene: every node of either, with the ports and wires of both, and marks of what is new, gone
 * or changed.
 *
 * @module
 */

import { layoutGraph } from "../layout/layout_graph.ts";
import { type BoardNode, INPUTS, OUTPUTS } from "../model/board_node.ts";
import type { Point } from "../model/commands.ts";
import type { Graph } from "../model/graph.ts";
import type { ChangeKind, GraphDiff } from "../model/graph_diff.ts";
import { portChanges, portKey, withBothPorts } from "../model/port_diff.ts";
import type { PictureMarks } from "./board_svg.ts";
import { filePlace, Scene, type ShapeCache } from "./scene.ts";

export interface DiffScene {
  readonly scene: Scene;
  readonly marks: PictureMarks;
  /** The nodes that differ, or whose wires do. */
  readonly touched: ReadonlySet<string>;
}

export function diffScene(before: Graph, after: Graph, diff: GraphDiff): DiffScene {
  const nodes = new Map<string, BoardNode>(before.nodes);
  for (const [id, node] of after.nodes) nodes.set(id, withBothPorts(before.nodes.get(id), node));
  const ports = new Map(
    [...nodes.keys()].map((id) => [id, portChanges(before.nodes.get(id), after.nodes.get(id))]),
  );
  const kinds = new Map<string, ChangeKind>(diff.nodes.map(({ id, kind }) => [id, kind]));
  // The workflow's own inputs and outputs have no text of their own that could differ.
  for (const id of [INPUTS, OUTPUTS]) {
    if ((ports.get(id)?.size ?? 0) > 0) kinds.set(id, "changed");
    else if (before.nodes.has(id) !== after.nodes.has(id)) {
      kinds.set(id, after.nodes.has(id) ? "added" : "removed");
    }
  }
  const [added, removed] = [new Set(diff.addedEdges), new Set(diff.removedEdges)];
  const both: Graph = {
    ...after,
    nodes,
    edges: [...after.edges, ...diff.removedEdges],
    groups: [],
    notes: [],
  };
  const touched = new Set(kinds.keys());
  for (const { from, to } of [...added, ...removed]) touched.add(from).add(to);
  const shapes: ShapeCache = new WeakMap();
  const scene = new Scene(both, placesOf(both, { before, after }, touched, shapes), touched, shapes);
  return {
    scene,
    touched,
    marks: {
      node: (id) => kinds.get(id),
      port: (id, side, name) => ports.get(id)?.get(portKey(side, name)),
      edge: (edge) => added.has(edge) ? "added" : removed.has(edge) ? "removed" : undefined,
      isAside: (id) => !touched.has(id),
    },
  };
}

/** As the files say, where they say so of all; else laid out anew. */
function placesOf(
  both: Graph,
  { before, after }: { readonly before: Graph; readonly after: Graph },
  expanded: ReadonlySet<string>,
  shapes: ShapeCache,
): (id: string) => Point {
  const filed = new Map([...both.nodes.values()].map((node) => [
    node.id,
    filePlace(after.nodes.has(node.id) ? after : before, node),
  ]));
  if ([...filed.values()].every((place) => place !== undefined)) return (id) => filed.get(id) as Point;
  const sized = new Scene(both, () => ({ x: 0, y: 0 }), expanded, shapes);
  const boxes = sized.ids.flatMap((id, index) => {
    const shape = sized.shapes[index];
    return shape === undefined ? [] : [{ id, width: shape.width, height: shape.height }];
  });
  const edges = both.edges.map(({ from, to }) => [from, to] as const);
  const places = new Map(
    layoutGraph({ nodes: boxes, edges, groups: [] }).map(([id, x, y]) => [id, { x, y }]),
  );
  return (id) => places.get(id) ?? { x: 0, y: 0 };
}
