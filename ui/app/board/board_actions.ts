/**
 * What can be done on the board; board_commands.ts gives it names, keys and menus. What needs a dialog is asked of the
 * screen.
 *
 * @module
 */

import type { MenuEntry } from "../parts/menu.tsx";
import { announce } from "../state/announce.ts";
import type { Command } from "../state/commands.ts";
import { showToast } from "../state/toasts.ts";
import { download } from "./download.ts";
import { boardSvg } from "./view/board_svg.ts";
import { boardPng } from "./view/export_image.ts";
import { elkLayout } from "./layout/elk_layout.ts";
import { type BoardNode, INPUTS, mayDisable, OUTPUTS } from "./model/board_node.ts";
import {
  addNote,
  disableNodes,
  disconnect,
  groupNodes,
  type Point,
  removeNodes,
  ungroup,
} from "./model/commands.ts";
import { copiedNodes, copiedText, paste, type Pasted, pastedNodes } from "./model/clipboard.ts";
import { groupOfBox } from "./model/folded.ts";
import { made } from "./model/parts.ts";
import { reach } from "./model/connection_judge.ts";
import { GRID } from "./places.ts";
import type { RunMode } from "./run/board_run.ts";
import { runnable } from "./run/carried_out.ts";
import { zoomAt } from "./view/viewport.ts";
import { boardCommands, boardMenu } from "./board_commands.ts";
import type { Workbench } from "./workbench.ts";

/** What the screen does for an action. */
export interface ScreenHands {
  readonly add: (at?: Point) => void;
  readonly connect: (source: string) => void;
  readonly run: (mode: RunMode) => void;
  readonly collapse: () => void;
  readonly edit: () => void;
  readonly search: () => void;
  readonly togglePanel: (side: "left" | "right") => void;
  readonly showSource: () => void;
  /** Shows what passed at what is chosen; asked again, at its next port. */
  readonly preview: () => void;
}

export class BoardActions {
  readonly bench: Workbench;
  readonly hands: ScreenHands;

  constructor(bench: Workbench, hands: ScreenHands) {
    this.bench = bench;
    this.hands = hands;
  }

  /** Everything, with its keys. */
  commands(): readonly Command[] {
    return boardCommands(this);
  }

  /** The menu for what is chosen. */
  menu(world: Point): readonly MenuEntry[] {
    return boardMenu(this, world);
  }

