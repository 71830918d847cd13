/**
 * The board behind the view: one document, what is selected, where one looks, what is wrong, how it is laid out. Views read
 * its signals and call its methods; it knows nothing of the page.
 *
 * @module
 */

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Catalog } from "../../../core/workflow/catalog.ts";
import { ChainedSteps, type Making, PART } from "./chained_steps.ts";
import type { CheckAnswer, CheckedNode } from "./check/check_protocol.ts";
import {
  GROUP_PADDING,
  GROUP_TITLE,
  type LayoutEdge,
  layoutGraph,
  type LayoutRequest,
  type Places,
} from "./layout/layout_graph.ts";
import type { BoardNode } from "./model/board_node.ts";
import type { Change } from "./model/change.ts";
import { foldGroups, moveNodes, type Point } from "./model/commands.ts";
import type { KnownTypes } from "./model/connection_judge.ts";
import { BoardDocument } from "./model/document.ts";
import { boxOf, type FoldedView, foldedView, groupOfBox, withBoxes } from "./model/folded.ts";
import type { BoardEdge, BoardGroup, Graph, Scope } from "./model/graph.ts";
import { atOnce } from "./model/parts.ts";
import { completed, nearestFree, unplaced } from "./places.ts";
import { type PlacedProblem, placedProblems, worstByNode } from "./problems.ts";
import { nodeViews } from "../motif/motifs.ts";
import { nextTurn } from "../state/turn.ts";
import type { FlatWays, WireGround } from "./routing/wire_routes.ts";
import { CARD_WIDTH, cardShape, portPlace } from "./view/card_shape.ts";
import { filePlace, Scene, type ShapeCache } from "./view/scene.ts";
import { firstView, fittedBeside, type Rect, type Viewport } from "./view/viewport.ts";

/** Graphs up to this are laid out at once; larger ones in the worker. */
const AT_ONCE = 300;
/** A stage as wide as a wall shows little workflows larger than life. */
const WALL_PX = 2400;
/** Nodes that come are kept this far from others. */
const GAP = 16;
/** Nodes snap to this. */
export const GRID = 8;

export interface Layouter {
  /** Lays out elsewhere; the newest question wins. */
  readonly ask: (request: LayoutRequest) => Promise<Places>;
  /** Finds the ways of many wires elsewhere. */
  readonly ways?: (ground: WireGround) => Promise<FlatWays>;
}

export class Board {
  readonly file: string;
  readonly document: BoardDocument;
  readonly selection = signal<ReadonlySet<string>>(new Set());
  readonly selectedEdge = signal<string | undefined>(undefined);
  /** The node that the keyboard is on. */
  readonly cursor = signal<string | undefined>(undefined);
  readonly expanded = signal<ReadonlySet<string>>(new Set());
  readonly view = signal<Viewport>({ x: 0, y: 0, zoom: 1 });
  /** Size of the window in screen pixels. */
  readonly size = signal({ width: 1000, height: 700 });
  /** What lies over the window, in screen pixels from its corner. */
  readonly covered = signal<readonly Rect[]>([]);
  readonly allProblems = signal<readonly PlacedProblem[]>([]);
  readonly isChecked = signal(false);
  /** Grows when wires were given ways that were found elsewhere. */
  readonly routed = signal(0);
  /** Grows with every change of the text. */
  readonly version = signal(0);
  readonly #layouter: Layouter;
  readonly #chained: ChainedSteps;
  #hasLooked = false;
  /** The last view that was not gone to but worked out, and how. */
  #looked: { readonly view: Viewport; readonly again: () => void } | undefined;
  readonly #shapes: ShapeCache = new WeakMap();
  readonly #laidOut = signal<ReadonlyMap<string, Point>>(new Map());
  #lastScene: Scene | undefined;
  /** A layout of nodes without a place is awaited. */
  #isPlacing = false;
  #isRouting = false;
  /** Nodes that are known to have a place. */
  readonly #placed = new WeakSet<BoardNode>();
  #types = new Map<string, CheckedNode>();
  readonly graph: ReadonlySignal<Graph>;
  /** Groups that are open for now, to show what is in them, though the file has them folded. */
  readonly opened = signal<ReadonlySet<string>>(new Set());
  /** The graph as it is shown: folded groups as boxes. */
  readonly shown: ReadonlySignal<FoldedView>;
  /** What is chosen, with the boxes all of whose members are. */
  readonly shownSelection: ReadonlySignal<ReadonlySet<string>>;
  readonly scene: ReadonlySignal<Scene>;
  readonly worst: ReadonlySignal<ReadonlyMap<string, "error" | "warning">>;
  readonly isDirty: ReadonlySignal<boolean>;
  /** A note that was just added: whoever shows it puts the cursor into it. */
  freshNote: string | undefined;
  /** Called after every change of the text. */
  onText: (text: string) => void = () => undefined;

