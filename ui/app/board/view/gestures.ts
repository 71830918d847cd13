/**
 * What the pointer does on the stage: pan, zoom, choose, drag, connect. One gesture at a time; Escape gives it up and puts
 * everything back. Touch: one finger pans, two zoom.
 *
 * @module
 */

import type { Board } from "../board.ts";
import type { Point } from "../model/commands.ts";
import type { BoardEdge } from "../model/graph.ts";
import { type Drop, WireHand } from "./wire_hand.ts";
import { type Guide, NodeDrag, SLACK_PX } from "./node_drag.ts";
import type { Hovered } from "./lifted_wires.tsx";
import type { Rect, Viewport } from "./viewport.ts";
import { toWorld, zoomAt } from "./viewport.ts";
import { wire } from "./wire.tsx";

export interface GestureEvents {
  /** The scene's boxes have moved without a change of the document. */
  readonly onMoved: () => void;
  readonly onBox: (rect: Rect | undefined) => void;
  readonly onGuides: (guides: readonly Guide[]) => void;
  readonly onHover: (hovered: Hovered | undefined) => void;
  /** A connection was dropped: on an end, on a node's body, or on nothing. */
  readonly onConnect: (drop: Drop) => void;
  readonly onOpen: (id: string) => void;
  readonly onMenu: (at: Point, world: Point) => void;
  readonly onAdd: (at: Point) => void;
}

type Gesture =
  | { readonly kind: "pan"; readonly start: Point; readonly view: Viewport; isMoved: boolean }
  | { readonly kind: "box"; readonly start: Point; readonly before: ReadonlySet<string> }
  | { readonly kind: "drag"; readonly drag: NodeDrag }
  | { readonly kind: "connect"; readonly replaces: BoardEdge | undefined }
  | { readonly kind: "pinch"; readonly distance: number; readonly middle: Point; readonly view: Viewport };

export class Gestures {
  readonly #stage: HTMLElement;
  readonly #board: Board;
  readonly #events: GestureEvents;
  readonly #hand: WireHand;
  readonly #pointers = new Map<number, Point>();
  #gesture: Gesture | undefined;
  isSpaceDown = false;

  constructor(stage: HTMLElement, board: Board, events: GestureEvents) {
    this.#stage = stage;
    this.#board = board;
    this.#events = events;
    this.#hand = new WireHand(board, (world) => this.#painted(world));
  }

  get isActive(): boolean {
    return this.#gesture !== undefined;
  }

  /** Where the stage is, asked once a gesture: each asking lays the page out. */
  #box: DOMRect | undefined;

  #screen(event: { readonly clientX: number; readonly clientY: number }): Point {
    const box = this.#gesture === undefined
      ? this.#stage.getBoundingClientRect()
      : this.#box ??= this.#stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #world(screen: Point): Point {
    return toWorld(this.#board.look.view.peek(), screen.x, screen.y);
  }

