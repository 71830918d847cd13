/**
 * Where the nodes of a board stand: by the file, else by the layout, which is asked for those that have no place yet; and where
 * there is room for another.
 *
 * @module
 */

import { type ReadonlySignal, signal } from "@preact/signals";
import {
  GROUP_PADDING,
  GROUP_TITLE,
  type LayoutEdge,
  layoutGraph,
  type LayoutRequest,
  type Places,
} from "./layout/layout_graph.ts";
import type { BoardNode } from "./model/board_node.ts";
import type { Point } from "./model/commands.ts";
import type { BoardDocument } from "./model/document.ts";
import type { FoldedView } from "./model/folded.ts";
import type { Graph } from "./model/graph.ts";
import { completed, GRID, nearestFree, snap, unplaced } from "./places.ts";
import { CARD_WIDTH, cardShape, portPlace } from "./view/card_shape.ts";
import { filePlace, Scene, type ShapeCache } from "./view/scene.ts";

/** Graphs up to this are laid out at once; larger ones in the worker. */
const AT_ONCE = 300;
/** Nodes that come are kept this far from others. */
const GAP = 16;

/** What places are worked out from. */
export interface PlacedBoard {
  readonly document: BoardDocument;
  readonly shown: ReadonlySignal<FoldedView>;
  readonly scene: ReadonlySignal<Scene>;
  readonly expanded: ReadonlySignal<ReadonlySet<string>>;
}

export class NodePlaces {
  /** What the layout gave. */
  readonly laidOut = signal<ReadonlyMap<string, Point>>(new Map());
  readonly shapes: ShapeCache = new WeakMap();
  readonly #board: PlacedBoard;
  readonly #lay: (request: LayoutRequest) => Promise<Places>;
  readonly #onPlaced: () => void;
  /** Nodes that are known to have a place. */
  readonly #placed = new WeakSet<BoardNode>();
  #isAwaited = false;

  /** `lay` lays out elsewhere; `onPlaced` is told when nodes that waited for it have their places. */
  constructor(board: PlacedBoard, lay: (request: LayoutRequest) => Promise<Places>, onPlaced: () => void) {
    this.#board = board;
    this.#lay = lay;
    this.#onPlaced = onPlaced;
  }

