/**
 * The geometry of a board: boxes of nodes and lines of edges in typed arrays, found by place through a grid. Made from the
 * graph and the places; moving nodes during a drag changes it in place.
 *
 * @module
 */

import { INPUTS, objectOf, OUTPUTS } from "../model/board_node.ts";
import type { BoardNode } from "../model/board_node.ts";
import type { BoardEdge, BoardGroup, BoardNote, Graph } from "../model/graph.ts";
import type { Point } from "../model/commands.ts";
import { GROUP_PADDING, GROUP_TITLE } from "../layout/layout_graph.ts";
import { nodeViews } from "../../motif/motifs.ts";
import { type CardShape, cardShape, marksOf, MAX_PORTS } from "./card_shape.ts";
import { bendOf, curveDistance, curveMiddle, curveRect, type WireCurve } from "../routing/wire_curve.ts";
import { type FlatWays, type WireGround, WireRoutes } from "../routing/wire_routes.ts";
import { PlaceGrid } from "./place_grid.ts";
import { grownRect, intersects, type Rect } from "./viewport.ts";
import { WireEnds } from "./wire_ends.ts";

/** Shapes of nodes that have not changed. */
export type ShapeCache = WeakMap<BoardNode, { readonly key: string; readonly shape: CardShape }>;

const nothing: ReadonlySet<string> = new Set();
/** A file's place beyond this many units is none: nobody could go there. */
const FARTHEST = 1e7;

/** Wires whose ways are found at once; where more are wanted they are found elsewhere, and drawn directly until then. */
const MOST_AT_ONCE = 500;
/** Boxes that may stand elsewhere than before with the ways of the other wires kept. */
const MOST_CHANGED = 64;
/** A way this near to a box depends on it. */
const NEAR = 16;

/** What is found by place; shared by scenes with one geometry. */
interface Found {
  ends: WireEnds | undefined;
  boxes: PlaceGrid | undefined;
  edges: PlaceGrid | undefined;
  routes: WireRoutes | undefined;
  /** Not every way is the right one. */
  isStale: boolean;
  /** The scene before, whose ways may still hold. */
  earlier: Scene | undefined;
}

export class Scene {
  readonly graph: Graph;
  /** Nodes, then notes as `note:ID`. */
  readonly ids: readonly string[];
  readonly indexOf: ReadonlyMap<string, number>;
  readonly nodes: readonly (BoardNode | undefined)[];
  readonly shapes: readonly (CardShape | undefined)[];
  readonly left: Float64Array;
  readonly top: Float64Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  readonly edges: readonly BoardEdge[];
  readonly #found: Found;
  /** How often boxes were moved in place. */
  moves = 0;
  /** What the places depend on besides the nodes. */
  readonly #ground: readonly unknown[];