  /** `graph` is that of the text, where somebody has read it already. */
  constructor(file: string, text: string, catalog: Catalog, layouter: Layouter, graph?: Graph) {
    this.file = file;
    this.#layouter = layouter;
    this.document = new BoardDocument(text, catalog, () => performance.now(), graph);
    this.#chained = new ChainedSteps(this.document, (selected) => this.#stepped(selected));
    this.graph = computed(() => (this.version.value, this.document.graph));
    let view: FoldedView | undefined;
    this.shown = computed(() => {
      const opened = this.opened.value;
      return view = foldedView(this.graph.value, ({ id, isFolded }) => isFolded && !opened.has(id), view);
    });
    this.shownSelection = computed(() => withBoxes(this.selection.value, this.shown.value.boxes));
    this.scene = computed(() => {
      const { graph, boxes } = this.shown.value;
      const laidOut = this.#laidOut.value;
      const notes = new Map(graph.notes.map((note) => [`note:${note.id}`, note]));
      const placeOf = (id: string): Point => {
        const box = boxes.get(id);
        if (box !== undefined) return cornerOf(box.nodes.map((member) => this.#filed(member)));
        return notes.get(id) ?? this.#filed(id);
      };
      const expanded = this.expanded.value;
      // Cards that show an extension's view are higher.
      const ground = [graph.head, laidOut, expanded, nodeViews.value];
      return this.#lastScene = new Scene(graph, placeOf, expanded, this.#shapes, ground, this.#lastScene);
    });
    const own = computed(() => worstByNode(this.allProblems.value));
    this.worst = computed(() => {
      const { boxes } = this.shown.value;
      // The same map while the same is wrong: what was painted by it stands.
      if (boxes.size === 0) return own.value;
      const worst = new Map(own.value);
      for (const [box, { nodes }] of boxes) {
        const inside = nodes.map((id) => worst.get(id));
        if (inside.includes("error")) worst.set(box, "error");
        else if (inside.includes("warning")) worst.set(box, "warning");
      }
      return worst;
    });
    this.isDirty = computed(() => (this.version.value, !this.document.history.isSaved));
    this.#placeMissing();
  }

  /** What the checker found out about types. */
  get types(): KnownTypes {
    return {
      outputs: (node) => {
        const known = this.#types.get(node);
        return known === undefined ? undefined : new Map(known.outputs);
      },
      isFan: (node) =>
        this.#types.get(node)?.isFan ?? this.graph.peek().nodes.get(node)?.value["each"] !== undefined,
    };
  }

  /** Makes a change; the selection follows it. */
  apply(change: Change): boolean {
    return batch(() => {
      const before = [...this.selection.peek()];
      if (!this.document.apply(change, before)) return false;
      this.#changed();
      if (change.select !== undefined) this.select(change.select);
      return true;
    });
  }

  /**
   * Makes a change that touches `count` nodes: at once, or where they are thousands in turns of the page. Resolves to it when it is made,
   * or to undefined where it changes nothing.
   */
  async change(count: number, making: Making): Promise<Change | undefined> {
    if (count > PART) return await this.#chained.make(making, () => [...this.selection.peek()]);
    const change = atOnce(making(this.document.ground));
    return this.apply(change) ? change : undefined;
  }

  undo(): void {
    this.#chained.step("undo");
  }

  redo(): void {
    this.#chained.step("redo");
  }

  #stepped(selected: readonly string[]): void {
    batch(() => {
      this.#changed();
      this.select(selected);
    });
  }

  /** Another text, as a step that can be taken back. */
  replaceText(text: string, label: string): void {
    batch(() => {
      this.document.replace(text, label);
      this.#changed();
    });
  }

  /** The file is on the disk as it is here. */
  markSaved(): void {
    this.document.history.markSaved();
    this.version.value++;
  }

  /** Takes another catalogue; as for `Document`. */
  setCatalog(catalog: Catalog, keeps?: (node: BoardNode) => boolean): void {
    this.document.setCatalog(catalog, keeps);
    this.version.value++;
    this.onText(this.document.text);
  }

  /** Looks into the body of a loop, or out again. */
  enter(scope: Scope): void {
    batch(() => {
      this.document.enter(scope);
      this.select([]);
      this.#laidOut.value = new Map();
      this.version.value++;
      this.#placeMissing();
    });
    this.onText(this.document.text);
  }

  #changed(): void {
    this.version.value++;
    const { nodes, notes } = this.document.graph;
    const isThere = (id: string) =>
      nodes.has(id) || this.shown.peek().boxes.has(id) || notes.some((note) => id === `note:${note.id}`);
    this.selection.value = new Set([...this.selection.peek()].filter(isThere));
    const edge = this.selectedEdge.peek();
    if (edge !== undefined && this.edgesNamed(edge).length === 0) this.selectedEdge.value = undefined;
    const cursor = this.cursor.peek();
    if (cursor !== undefined && !isThere(cursor)) this.cursor.value = undefined;
    this.#placeMissing();
    this.onText(this.document.text);
  }