  /** True while a layout of nodes without a place is awaited. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  of(id: string): Point {
    if (this.#board.shown.peek().graph.hidden?.has(id) === true) return this.#filed(id);
    const scene = this.#board.scene.peek();
    const index = scene.indexOf.get(id);
    return index === undefined ? { x: 0, y: 0 } : { x: scene.left[index]!, y: scene.top[index]! };
  }

  /** By the graph that is shown: of its boxes and notes as well. */
  inView({ graph, boxes }: FoldedView): (id: string) => Point {
    const notes = new Map(graph.notes.map((note) => [`note:${note.id}`, note]));
    return (id) => {
      const box = boxes.get(id);
      if (box !== undefined) return cornerOf(box.nodes.map((member) => this.#filed(member)));
      return notes.get(id) ?? this.#filed(id);
    };
  }

  /** With the members of boxes in place of these, and with nodes that have no place in the file yet. */
  whole(places: ReadonlyMap<string, Point>): ReadonlyMap<string, Point> {
    const all = new Map(places);
    // A box that is moved takes its members along.
    for (const [id, to] of places) {
      const box = this.#board.shown.peek().boxes.get(id);
      if (box === undefined) continue;
      all.delete(id);
      const members = box.nodes.map((member) => [member, this.#filed(member)] as const);
      const from = cornerOf(members.map(([, place]) => place));
      for (const [member, { x, y }] of members) {
        all.set(member, { x: x + to.x - from.x, y: y + to.y - from.y });
      }
    }
    for (const id of unplaced(this.#graph)) if (!all.has(id)) all.set(id, this.of(id));
    return all;
  }

  /** A free place near `near`, for this node, or for something `high`. */
  free(near: Point, node?: BoardNode, high = 80): Point {
    const scene = this.#board.scene.peek();
    const shape = node === undefined ? undefined : cardShape(node, new Set(), false);
    const [wide, tall] = [shape?.width ?? CARD_WIDTH, shape?.height ?? high];
    const isTaken = ({ x, y }: Point) =>
      scene.boxesIn({ left: x - GAP, top: y - GAP, right: x + wide + GAP, bottom: y + tall + GAP }).length >
        0;
    const place = isTaken(near) ? nearestFree(near, 5 * GRID, isTaken) ?? near : near;
    return { x: snap(place.x), y: snap(place.y) };
  }

  /** Has all nodes laid out, or those chosen, which keep their corner; by `refine`, where it is given. */
  async layout(
    chosen: ReadonlySet<string> | undefined,
    refine?: (request: LayoutRequest) => Promise<Places>,
  ): Promise<ReadonlyMap<string, Point>> {
    const request = this.#request(chosen);
    const places = refine !== undefined ? await refine(request) : await this.#ask(request);
    const scene = this.#board.scene.peek();
    const corner = chosen === undefined
      ? undefined
      : scene.bounds([...chosen].flatMap((id) => scene.indexOf.get(id) ?? []));
    const dx = corner?.left ?? 0;
    const dy = corner?.top ?? 0;
    return new Map(places.map(([id, x, y]) => [id, { x: x + dx, y: y + dy }]));
  }

  /** Another part of the file is shown: what was laid out was of nodes of the same names. */
  forget(): void {
    this.laidOut.value = new Map();
  }

  /** Gives places to nodes that have none yet. */
  placeMissing(): void {
    const graph = this.#graph;
    const known = this.laidOut.peek();
    let isSettled = true;
    for (const node of graph.nodes.values()) {
      if (this.#placed.has(node)) continue;
      isSettled = known.has(node.id) || node.value["position"] !== undefined;
      if (!isSettled) break;
      this.#placed.add(node);
    }
    if (isSettled) return;
    const missing = unplaced(graph).filter((id) => !known.has(id));
    if (missing.length === 0) return;
    // Who is folded away needs a place as well.
    const scene = this.#board.shown.peek().boxes.size === 0
      ? this.#board.scene.peek()
      : new Scene(graph, (id) => this.#filed(id), this.#board.expanded.peek(), this.shapes);
    const { nodes, ...rest } = this.#request(undefined, scene);
    // Nothing of where unplaced nodes happen to be may count.
    const request = { ...rest, nodes: nodes.map(({ id, width, height }) => ({ id, width, height })) };
    if (request.nodes.length <= AT_ONCE) {
      this.laidOut.value = completed(graph, layoutGraph(request), known);
      return;
    }
    this.#isAwaited = true;
    this.#lay(request).then((places) => {
      this.#isAwaited = false;
      this.laidOut.value = completed(this.#graph, places, this.laidOut.peek());
      this.#onPlaced();
    });
  }

  get #graph(): Graph {
    return this.#board.document.graph;
  }

  /** By the file, else by the layout; of a node or note, shown or not. */
  #filed(id: string): Point {
    const graph = this.#graph;
    const node = graph.nodes.get(id);
    return (node === undefined ? undefined : filePlace(graph, node)) ?? this.laidOut.value.get(id) ??
      { x: 0, y: 0 };
  }

  #request(chosen?: ReadonlySet<string>, of = this.#board.scene.peek()): LayoutRequest {
    const { graph, shapes, ids, top } = of;
    const isIn = (id: string) => chosen === undefined || chosen.has(id);
    const nodes = ids.flatMap((id, index) => {
      const shape = shapes[index];
      return shape === undefined || !isIn(id)
        ? []
        : [{ id, width: shape.width, height: shape.height, y: top[index]! }];
    });
    const heightOf = (id: string, side: "input" | "output", port: string) => {
      const shape = shapes[of.indexOf.get(id) as number];
      return shape === undefined ? undefined : portPlace(shape, side, port).y;
    };
    const edges = graph.edges.filter(({ from, to }) => isIn(from) && isIn(to)).map((
      { from, fromPort, to, toPort },
    ): LayoutEdge => [from, to, heightOf(from, "output", fromPort), heightOf(to, "input", toPort)]);
    const groups = graph.groups.map(({ id, nodes: members }) => ({ id, nodes: members.filter(isIn) }));
    return { nodes, edges, groups };
  }

  async #ask(request: LayoutRequest): Promise<Places> {
    return request.nodes.length <= AT_ONCE ? layoutGraph(request) : await this.#lay(request);
  }
}

/** Where the box of a group stands: at the corner of its frame. */
function cornerOf(places: readonly Point[]): Point {
  return {
    x: Math.min(...places.map(({ x }) => x)) - GROUP_PADDING,
    y: Math.min(...places.map(({ y }) => y)) - GROUP_PADDING - GROUP_TITLE,
  };
}