  constructor(
    graph: Graph,
    placeOf: (id: string) => Point,
    expanded: ReadonlySet<string>,
    shapes: ShapeCache,
    ground: readonly unknown[] = [],
    before?: Scene,
  ) {
    this.graph = graph;
    this.#ground = ground;
    const nodes = [...graph.nodes.values()];
    const kept = before === undefined
      ? undefined
      : before.#sharedBy(graph, nodes, placeOf, expanded, shapes, ground);
    if (before !== undefined && kept !== undefined) {
      this.ids = before.ids;
      this.indexOf = before.indexOf;
      this.nodes = kept.nodes;
      this.shapes = kept.shapes;
      this.left = before.left;
      this.top = before.top;
      this.width = before.width;
      this.height = before.height;
      this.edges = before.edges;
      this.#found = before.#found;
      return;
    }
    this.ids = [...nodes.map(({ id }) => id), ...graph.notes.map(({ id }) => `note:${id}`)];
    const indexOf = new Map(this.ids.map((id, index) => [id, index]));
    // Who is folded away is where the box is.
    for (const [member, box] of graph.hidden ?? []) indexOf.set(member, indexOf.get(box) as number);
    this.indexOf = indexOf;
    this.nodes = this.ids.map((_, index) => nodes[index]);
    const used = usedPorts(graph);
    const count = this.ids.length;
    this.left = new Float64Array(count);
    this.top = new Float64Array(count);
    this.width = new Float64Array(count);
    this.height = new Float64Array(count);
    this.shapes = this.nodes.map((node) => {
      return node === undefined
        ? undefined
        : keptShape(node, used.get(node.id) ?? nothing, expanded.has(node.id), shapes);
    });
    for (let index = 0; index < count; index++) {
      const { x, y } = placeOf(this.ids[index] as string);
      const note = graph.notes[index - nodes.length];
      this.left[index] = x;
      this.top[index] = y;
      this.width[index] = this.shapes[index]?.width ?? note?.width ?? 0;
      this.height[index] = this.shapes[index]?.height ?? note?.height ?? 0;
    }
    this.edges = graph.edges;
    const earlier = before === undefined || before.#found.routes !== undefined
      ? before
      : before.#found.earlier;
    this.#found = {
      ends: undefined,
      boxes: undefined,
      edges: undefined,
      routes: undefined,
      isStale: false,
      earlier,
    };
  }

  get #ends(): WireEnds {
    const { indexOf, shapes, left, top } = this;
    return this.#found.ends ??= new WireEnds(this.edges, { indexOf, shapes, left, top });
  }

  /** Per edge: x1, y1, x2, y2. */
  get lines(): Float64Array {
    return this.#ends.lines;
  }

  get edgeFrom(): Int32Array {
    return this.#ends.from;
  }

  get edgeTo(): Int32Array {
    return this.#ends.to;
  }

  /** The geometry, the same object while nothing stands elsewhere. */
  get geometry(): object {
    return this.#found;
  }

  /** Nodes and shapes for a graph that stands exactly as this one; undefined where something moved, grew or was connected. */
  #sharedBy(
    graph: Graph,
    nodes: readonly BoardNode[],
    placeOf: (id: string) => Point,
    expanded: ReadonlySet<string>,
    shapes: ShapeCache,
    ground: readonly unknown[],
  ): { readonly nodes: (BoardNode | undefined)[]; readonly shapes: (CardShape | undefined)[] } | undefined {
    const old = this.graph;
    if (old.edges !== graph.edges || old.notes !== graph.notes || old.groups !== graph.groups) {
      return undefined;
    }
    if (old.hidden !== graph.hidden) return undefined;
    if (old.nodes.size !== nodes.length || ground.some((part, index) => part !== this.#ground[index])) {
      return undefined;
    }
    const nextNodes = [...this.nodes];
    const nextShapes = [...this.shapes];
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index] as BoardNode;
      if (node === this.nodes[index]) continue;
      if (node.id !== this.ids[index]) return undefined;
      const outgoing = [...this.edgesOf(index)].filter((edge) => this.edgeFrom[edge] === index);
      const used = new Set(outgoing.map((edge) => this.edges[edge]?.fromPort ?? ""));
      const shape = keptShape(node, used, expanded.has(node.id), shapes);
      const { x, y } = placeOf(node.id);
      if (!isSameShape(shape, this.shapes[index]) || x !== this.left[index] || y !== this.top[index]) {
        return undefined;
      }
      nextNodes[index] = node;
      nextShapes[index] = shape;
    }
    return { nodes: nextNodes, shapes: nextShapes };
  }

  /** Moves boxes; what is found by place follows, and so do the ways of wires at them and of those in their way. */
  move(indices: readonly number[], dx: number, dy: number): void {
    const touched = new Set<number>();
    for (const index of indices) {
      for (const edge of this.edgesOf(index)) touched.add(edge);
    }
    const isFew = indices.length <= MOST_CHANGED && touched.size <= MOST_AT_ONCE;
    if (isFew) {
      for (const index of indices) {
        const before = this.rectOf(index);
        for (const rect of [before, shifted(before, dx, dy)]) {
          for (const edge of this.edgesIn(grownRect(rect, NEAR))) touched.add(edge);
        }
      }
    }
    for (const index of indices) {
      this.left[index]! += dx;
      this.top[index]! += dy;
      for (const edge of this.edgesOf(index)) this.#ends.place(edge);
    }
    this.#found.boxes = undefined;
    const routes = this.#found.routes;
    if (isFew && touched.size <= MOST_AT_ONCE) routes?.find(touched);
    else {
      for (const edge of touched) routes?.keep(edge, undefined);
      this.#found.isStale = true;
    }
    this.#found.edges = undefined;
    this.moves++;
  }

  edgesOf(index: number): Uint32Array {
    return this.#ends.at(index);
  }

  rectOf(index: number): Rect {
    return {
      left: this.left[index]!,
      top: this.top[index]!,
      right: this.left[index]! + this.width[index]!,
      bottom: this.top[index]! + this.height[index]!,
    };
  }

  /** The rectangle of these boxes, or of all. */
  bounds(indices?: Iterable<number>): Rect | undefined {
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (const index of indices ?? this.ids.keys()) {
      left = Math.min(left, this.left[index]!);
      top = Math.min(top, this.top[index]!);
      right = Math.max(right, this.left[index]! + this.width[index]!);
      bottom = Math.max(bottom, this.top[index]! + this.height[index]!);
    }
    return right < left ? undefined : { left, top, right, bottom };
  }

  /** The frame of a group around its members. */
  groupRect({ nodes }: BoardGroup): Rect | undefined {
    const inner = this.bounds(nodes.flatMap((id) => this.indexOf.get(id) ?? []));
    if (inner === undefined) return undefined;
    return {
      left: inner.left - GROUP_PADDING,
      top: inner.top - GROUP_PADDING - GROUP_TITLE,
      right: inner.right + GROUP_PADDING,
      bottom: inner.bottom + GROUP_PADDING,
    };
  }

  /** Makes what things are found by, before somebody waits for it; in parts, between which others may have their turn. */
  *prepare(): Generator<void> {
    this.#ends;
    yield;
    this.#found.boxes ??= this.#boxGrid();
    yield;
    this.#routes;
    yield;
    this.#found.edges ??= this.#edgeGrid();
    yield;
  }

  /** Boxes that touch `rect`. */
  boxesIn(rect: Rect): number[] {
    return (this.#found.boxes ??= this.#boxGrid()).find(rect);
  }

  /** Edges whose curve may touch `rect`. */
  edgesIn(rect: Rect): number[] {
    return (this.#found.edges ??= this.#edgeGrid()).find(rect);
  }

  #boxGrid(): PlaceGrid {
    const rects = new Float64Array(this.ids.length * 4);
    for (let index = 0; index < this.ids.length; index++) {
      const at = index * 4;
      rects[at] = this.left[index]!;
      rects[at + 1] = this.top[index]!;
      rects[at + 2] = this.left[index]! + this.width[index]!;
      rects[at + 3] = this.top[index]! + this.height[index]!;
    }
    return new PlaceGrid(rects);
  }

  get #routes(): WireRoutes {
    return this.#found.routes ??= this.#makeRoutes();
  }

  /** True where ways are still to be found, elsewhere: there are too many to wait for. */
  get lacksWays(): boolean {
    this.#routes;
    return this.#found.isStale;
  }

  /** What ways are found by, as a copy that can be handed away. */
  get ground(): WireGround {
    return {
      left: this.left.slice(),
      top: this.top.slice(),
      width: this.width.slice(),
      height: this.height.slice(),
      lines: this.lines.slice(),
      from: this.edgeFrom.slice(),
      to: this.edgeTo.slice(),
      trunk: this.#ends.trunks.slice(),
    };
  }

  /** Takes ways that were found elsewhere for this geometry as it was after `moves` moves; false where it has moved since. */
  takeWays({ starts, points }: FlatWays, moves: number): boolean {
    if (moves !== this.moves || starts.length !== this.edges.length + 1) return false;
    for (let edge = 0; edge < this.edges.length; edge++) {
      const [start, end] = [starts[edge]!, starts[edge + 1]!];
      this.#routes.keep(edge, start === end ? undefined : points.subarray(start, end));
    }
    this.#found.isStale = false;
    this.#found.edges = undefined;
    this.moves++;
    return true;
  }

  #makeRoutes(): WireRoutes {
    const found = this.#found;
    const { earlier } = found;
    found.earlier = undefined;
    const ground: WireGround = {
      left: this.left,
      top: this.top,
      width: this.width,
      height: this.height,
      lines: this.lines,
      from: this.edgeFrom,
      to: this.edgeTo,
      trunk: this.#ends.trunks,
    };
    const routes = new WireRoutes(ground, (rect) => this.boxesIn(rect));
    const changed = earlier === undefined || earlier.#found.isStale ? undefined : this.#changedSince(earlier);
    if (earlier === undefined || changed === undefined) {
      if (this.edges.length <= MOST_AT_ONCE) routes.find();
      else found.isStale = true;
      return routes;
    }
    const known = new Map(earlier.edges.map(({ id }, index) => [id, index]));
    const open: number[] = [];
    this.edges.forEach(({ id }, edge) => {
      const before = known.get(id);
      const way = before === undefined ? undefined : earlier.#routes.wayOf(before);
      const isKept = before !== undefined && isSameLine(this.lines, edge, earlier.lines, before) &&
        !changed.some((rect) => intersects(rect, this.#edgeRect(edge, way)));
      if (isKept) routes.keep(edge, way);
      else open.push(edge);
    });
    if (open.length <= MOST_AT_ONCE) routes.find(open);
    else found.isStale = true;
    return routes;
  }

  /** Where boxes stand now or stood that stand elsewhere, with the room around; undefined where those are too many. */
  #changedSince(earlier: Scene): readonly Rect[] | undefined {
    const changed: Rect[] = [];
    const isOther = (a: Rect, b: Rect) =>
      a.left !== b.left || a.top !== b.top || a.right !== b.right || a.bottom !== b.bottom;
    const take = (rect: Rect) => changed.push(grownRect(rect, NEAR));
    for (let index = 0; index < this.ids.length && changed.length <= 2 * MOST_CHANGED; index++) {
      const id = this.ids[index]!;
      const rect = this.rectOf(index);
      const at = earlier.indexOf.get(id);
      const before = at === undefined || earlier.ids[at] !== id ? undefined : earlier.rectOf(at);
      if (before !== undefined && !isOther(rect, before)) continue;
      take(rect);
      if (before !== undefined) take(before);
    }
    for (let index = 0; index < earlier.ids.length && changed.length <= 2 * MOST_CHANGED; index++) {
      const at = this.indexOf.get(earlier.ids[index]!);
      if (at === undefined || this.ids[at] !== earlier.ids[index]) take(earlier.rectOf(index));
    }
    return changed.length > 2 * MOST_CHANGED ? undefined : changed;
  }

  /** The way of an edge around what stands between; undefined where it is drawn directly. */
  wayOf(edge: number): WireCurve | undefined {
    return this.#routes.wayOf(edge);
  }

  /** The curve of an edge. */
  curveOf(edge: number): WireCurve {
    return this.#routes.curveOf(edge);
  }

  #edgeRect(edge: number, way: WireCurve | undefined): Rect {
    if (way !== undefined) return curveRect(way);
    const at = edge * 4;
    const [x1, y1, x2, y2] = [this.lines[at]!, this.lines[at + 1]!, this.lines[at + 2]!, this.lines[at + 3]!];
    // A line that goes back bulges on both sides.
    const bulge = x2 < x1 ? bendOf(x1, x2) : 0;
    return {
      left: Math.min(x1, x2) - bulge,
      top: Math.min(y1, y2) - 2,
      right: Math.max(x1, x2) + bulge,
      bottom: Math.max(y1, y2) + 2,
    };
  }

  #edgeGrid(): PlaceGrid {
    const { lines } = this;
    const routes = this.#routes;
    const rects = new Float64Array(lines.length);
    for (let edge = 0; edge < this.edges.length; edge++) {
      const at = edge * 4;
      const way = routes.wayOf(edge);
      if (way === undefined && lines[at + 2]! >= lines[at]!) {
        rects[at] = lines[at]!;
        rects[at + 1] = Math.min(lines[at + 1]!, lines[at + 3]!) - 2;
        rects[at + 2] = lines[at + 2]!;
        rects[at + 3] = Math.max(lines[at + 1]!, lines[at + 3]!) + 2;
        continue;
      }
      const { left, top, right, bottom } = this.#edgeRect(edge, way);
      rects[at] = left;
      rects[at + 1] = top - 2;
      rects[at + 2] = right;
      rects[at + 3] = bottom + 2;
    }
    return new PlaceGrid(rects);
  }

  /** The topmost box at a point. */
  boxAt(x: number, y: number): number | undefined {
    return this.boxesIn({ left: x, top: y, right: x + 0.01, bottom: y + 0.01 }).at(-1);
  }

  /** The edge nearest to a point, within `reach` units. */
  edgeAt(x: number, y: number, reach: number): number | undefined {
    let best: number | undefined;
    let least = reach;
    for (
      const edge of this.edgesIn({ left: x - reach, top: y - reach, right: x + reach, bottom: y + reach })
    ) {
      const distance = curveDistance(this.curveOf(edge), x, y);
      if (distance >= least) continue;
      least = distance;
      best = edge;
    }
    return best;
  }

  /** The middle of an edge. */
  middleOf(edge: number): Point {
    return curveMiddle(this.curveOf(edge));
  }
}

