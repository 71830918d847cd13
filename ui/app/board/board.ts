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
import type { LayoutRequest, Places } from "./layout/layout_graph.ts";
import { Look } from "./look.ts";
import type { BoardNode } from "./model/board_node.ts";
import type { Change } from "./model/change.ts";
import { foldGroups, moveNodes, type Point } from "./model/commands.ts";
import type { KnownTypes } from "./model/connection_judge.ts";
import { BoardDocument } from "./model/document.ts";
import { boxOf, type FoldedView, foldedView, groupOfBox, withBoxes } from "./model/folded.ts";
import type { BoardEdge, BoardGroup, Graph, Scope } from "./model/graph.ts";
import { atOnce } from "./model/parts.ts";
import { NodePlaces } from "./node_places.ts";
import { type PlacedProblem, placedProblems, worstByNode } from "./problems.ts";
import { nodeViews } from "../motif/motifs.ts";
import type { FlatWays, WireGround } from "./routing/wire_routes.ts";
import { Scene } from "./view/scene.ts";
import { WireWays } from "./wire_ways.ts";

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
  readonly allProblems = signal<readonly PlacedProblem[]>([]);
  readonly isChecked = signal(false);
  /** Grows with every change of the text. */
  readonly version = signal(0);
  readonly #chained: ChainedSteps;
  #lastScene: Scene | undefined;
  #types = new Map<string, CheckedNode>();
  readonly graph: ReadonlySignal<Graph>;
  /** Groups that are open for now, to show what is in them, though the file has them folded. */
  readonly opened = signal<ReadonlySet<string>>(new Set());
  /** The graph as it is shown: folded groups as boxes. */
  readonly shown: ReadonlySignal<FoldedView>;
  /** What is chosen, with the boxes all of whose members are. */
  readonly shownSelection: ReadonlySignal<ReadonlySet<string>>;
  readonly scene: ReadonlySignal<Scene>;
  readonly places: NodePlaces;
  readonly look: Look;
  readonly ways: WireWays;
  readonly worst: ReadonlySignal<ReadonlyMap<string, "error" | "warning">>;
  readonly isDirty: ReadonlySignal<boolean>;
  /** A note that was just added: whoever shows it puts the cursor into it. */
  freshNote: string | undefined;
  /** Called after every change of the text. */
  onText: (text: string) => void = () => undefined;

  /** `graph` is that of the text, where somebody has read it already. */
  constructor(file: string, text: string, catalog: Catalog, layouter: Layouter, graph?: Graph) {
    this.file = file;
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
      const shown = this.shown.value;
      const { graph } = shown;
      const expanded = this.expanded.value;
      // Cards that show an extension's view are higher.
      const ground = [graph.head, this.places.laidOut.value, expanded, nodeViews.value];
      const placeOf = this.places.inView(shown);
      const { shapes } = this.places;
      return this.#lastScene = new Scene(graph, placeOf, expanded, shapes, ground, this.#lastScene);
    });
    this.look = new Look(this.scene);
    this.places = new NodePlaces(this, (request) => layouter.ask(request), () => this.firstLook());
    this.ways = new WireWays(this.scene, layouter.ways, () => !this.places.isAwaited);
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
    this.places.placeMissing();
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
      this.places.forget();
      this.version.value++;
      this.places.placeMissing();
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
    this.places.placeMissing();
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

  /**
   * Writes where nodes stand; thousands in turns. With the first move the others' places are written too, so that nothing jumps later.
   */
  moveTo(places: ReadonlyMap<string, Point>, label?: string, join?: string): void {
    const named = label ??
      (places.size === 1 ? `Move ${[...places.keys()][0]}` : `Move ${places.size} nodes`);
    const whole = this.places.whole(places);
    if (whole.size <= PART) this.apply(moveNodes(this.document.ground, whole, named, join));
    else void this.#chained.move(whole, named, [...this.selection.peek()]);
  }

  /** A free place beside what is chosen, else near the middle of the window, or near `at`; for this node, or for something `high`. */
  freePlace(at?: Point, node?: BoardNode, high?: number): Point {
    const { x, y, zoom } = this.look.view.peek();
    const { width, height } = this.look.size.peek();
    const near = at ?? this.#besideChosen() ??
      { x: (width / 2 - x) / zoom - 108, y: (height / 2 - y) / zoom - 40 };
    return this.places.free(near, node, high);
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

  /** Where one begins to look; not before everything has its place. */
  firstLook(): void {
    if (!this.places.isAwaited) this.look.begin();
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
    this.look.bring(scene.rectOf(index));
  }

  /** Lays out all nodes, or those named, which keep their corner. One step of undo. */
  async layout(ids?: readonly string[], refine?: (request: LayoutRequest) => Promise<Places>): Promise<void> {
    const hidden = this.shown.peek().graph.hidden;
    const boxed = hidden === undefined || ids === undefined
      ? ids
      : [...new Set(ids.map((id) => hidden.get(id) ?? id))];
    const chosen = boxed === undefined || boxed.length < 2 ? undefined : new Set(boxed);
    const places = await this.places.layout(chosen, refine);
    const label = chosen === undefined ? "Lay out" : `Lay out ${places.size} nodes`;
    if (places.size <= PART) this.moveTo(places, label);
    else await this.#chained.move(this.places.whole(places), label, [...this.selection.peek()]);
    if (chosen === undefined) this.look.fit();
  }
}