  down(event: PointerEvent): void {
    const target = event.target as Element;
    if (target.closest("[data-inert]") !== null) return;
    const screen = this.#screen(event);
    this.#pointers.set(event.pointerId, screen);
    if (this.#pointers.size === 2) return this.#startPinch();
    if (this.#gesture !== undefined || event.button === 2) return;
    const world = this.#world(screen);
    if (event.button === 1 || this.isSpaceDown) return this.#start(event, this.#pan(screen));
    const port = target.closest("[data-port]");
    const card = target.closest("[data-node]");
    if (target.closest("[data-fold]") !== null && card !== null) {
      const id = card.getAttribute("data-node") ?? "";
      const box = this.#board.shown.peek().boxes.get(id);
      if (box === undefined) this.#board.toggleExpanded(id);
      else this.#board.fold([box], false);
      return;
    }
    if (port !== null && card !== null) {
      return this.#start(event, { kind: "connect", replaces: this.#hand.take(card, port, world) });
    }
    const id = card?.getAttribute("data-node") ?? this.#painted(world);
    if (id !== undefined && id !== null) return this.#startDrag(event, id, screen);
    const group = target.closest("[data-group]")?.getAttribute("data-group");
    if (group !== undefined && group !== null) {
      const members = this.#board.graph.peek().groups.find((one) => one.id === group)?.nodes ?? [];
      if (members[0] !== undefined) {
        this.#board.select(members);
        return this.#startDrag(event, members[0], screen);
      }
    }
    const edge = this.#edgeAt(world);
    if (edge !== undefined) {
      this.#board.selectEdge(edge.id);
      return;
    }
    if (event.shiftKey) {
      return this.#start(event, { kind: "box", start: world, before: this.#board.selection.peek() });
    }
    this.#start(event, this.#pan(screen));
  }

  #pan(screen: Point): Gesture {
    return { kind: "pan", start: screen, view: this.#board.look.view.peek(), isMoved: false };
  }

  #start(event: PointerEvent, gesture: Gesture): void {
    this.#gesture = gesture;
    this.#box = undefined;
    this.#stage.setPointerCapture(event.pointerId);
    if (gesture.kind === "pan") this.#stage.dataset["gesture"] = "pan";
  }

  #hovered(target: Element, screen: Point): Hovered | undefined {
    const id = target.closest("[data-node]")?.getAttribute("data-node") ?? undefined;
    const port = target.closest("[data-port]");
    if (id !== undefined && port !== null) {
      const side = port.getAttribute("data-side") === "output" ? "output" : "input";
      return { kind: "port", id, side, port: port.getAttribute("data-port") ?? "" };
    }
    if (id !== undefined) return { kind: "node", id };
    if (target.closest("[data-inert]") !== null) return undefined;
    const edge = this.#edgeAt(this.#world(screen));
    return edge === undefined ? undefined : { kind: "edge", id: edge.id };
  }