function shifted({ left, top, right, bottom }: Rect, dx: number, dy: number): Rect {
  return { left: left + dx, top: top + dy, right: right + dx, bottom: bottom + dy };
}

function isSameLine(a: Float64Array, one: number, b: Float64Array, other: number): boolean {
  for (let at = 0; at < 4; at++) if (a[one * 4 + at] !== b[other * 4 + at]) return false;
  return true;
}

/** The same ports at the same places. */
function isSameShape(a: CardShape, b: CardShape | undefined): boolean {
  const same = (one: readonly { readonly name: string }[], other: readonly { readonly name: string }[]) =>
    one.length === other.length && one.every(({ name }, index) => name === other[index]?.name);
  return b !== undefined && a.height === b.height && a.rows === b.rows && same(a.inputs, b.inputs) &&
    same(a.outputs, b.outputs);
}

/** The outputs that others read, of nodes that do not show all of theirs. */
function usedPorts(graph: Graph): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>();
  for (const { from, fromPort } of graph.edges) {
    if ((graph.nodes.get(from)?.outputs.length ?? 0) <= MAX_PORTS) continue;
    const known = used.get(from);
    if (known === undefined) used.set(from, new Set([fromPort]));
    else known.add(fromPort);
  }
  return used;
}

function keptShape(
  node: BoardNode,
  used: ReadonlySet<string>,
  isExpanded: boolean,
  shapes: ShapeCache,
): CardShape {
  const hasView = nodeViews.peek().get(node.use)?.view !== undefined;
  if (!isExpanded && !hasView && isPlain(node)) return plainShape(node);
  const key = `${isExpanded ? "+" : ""}${hasView ? "v" : ""}${
    node.outputs.length > MAX_PORTS ? [...used].join() : ""
  }`;
  const kept = shapes.get(node);
  if (kept?.key === key) return kept.shape;
  const shape = cardShape(node, used, isExpanded, hasView);
  shapes.set(node, { key, shape });
  return shape;
}