  /** Takes what the checker said about the text that is shown. */
  takeCheck(answer: CheckAnswer): void {
    batch(() => {
      const problems = placedProblems(answer.problems, this.file, this.document.scope);
      // The same problems again are no news for anybody who shows them.
      if (JSON.stringify(problems) !== JSON.stringify(this.allProblems.peek())) {
        this.allProblems.value = problems;
      }
      this.isChecked.value = true;
    });
    // While there are errors, types from before are better than none.
    if (answer.isPlanned) this.#types = new Map(answer.nodes.map((node) => [node.id, node]));
  }

  select(ids: Iterable<string>, isAdded = false): void {
    batch(() => {
      const { boxes } = this.shown.peek();
      const given = [...ids];
      const chosen = new Set(boxes.size === 0 ? given : given.flatMap((id) => boxes.get(id)?.nodes ?? id));
      this.selection.value = isAdded ? new Set([...this.selection.peek(), ...chosen]) : chosen;
      this.selectedEdge.value = undefined;
      if (given.length === 1) this.cursor.value = given[0];
    });
  }

  selectEdge(id: string): void {
    batch(() => {
      this.selection.value = new Set();
      this.selectedEdge.value = id;
    });
  }

  toggleSelected(id: string): void {
    const next = new Set(this.selection.peek());
    const members = this.shown.peek().boxes.get(id)?.nodes ?? [id];
    const isChosen = members.every((one) => next.has(one));
    for (const one of members) isChosen ? next.delete(one) : next.add(one);
    this.select(next);
  }

  /** The connections of the file that go by this name, the one or all of a bundle. */
  edgesNamed(id: string): readonly BoardEdge[] {
    const edge = this.document.graph.edges.find((one) => one.id === id);
    if (edge !== undefined) return [edge];
    return this.shown.peek().graph.edges.find((one) => one.id === id)?.bundle ?? [];
  }