  /** Into the text of a note, as soon as it is drawn. */
  #write(id: string): void {
    requestAnimationFrame(() =>
      requestAnimationFrame(() => document.getElementById(`node-${id}`)?.querySelector("textarea")?.focus())
    );
  }

  undo(): void {
    const label = this.bench.board.document.history.canUndo?.label;
    this.bench.board.undo();
    if (label !== undefined) announce(`Undone: ${label}`);
  }

  redo(): void {
    const label = this.bench.board.document.history.canRedo?.label;
    this.bench.board.redo();
    if (label !== undefined) announce(`Done again: ${label}`);
  }

  /** A note, to be written in at once. */
  note(at: Point): void {
    const { board } = this.bench;
    const change = addNote(board.document.ground, at);
    board.freshNote = change.id;
    board.apply(change);
    board.reveal(`note:${change.id}`);
  }

  connect(): void {
    const { board } = this.bench;
    const source = board.cursor.peek() ?? [...board.selection.peek()][0];
    if (source !== undefined && groupOfBox(source) !== undefined) {
      announce("A folded group has no ports. Unfold it first");
      showToast({ look: "info", title: "A folded group has no ports", text: "Unfold it first: Shift+G" });
      return;
    }
    if (source !== undefined && source !== OUTPUTS) this.hands.connect(source);
  }

  remove(reconnect = false): void {
    const { board } = this.bench;
    const edges = board.edgesNamed(board.selectedEdge.peek() ?? "");
    const [edge] = edges;
    if (edge !== undefined) {
      const plain = edges.filter(({ isPlain }) => isPlain);
      if (plain.length > 0) board.apply(disconnect(board.document.ground, plain));
      else {showToast({
          look: "warn",
          title: "This connection is part of a larger expression",
          text: `Change "${edge.text}" in ${edge.to}`,
        });}
      return;
    }
    const ids = [...board.selection.peek()].filter((id) => id !== INPUTS && id !== OUTPUTS);
    if (ids.length === 0) return;
    void board.change(ids.length, (ground) => removeNodes(ground, ids, reconnect)).then((change) => {
      if (change !== undefined) announce(change.label);
    });
  }

  async copy(): Promise<void> {
    const { board } = this.bench;
    const text = copiedText(board.graph.peek(), [...board.selection.peek()], (id) => board.places.of(id));
    await navigator.clipboard.writeText(text).catch(() => kept = text);
    kept = text;
    announce(`Copied ${board.selection.peek().size}`);
  }

  async cut(): Promise<void> {
    await this.copy();
    this.remove();
  }

  async paste(): Promise<void> {
    const text = await navigator.clipboard.readText().catch(() => kept);
    this.pasteText(text);
  }

  /** Adds the nodes in a text that was copied anywhere. */
  pasteText(text: string, at?: Point): void {
    const { board } = this.bench;
    const pasted = pastedNodes(text);
    if (pasted === undefined) {
      showToast({
        look: "info",
        title: "There are no nodes to paste",
        text: "Copy nodes from a board, or the text of a workflow",
      });
      return;
    }
    const place = board.freePlace(at);
    void board.change(sizeOf(pasted), (ground) => paste(ground, pasted, place));
  }

  duplicate(): void {
    const { board } = this.bench;
    const chosen = [...board.selection.peek()];
    const pasted = copiedNodes(board.graph.peek(), chosen, (id) => board.places.of(id));
    const scene = board.scene.peek();
    const bounds = scene.bounds(chosen.flatMap((id) => scene.indexOf.get(id) ?? []));
    if (sizeOf(pasted) === 0 || bounds === undefined) return;
    const place = { x: bounds.left + 32, y: bounds.top + 32 };
    void board.change(sizeOf(pasted), function* (ground) {
      return { ...yield* paste(ground, pasted, place), label: "Duplicate" };
    });
  }

  selectReach(isBackwards: boolean): void {
    const { board } = this.bench;
    const graph = board.graph.peek();
    const found = [...board.selection.peek()].flatMap((id) => [...reach(graph, id, isBackwards)]);
    board.select(found, true);
  }

  group(): void {
    const { board } = this.bench;
    const chosen = [...board.selection.peek()];
    void board.change(chosen.length, (ground) => made(groupNodes(ground, chosen)));
  }

  ungroup(): void {
    const { board } = this.bench;
    const chosen = board.selection.peek();
    for (const group of board.graph.peek().groups) {
      if (group.nodes.some((id) => chosen.has(id))) board.apply(ungroup(board.document.ground, group.id));
    }
  }

  /** Folds the groups of what is chosen; where all of them are folded, unfolds them. */
  fold(): void {
    const { board } = this.bench;
    const groups = board.groupsOf(board.selection.peek());
    const isFolding = groups.some(({ id }) => !board.isFolded(id));
    board.fold(groups, isFolding);
    const what = groups.length === 1 ? groups[0]?.title ?? "The group" : `${groups.length} groups`;
    announce(`${what}: ${isFolding ? "folded" : "unfolded"}`);
  }

  async layoutFine(): Promise<void> {
    try {
      await this.bench.board.layout([...this.bench.board.selection.peek()], elkLayout);
    } catch (error) {
      showToast({
        look: "bad",
        title: "ELK could not lay this out",
        text: error instanceof Error ? error.message : String(error),
      });
    }
  }

  zoom(factor: number): void {
    const { board } = this.bench;
    const { width, height } = board.look.size.peek();
    board.look.view.value = zoomAt(board.look.view.peek(), factor, width / 2, height / 2);
  }

  runFrom(): void {
    const [node] = this.bench.board.selection.peek();
    if (node !== undefined) this.hands.run({ fromNode: node });
  }

  /** Where a run can go only as far as what is chosen. Inside a loop it cannot: the loop runs as a whole. */
  get ends(): readonly string[] {
    const { board } = this.bench;
    return board.document.scope.length > 0 ? [] : runnable(board.graph.peek(), board.selection.peek());
  }

  runTo(): void {
    if (this.ends.length > 0) this.hands.run({ toNodes: this.ends });
  }

  /** Those of what is chosen that can be disabled. */
  get workers(): readonly BoardNode[] {
    const { board } = this.bench;
    const { nodes } = board.graph.peek();
    return [...board.selection.peek()].flatMap((id) => nodes.get(id) ?? []).filter(mayDisable);
  }

  /** Disables what is chosen; enables it where all of it is disabled. */
  disable(): void {
    const { board } = this.bench;
    const { workers } = this;
    const isDisabled = workers.some((node) => !node.isDisabled);
    const ids = workers.filter((node) => node.isDisabled !== isDisabled).map(({ id }) => id);
    if (ids.length === 0) return;
    const change = disableNodes(board.document.ground, ids, isDisabled);
    if (board.apply(change)) announce(change.label.replace(/^(Dis|En)able/, "$1abled"));
  }

  breakpoint(): void {
    for (const id of this.bench.board.selection.peek()) this.bench.overlay.toggleBreakpoint(id);
  }

  nextProblem(): void {
    const { board } = this.bench;
    const places = [...new Set(board.allProblems.peek().flatMap(({ node }) => node ?? []))];
    const at = places.indexOf([...board.selection.peek()][0] ?? "");
    const next = places[(at + 1) % places.length];
    if (next === undefined) return;
    board.select([next]);
    board.reveal(next);
  }

  exportSvg(): void {
    const { board } = this.bench;
    download(
      new Blob([boardSvg(board.scene.peek())], { type: "image/svg+xml" }),
      `${baseName(board.file)}.svg`,
    );
  }

  async exportPng(): Promise<void> {
    const { board } = this.bench;
    const none = new Set<string>();
    const marks = {
      selection: none,
      selectedEdge: undefined,
      lifted: new Set<number>(),
      worst: new Map(),
      badPorts: none,
      stateOf: () => undefined,
      faded: undefined,
    };
    download(await boardPng(board.scene.peek(), marks), `${baseName(board.file)}.png`);
  }

  /** Keys of the stage that are no commands: walking, choosing, moving. True where it was one. */
  stageKey(event: KeyboardEvent): boolean {
    const { board } = this.bench;
    const direction =
      ({ ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" } as const)[event.key];
    if (direction !== undefined && !event.ctrlKey && !event.metaKey) {
      if (event.altKey) this.#nudge(direction, event.shiftKey ? 1 : GRID);
      else this.#walk(direction, event.shiftKey);
      return true;
    }
    if (event.key === " " && board.cursor.peek() !== undefined) {
      board.toggleSelected(board.cursor.peek() as string);
      return true;
    }
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      const cursor = board.cursor.peek();
      if (cursor !== undefined && !board.shownSelection.peek().has(cursor)) board.select([cursor]);
      const [only] = board.selection.peek();
      if (only?.startsWith("note:") === true) this.#write(only);
      else this.hands.edit();
      return true;
    }
    if (event.key === "Escape") {
      board.select([]);
      return true;
    }
    return false;
  }

  #nudge(direction: "left" | "right" | "up" | "down", step: number): void {
    const { board } = this.bench;
    const dx = direction === "left" ? -step : direction === "right" ? step : 0;
    const dy = direction === "up" ? -step : direction === "down" ? step : 0;
    const places = new Map([...board.selection.peek()].map((id) => {
      const { x, y } = board.places.of(id);
      return [id, { x: x + dx, y: y + dy }] as const;
    }));
    if (places.size > 0) board.moveTo(places, "Move", `nudge:${[...places.keys()].join()}`);
  }

  /** To the nearest node in that direction; the way there counts more than what lies beside it. */
  #walk(direction: "left" | "right" | "up" | "down", isAdded: boolean): void {
    const { board } = this.bench;
    const scene = board.scene.peek();
    const from = scene.indexOf.get(board.cursor.peek() ?? "");
    if (from === undefined) {
      const first = scene.ids[0];
      if (first !== undefined) this.#arrive(first, false);
      return;
    }
    const centre = (index: number) => ({
      x: scene.left[index]! + scene.width[index]! / 2,
      y: scene.top[index]! + scene.height[index]! / 2,
    });
    const start = centre(from);
    let best: number | undefined;
    let least = Infinity;
    for (let index = 0; index < scene.ids.length; index++) {
      if (index === from) continue;
      const { x, y } = centre(index);
      const along = direction === "left"
        ? start.x - x
        : direction === "right"
        ? x - start.x
        : direction === "up"
        ? start.y - y
        : y - start.y;
      const across = direction === "left" || direction === "right"
        ? Math.abs(y - start.y)
        : Math.abs(x - start.x);
      if (along <= 8) continue;
      const distance = along + 2.2 * across;
      if (distance >= least) continue;
      least = distance;
      best = index;
    }
    if (best !== undefined) this.#arrive(scene.ids[best]!, isAdded);
  }

  #arrive(id: string, isAdded: boolean): void {
    const { board } = this.bench;
    board.cursor.value = id;
    board.select([id], isAdded);
    board.cursor.value = id;
    board.reveal(id);
  }
}

let kept = "";

function sizeOf({ nodes, notes }: Pasted): number {
  return Object.keys(nodes).length + notes.length;
}

function baseName(file: string): string {
  return file.split("/").at(-1)?.replace(/\.workflow\.jsonc$/, "") ?? "workflow";
}