/** Nodes whose shape is told from their ports alone, which nodes of one type share: so they share their shape, too. */
function isPlain(node: BoardNode): boolean {
  return node.outputs.length <= MAX_PORTS && node.group !== "folded" && marksOf(node).length === 0;
}

const plainShapes = new WeakMap<
  BoardNode["inputs"],
  { readonly outputs: unknown; readonly shape: CardShape }
>();

function plainShape(node: BoardNode): CardShape {
  const kept = plainShapes.get(node.inputs);
  if (kept?.outputs === node.outputs) return kept.shape;
  const shape = cardShape(node, nothing, false);
  plainShapes.set(node.inputs, { outputs: node.outputs, shape });
  return shape;
}

/** Where a node stands by the file; undefined where the file does not say. */
export function filePlace(graph: Graph, node: BoardNode): Point | undefined {
  const board = objectOf(graph.head["board"]);
  const position = node.id === INPUTS
    ? objectOf(board["inputs"])
    : node.id === OUTPUTS
    ? objectOf(board["outputs"])
    : objectOf(node.value["position"]);
  const { x, y } = position;
  return typeof x === "number" && typeof y === "number" && Math.abs(x) <= FARTHEST && Math.abs(y) <= FARTHEST
    ? { x, y }
    : undefined;
}

export type { BoardNote };