  /** Groups that what is chosen touches, or all. */
  groupsOf(ids?: ReadonlySet<string>): readonly BoardGroup[] {
    const { groups } = this.graph.peek();
    return ids === undefined ? groups : groups.filter(({ nodes }) => nodes.some((id) => ids.has(id)));
  }

  /** True where the group is shown as one box. */
  isFolded(group: string): boolean {
    return this.shown.peek().boxes.has(boxOf(group));
  }

  /** Folds groups into boxes, or shows their members again. Written into the file where it says otherwise; one step of undo. */
  fold(groups: readonly BoardGroup[], isFolded: boolean): void {
    batch(() => {
      const opened = new Set(this.opened.peek());
      for (const { id } of groups) opened.delete(id);
      this.opened.value = opened;
      const others = groups.filter((group) => group.isFolded !== isFolded).map(({ id }) => id);
      if (others.length > 0) {
        const kept = this.selection.peek();
        this.apply(foldGroups(this.document.ground, others, isFolded));
        this.selection.value = kept;
      }
      const cursor = this.cursor.peek();
      const inside = groups.find(({ id, nodes }) => cursor === boxOf(id) || nodes.includes(cursor ?? ""));
      if (inside !== undefined) {
        this.cursor.value = isFolded ? boxOf(inside.id) : inside.nodes[0];
        this.selection.value = new Set(inside.nodes);
      }
    });
  }

  toggleExpanded(id: string): void {
    const next = new Set(this.expanded.peek());
    if (!next.delete(id)) next.add(id);
    this.expanded.value = next;
  }