  /** A node that is painted rather than an element. */
  #painted({ x, y }: Point): string | undefined {
    const scene = this.#board.scene.peek();
    const index = scene.boxAt(x, y);
    return index === undefined ? undefined : scene.ids[index];
  }

  #edgeAt({ x, y }: Point): BoardEdge | undefined {
    const scene = this.#board.scene.peek();
    const index = scene.edgeAt(x, y, 8 / this.#board.look.view.peek().zoom);
    return index === undefined ? undefined : scene.edges[index];
  }

  #startDrag(event: PointerEvent, id: string, screen: Point): void {
    const board = this.#board;
    const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    if (isAdding) board.toggleSelected(id);
    else if (!board.shownSelection.peek().has(id)) board.select([id]);
    board.cursor.value = id;
    const drag = NodeDrag.begin(board, id, screen, !isAdding);
    if (drag !== undefined) this.#start(event, { kind: "drag", drag });
  }

  #startPinch(): void {
    const [a, b] = [...this.#pointers.values()] as [Point, Point];
    this.cancel();
    this.#box = undefined;
    this.#gesture = {
      kind: "pinch",
      distance: Math.hypot(a.x - b.x, a.y - b.y),
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      view: this.#board.look.view.peek(),
    };
  }

  move(event: PointerEvent): void {
    const screen = this.#screen(event);
    if (this.#pointers.has(event.pointerId)) this.#pointers.set(event.pointerId, screen);
    const gesture = this.#gesture;
    if (gesture === undefined) {
      this.#events.onHover(this.#hovered(event.target as Element, screen));
      return;
    }
    switch (gesture.kind) {
      case "pan":
        return this.#movePan(gesture, screen);
      case "box":
        return this.#moveBox(gesture, this.#world(screen));
      case "drag":
        if (gesture.drag.move(screen, event.altKey)) {
          this.#events.onGuides(gesture.drag.guides);
          this.#events.onMoved();
        }
        return;
      case "connect":
        return this.#hand.move(event, this.#world(screen));
      case "pinch":
        return this.#movePinch(gesture);
    }
  }

  #movePan(gesture: Gesture & { kind: "pan" }, { x, y }: Point): void {
    const [dx, dy] = [x - gesture.start.x, y - gesture.start.y];
    if (!gesture.isMoved && Math.hypot(dx, dy) < SLACK_PX) return;
    gesture.isMoved = true;
    this.#board.look.view.value = { ...gesture.view, x: gesture.view.x + dx, y: gesture.view.y + dy };
  }

  #movePinch({ distance, middle, view }: Gesture & { kind: "pinch" }): void {
    const [a, b] = [...this.#pointers.values()];
    if (a === undefined || b === undefined) return;
    const zoomed = zoomAt(view, Math.hypot(a.x - b.x, a.y - b.y) / Math.max(1, distance), middle.x, middle.y);
    this.#board.look.view.value = {
      ...zoomed,
      x: zoomed.x + (a.x + b.x) / 2 - middle.x,
      y: zoomed.y + (a.y + b.y) / 2 - middle.y,
    };
  }

  #moveBox(gesture: Gesture & { kind: "box" }, { x, y }: Point): void {
    const rect = {
      left: Math.min(x, gesture.start.x),
      top: Math.min(y, gesture.start.y),
      right: Math.max(x, gesture.start.x),
      bottom: Math.max(y, gesture.start.y),
    };
    this.#events.onBox(rect);
    const scene = this.#board.scene.peek();
    const touched = scene.boxesIn(rect).map((index) => scene.ids[index] as string);
    this.#board.select([...gesture.before, ...touched]);
  }

  up(event: PointerEvent): void {
    this.#pointers.delete(event.pointerId);
    const gesture = this.#gesture;
    if (gesture === undefined) return;
    if (gesture.kind === "pinch" && this.#pointers.size > 0) return;
    this.#gesture = undefined;
    delete this.#stage.dataset["gesture"];
    if (gesture.kind === "pan" && !gesture.isMoved) this.#board.select([]);
    else if (gesture.kind === "box") this.#events.onBox(undefined);
    else if (gesture.kind === "drag") {
      this.#events.onGuides([]);
      gesture.drag.drop();
    } else if (gesture.kind === "connect") {
      const screen = this.#screen(event);
      const dropped = this.#hand.drop(event, screen, this.#world(screen));
      if (dropped !== undefined) this.#events.onConnect({ ...dropped, replaces: gesture.replaces });
      wire.value = undefined;
    }
  }

  /** Gives the gesture up and puts everything back. */
  cancel(): void {
    const gesture = this.#gesture;
    this.#gesture = undefined;
    delete this.#stage.dataset["gesture"];
    wire.value = undefined;
    this.#events.onBox(undefined);
    this.#events.onGuides([]);
    if (gesture?.kind === "drag" && gesture.drag.giveUp()) this.#events.onMoved();
  }

  wheel(event: WheelEvent): void {
    if ((event.target as Element).closest("[data-scroll]") !== null) return;
    event.preventDefault();
    const { x, y } = this.#screen(event);
    const view = this.#board.look.view.peek();
    // A wheel turns in large steps of one direction; fingers on a pad move in small ones of both.
    const isWheel = event.deltaMode !== 0 ||
      (event.deltaX === 0 && Math.abs(event.deltaY) >= 80 && Number.isInteger(event.deltaY));
    if (event.ctrlKey || event.metaKey || (isWheel && !event.shiftKey)) {
      const factor = Math.exp(
        -Math.max(-240, Math.min(240, event.deltaY * (event.deltaMode === 1 ? 30 : 1))) /
          (isWheel ? 480 : 110),
      );
      this.#board.look.view.value = zoomAt(view, factor, x, y);
    } else {
      const sideways = event.shiftKey && event.deltaX === 0;
      this.#board.look.view.value = {
        ...view,
        x: view.x - (sideways ? event.deltaY : event.deltaX),
        y: view.y - (sideways ? 0 : event.deltaY),
      };
    }
  }

  doubleClick(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest("[data-inert], [data-port], [data-fold]") !== null) return;
    const screen = this.#screen(event);
    const world = this.#world(screen);
    const id = target.closest("[data-node]")?.getAttribute("data-node") ?? this.#painted(world);
    if (id !== undefined && id !== null) this.#events.onOpen(id);
    else this.#events.onAdd(world);
  }

  menu(event: MouseEvent): void {
    if ((event.target as Element).closest("[data-inert]") !== null) return;
    event.preventDefault();
    const screen = this.#screen(event);
    const world = this.#world(screen);
    const id = (event.target as Element).closest("[data-node]")?.getAttribute("data-node") ??
      this.#painted(world);
    if (id !== undefined && id !== null) {
      if (!this.#board.shownSelection.peek().has(id)) this.#board.select([id]);
    } else {
      const edge = this.#edgeAt(world);
      if (edge !== undefined) this.#board.selectEdge(edge.id);
      else this.#board.select([]);
    }
    this.#events.onMenu({ x: event.clientX, y: event.clientY }, world);
  }
}