  /** By the file, else by the layout; of a node or note, shown or not. */
  #filed(id: string): Point {
    const graph = this.document.graph;
    const node = graph.nodes.get(id);
    return (node === undefined ? undefined : filePlace(graph, node)) ?? this.#laidOut.value.get(id) ??
      { x: 0, y: 0 };
  }

  placeOf(id: string): Point {
    if (this.shown.peek().graph.hidden?.has(id) === true) return this.#filed(id);
    const scene = this.scene.peek();
    const index = scene.indexOf.get(id);
    return index === undefined ? { x: 0, y: 0 } : { x: scene.left[index]!, y: scene.top[index]! };
  }

  /**
   * Writes where nodes stand; thousands in turns. With the first move the others' places are written too, so that nothing jumps later.
   */
  moveTo(places: ReadonlyMap<string, Point>, label?: string, join?: string): void {
    const named = label ??
      (places.size === 1 ? `Move ${[...places.keys()][0]}` : `Move ${places.size} nodes`);
    const whole = this.#whole(places);
    if (whole.size <= PART) this.apply(moveNodes(this.document.ground, whole, named, join));
    else void this.#chained.move(whole, named, [...this.selection.peek()]);
  }

  /** With the members of boxes in place of these, and with nodes that have no place in the file yet. */
  #whole(places: ReadonlyMap<string, Point>): ReadonlyMap<string, Point> {
    const all = new Map(places);
    // A box that is moved takes its members along.
    for (const [id, to] of places) {
      const box = this.shown.peek().boxes.get(id);
      if (box === undefined) continue;
      all.delete(id);
      const members = box.nodes.map((member) => [member, this.#filed(member)] as const);
      const from = cornerOf(members.map(([, place]) => place));
      for (const [member, { x, y }] of members) {
        all.set(member, { x: x + to.x - from.x, y: y + to.y - from.y });
      }
    }
    for (const id of unplaced(this.graph.peek())) if (!all.has(id)) all.set(id, this.placeOf(id));
    return all;
  }

  /** A free place near the middle of the window, or near `at`, for this node, or for something `high`. */
  freePlace(at?: Point, node?: BoardNode, high = 80): Point {
    const { x, y, zoom } = this.view.peek();
    const { width, height } = this.size.peek();
    let place = at ?? this.#besideChosen() ??
      { x: (width / 2 - x) / zoom - 108, y: (height / 2 - y) / zoom - 40 };
    const scene = this.scene.peek();
    const shape = node === undefined ? undefined : cardShape(node, new Set(), false);
    const [wide, tall] = [shape?.width ?? CARD_WIDTH, shape?.height ?? high];
    const isTaken = ({ x, y }: Point) =>
      scene.boxesIn({ left: x - GAP, top: y - GAP, right: x + wide + GAP, bottom: y + tall + GAP }).length >
        0;
    if (isTaken(place)) place = nearestFree(place, 5 * GRID, isTaken) ?? place;
    return { x: snap(place.x), y: snap(place.y) };
  }

  /** Right of the one chosen node: what is added next mostly follows it. */
  #besideChosen(): Point | undefined {
    const [id, ...others] = this.selection.peek();
    const scene = this.scene.peek();
    const index = id === undefined || others.length > 0 ? undefined : scene.indexOf.get(id);
    if (index === undefined) return undefined;
    const { right, top } = scene.rectOf(index);
    return { x: right + 56, y: top };
  }

  /** Shows all nodes, or those named. */
  fit(ids?: Iterable<string>, maxZoom = this.#largest): void {
    const scene = this.scene.peek();
    const indices = ids === undefined ? undefined : [...ids].flatMap((id) => scene.indexOf.get(id) ?? []);
    const bounds = scene.bounds(indices);
    if (bounds === undefined) return;
    const view = this.view.value = fittedBeside(bounds, this.#window, maxZoom);
    this.#looked = { view, again: () => this.fit(ids, maxZoom) };
  }

  /** The window has another size: who has not moved the view since is shown as much of the same as there is room for now. */
  lookAgain(): void {
    if (this.#looked?.view === this.view.peek()) this.#looked.again();
  }

  get #window() {
    return { ...this.size.peek(), covered: this.covered.peek() };
  }

  /** Most zoom of a view that shows everything. */
  get #largest(): number {
    return this.size.peek().width >= WALL_PX ? 1.5 : 1;
  }

  /** Where one begins: all of it where that can be read, else its beginning. Whoever comes back finds the view as it was. */
  firstLook(): void {
    // Not before everything has its place.
    if (this.#hasLooked || this.#isPlacing) return;
    this.#hasLooked = true;
    this.#lookFirst();
  }

  #lookFirst(): void {
    const scene = this.scene.peek();
    const bounds = scene.bounds();
    if (bounds === undefined) return;
    const starts = [...scene.ids.keys()].filter((index) => scene.left[index]! < bounds.left + CARD_WIDTH / 2);
    const view = this.view.value = firstView(
      bounds,
      scene.bounds(starts) ?? bounds,
      this.#window,
      this.#largest,
    );
    this.#looked = { view, again: () => this.#lookFirst() };
  }

  /** Brings a node into sight without changing more than needed. */
  reveal(id: string): void {
    const box = this.shown.peek().graph.hidden?.get(id);
    const group = box === undefined ? undefined : groupOfBox(box);
    // Who looks for what is inside sees inside; the file stays as it is.
    if (group !== undefined) this.opened.value = new Set([...this.opened.peek(), group]);
    const scene = this.scene.peek();
    const index = scene.indexOf.get(id);
    if (index === undefined) return;
    const { left, top, right, bottom } = scene.rectOf(index);
    const { width, height } = this.size.peek();
    const view = this.view.peek();
    const zoom = view.zoom < 0.4 ? 0.8 : view.zoom;
    const margin = 40;
    const shift = (near: number, far: number, offset: number, room: number) => {
      if (far - near > room - 2 * margin) return margin - near;
      if (near + offset < margin) return margin - near;
      return far + offset > room - margin ? room - margin - far : offset;
    };
    const base = zoom === view.zoom
      ? view
      : { x: width / 2 - ((left + right) / 2) * zoom, y: height / 2 - ((top + bottom) / 2) * zoom };
    this.view.value = {
      zoom,
      x: shift(left * zoom, right * zoom, base.x, width),
      y: shift(top * zoom, bottom * zoom, base.y, height),
    };
  }

  /** Lays out all nodes, or those named, which keep their corner. One step of undo. */
  async layout(ids?: readonly string[], refine?: (request: LayoutRequest) => Promise<Places>): Promise<void> {
    const hidden = this.shown.peek().graph.hidden;
    const boxed = hidden === undefined || ids === undefined
      ? ids
      : [...new Set(ids.map((id) => hidden.get(id) ?? id))];
    const chosen = boxed === undefined || boxed.length < 2 ? undefined : new Set(boxed);
    const request = this.#request(chosen);
    const places = refine !== undefined ? await refine(request) : await this.#askLayout(request);
    const scene = this.scene.peek();
    const corner = chosen === undefined
      ? undefined
      : scene.bounds([...chosen].flatMap((id) => scene.indexOf.get(id) ?? []));
    const dx = corner?.left ?? 0;
    const dy = corner?.top ?? 0;
    const map = new Map(places.map(([id, x, y]) => [id, { x: x + dx, y: y + dy }]));
    const label = chosen === undefined ? "Lay out" : `Lay out ${map.size} nodes`;
    if (map.size <= PART) this.moveTo(map, label);
    else await this.#chained.move(this.#whole(map), label, [...this.selection.peek()]);
    if (chosen === undefined) this.fit();
  }

  /** Has the ways of wires found elsewhere, where there are too many to be found at once; whoever shows them hears by `routed`. */
  async findWays(): Promise<void> {
    const { ways } = this.#layouter;
    const scene = this.scene.peek();
    if (ways === undefined || this.#isPlacing || this.#isRouting || !scene.lacksWays) return;
    const { moves } = scene;
    this.#isRouting = true;
    try {
      const found = await ways(scene.ground);
      if (scene.takeWays(found, moves) && scene === this.scene.peek()) {
        // What wires are found by, before a frame has to wait for it.
        for (const _ of scene.prepare()) await nextTurn();
        this.routed.value++;
      }
    } finally {
      this.#isRouting = false;
    }
    if (this.scene.peek() !== scene || scene.lacksWays) await this.findWays();
  }

  #request(chosen?: ReadonlySet<string>, of = this.scene.peek()): LayoutRequest {
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

  async #askLayout(request: LayoutRequest): Promise<Places> {
    return request.nodes.length <= AT_ONCE ? layoutGraph(request) : await this.#layouter.ask(request);
  }

  /** Gives places to nodes that have none yet. */
  #placeMissing(): void {
    const graph = this.document.graph;
    const known = this.#laidOut.peek();
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
    const scene = this.shown.peek().boxes.size === 0
      ? this.scene.peek()
      : new Scene(graph, (id) => this.#filed(id), this.expanded.peek(), this.#shapes);
    const { nodes, ...rest } = this.#request(undefined, scene);
    // Nothing of where unplaced nodes happen to be may count.
    const request = { ...rest, nodes: nodes.map(({ id, width, height }) => ({ id, width, height })) };
    if (request.nodes.length <= AT_ONCE) {
      this.#laidOut.value = completed(graph, layoutGraph(request), known);
      return;
    }
    this.#isPlacing = true;
    this.#layouter.ask(request).then((places) => {
      this.#isPlacing = false;
      this.#laidOut.value = completed(this.document.graph, places, this.#laidOut.peek());
      this.firstLook();
    });
  }
}

/** Where the box of a group stands: at the corner of its frame. */
function cornerOf(places: readonly Point[]): Point {
  return {
    x: Math.min(...places.map(({ x }) => x)) - GROUP_PADDING,
    y: Math.min(...places.map(({ y }) => y)) - GROUP_PADDING - GROUP_TITLE,
  };
}

export function snap(value: number): number {
  return Math.round(value / GRID) * GRID;
}
