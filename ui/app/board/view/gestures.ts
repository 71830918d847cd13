/**
 * What the pointer does on the stage: pan, zoom, choose, drag, connect. One gesture at a time; Escape gives it up and puts
 * everything back. Touch: one finger pans, two zoom.
 *
 * @module
 */

import type { Board } from "../board.ts";
import { GRID } from "../board.ts";
import type { Point } from "../model/commands.ts";
import { ConnectionJudge, type End, type Verdict } from "../model/connection_judge.ts";
import { groupOfBox } from "../model/folded.ts";
import type { BoardEdge } from "../model/graph.ts";
import { portPlace } from "./card_shape.ts";
import type { Scene } from "./scene.ts";
import type { Rect, Viewport } from "./viewport.ts";
import { toWorld, zoomAt } from "./viewport.ts";
import { wire, wireEnd } from "./wire.tsx";

export interface GestureEvents {
  /** The scene's boxes have moved without a change of the document. */
  readonly onMoved: () => void;
  readonly onBox: (rect: Rect | undefined) => void;
  readonly onGuides: (guides: readonly Guide[]) => void;
  readonly onHoverEdge: (id: string | undefined) => void;
  /** A connection was dropped: on an end, on a node's body, or on nothing. */
  readonly onConnect: (drop: Drop) => void;
  readonly onOpen: (id: string) => void;
  readonly onMenu: (at: Point, world: Point) => void;
  readonly onAdd: (at: Point) => void;
}

export interface Guide {
  readonly axis: "x" | "y";
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Drop {
  readonly fixed: End;
  readonly isFromSource: boolean;
  readonly judge: ConnectionJudge;
  /** Undefined on empty ground. */
  readonly node: string | undefined;
  /** Undefined on a node's body. */
  readonly port: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly world: Point;
  readonly screen: Point;
  /** The edge that was picked up at its end, to be taken away. */
  readonly replaces: BoardEdge | undefined;
}

type Gesture =
  | { readonly kind: "pan"; readonly start: Point; readonly view: Viewport; isMoved: boolean }
  | { readonly kind: "box"; readonly start: Point; readonly before: ReadonlySet<string> }
  | {
    readonly kind: "drag";
    readonly start: Point;
    readonly indices: readonly number[];
    readonly scene: Scene;
    dx: number;
    dy: number;
    isMoved: boolean;
    readonly primary: number;
    readonly pressed: string;
    readonly isPlain: boolean;
  }
  | { readonly kind: "connect"; readonly replaces: BoardEdge | undefined }
  | { readonly kind: "pinch"; readonly distance: number; readonly middle: Point; readonly view: Viewport };

/** A press that moves less is a click. */
const SLACK_PX = 4;
const SNAP_PX = 6;
const PORT_REACH_PX = 18;
const isBox: Verdict = { fits: "no", reason: "Unfold the group to connect inside it" };

export class Gestures {
  readonly #stage: HTMLElement;
  readonly #board: Board;
  readonly #events: GestureEvents;
  readonly #pointers = new Map<number, Point>();
  #gesture: Gesture | undefined;
  isSpaceDown = false;

  constructor(stage: HTMLElement, board: Board, events: GestureEvents) {
    this.#stage = stage;
    this.#board = board;
    this.#events = events;
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
    return toWorld(this.#board.view.peek(), screen.x, screen.y);
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
    if (port !== null && card !== null) return this.#startConnect(event, card, port, world);
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
    return { kind: "pan", start: screen, view: this.#board.view.peek(), isMoved: false };
  }

  #start(event: PointerEvent, gesture: Gesture): void {
    this.#gesture = gesture;
    this.#box = undefined;
    this.#stage.setPointerCapture(event.pointerId);
    if (gesture.kind === "pan") this.#stage.dataset["gesture"] = "pan";
  }

  /** A node that is painted rather than an element. */
  #painted({ x, y }: Point): string | undefined {
    const scene = this.#board.scene.peek();
    const index = scene.boxAt(x, y);
    return index === undefined ? undefined : scene.ids[index];
  }

  #edgeAt({ x, y }: Point): BoardEdge | undefined {
    const scene = this.#board.scene.peek();
    const index = scene.edgeAt(x, y, 8 / this.#board.view.peek().zoom);
    return index === undefined ? undefined : scene.edges[index];
  }

  #startDrag(event: PointerEvent, id: string, screen: Point): void {
    const board = this.#board;
    const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
    if (isAdding) board.toggleSelected(id);
    else if (!board.shownSelection.peek().has(id)) board.select([id]);
    board.cursor.value = id;
    const scene = board.scene.peek();
    const found = [...board.selection.peek()].flatMap((one) => scene.indexOf.get(one) ?? []);
    const indices = [...new Set(found)];
    const primary = scene.indexOf.get(id);
    if (primary === undefined || indices.length === 0) return;
    this.#start(event, {
      kind: "drag",
      start: screen,
      indices,
      scene,
      dx: 0,
      dy: 0,
      isMoved: false,
      primary,
      pressed: id,
      isPlain: !isAdding,
    });
  }

  #startConnect(event: PointerEvent, card: Element, port: Element, world: Point): void {
    const node = card.getAttribute("data-node") ?? "";
    const name = port.getAttribute("data-port") ?? "";
    const isOutput = port.getAttribute("data-side") === "output";
    const { edges } = this.#board.graph.peek();
    // A connected input is picked up: its source stays held.
    const picked = isOutput
      ? undefined
      : edges.find((edge) =>
        edge.to === node && edge.toPort === name && edge.isPlain && (name !== "" || edge.kind === "after")
      );
    if (picked !== undefined) this.hold({ node: picked.from, port: picked.fromPort }, true);
    else this.hold({ node, port: name }, isOutput);
    wireEnd.value = { at: world };
    this.#start(event, { kind: "connect", replaces: picked });
  }

  /** Takes an end of a new connection into the hand. */
  hold(fixed: End, isFromSource: boolean): void {
    const { graph, types } = this.#board;
    wire.value = {
      fixed,
      isFromSource,
      judge: new ConnectionJudge(graph.peek(), types, fixed, isFromSource),
      start: this.endPlace(fixed, isFromSource),
    };
  }

  endPlace({ node, port }: End, isSource: boolean): Point {
    const scene = this.#board.scene.peek();
    const index = scene.indexOf.get(node);
    const shape = index === undefined ? undefined : scene.shapes[index];
    if (index === undefined || shape === undefined) return { x: 0, y: 0 };
    const { x, y } = portPlace(shape, isSource ? "output" : "input", port);
    return { x: scene.left[index]! + x, y: scene.top[index]! + y };
  }

  #startPinch(): void {
    const [a, b] = [...this.#pointers.values()] as [Point, Point];
    this.cancel();
    this.#box = undefined;
    this.#gesture = {
      kind: "pinch",
      distance: Math.hypot(a.x - b.x, a.y - b.y),
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
      view: this.#board.view.peek(),
    };
  }

  move(event: PointerEvent): void {
    const screen = this.#screen(event);
    if (this.#pointers.has(event.pointerId)) this.#pointers.set(event.pointerId, screen);
    const gesture = this.#gesture;
    if (gesture === undefined) {
      const isOverCard = (event.target as Element).closest("[data-node], [data-inert]") !== null;
      this.#events.onHoverEdge(isOverCard ? undefined : this.#edgeAt(this.#world(screen))?.id);
      return;
    }
    switch (gesture.kind) {
      case "pan":
        return this.#movePan(gesture, screen);
      case "box":
        return this.#moveBox(gesture, this.#world(screen));
      case "drag":
        return this.#moveDrag(gesture, screen, event.altKey);
      case "connect":
        return this.#moveConnect(event, this.#world(screen));
      case "pinch":
        return this.#movePinch(gesture);
    }
  }

  #movePan(gesture: Gesture & { kind: "pan" }, { x, y }: Point): void {
    const [dx, dy] = [x - gesture.start.x, y - gesture.start.y];
    if (!gesture.isMoved && Math.hypot(dx, dy) < SLACK_PX) return;
    gesture.isMoved = true;
    this.#board.view.value = { ...gesture.view, x: gesture.view.x + dx, y: gesture.view.y + dy };
  }

  #movePinch({ distance, middle, view }: Gesture & { kind: "pinch" }): void {
    const [a, b] = [...this.#pointers.values()];
    if (a === undefined || b === undefined) return;
    const zoomed = zoomAt(view, Math.hypot(a.x - b.x, a.y - b.y) / Math.max(1, distance), middle.x, middle.y);
    this.#board.view.value = {
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

  #moveDrag(gesture: Gesture & { kind: "drag" }, screen: Point, isFree: boolean): void {
    const { scene, primary, indices } = gesture;
    const { zoom } = this.#board.view.peek();
    let dx = (screen.x - gesture.start.x) / zoom;
    let dy = (screen.y - gesture.start.y) / zoom;
    if (!gesture.isMoved && Math.hypot(dx, dy) * zoom < SLACK_PX) return;
    gesture.isMoved = true;
    const left = scene.left[primary]! - gesture.dx + dx;
    const top = scene.top[primary]! - gesture.dy + dy;
    const guides: Guide[] = [];
    if (!isFree) {
      const moved = new Set(indices);
      const x = alignment(scene, moved, primary, "x", left, top, zoom);
      const y = alignment(scene, moved, primary, "y", top, left, zoom);
      dx += x?.shift ?? Math.round(left / GRID) * GRID - left;
      dy += y?.shift ?? Math.round(top / GRID) * GRID - top;
      for (const found of [x, y]) if (found !== undefined) guides.push(found.guide);
    }
    scene.move(indices, dx - gesture.dx, dy - gesture.dy);
    gesture.dx = dx;
    gesture.dy = dy;
    this.#events.onGuides(guides);
    this.#events.onMoved();
  }

  #moveConnect(event: PointerEvent, world: Point): void {
    const held = wire.peek();
    if (held === undefined) return;
    const found = this.#endAt(event, world, held.isFromSource);
    if (found?.port === undefined) {
      const verdict = found === undefined ? undefined : this.bestPort(found.node)?.verdict;
      wireEnd.value = {
        at: world,
        ...(found === undefined || verdict === undefined
          ? {}
          : { end: { node: found.node, port: "" }, verdict }),
      };
      return;
    }
    const end = { node: found.node, port: found.port };
    wireEnd.value = { at: this.endPlace(end, !held.isFromSource), end, verdict: held.judge.judge(end) };
  }

  /** The node and port under the pointer, or the port nearest to it. */
  #endAt(
    event: PointerEvent,
    world: Point,
    isFromSource: boolean,
  ): { readonly node: string; readonly port: string | undefined } | undefined {
    const side = isFromSource ? "input" : "output";
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const card = under?.closest("[data-node]");
    const port = under?.closest("[data-port]");
    const node = card?.getAttribute("data-node") ?? this.#painted(world);
    if (node !== undefined && node !== null && port?.getAttribute("data-side") === side) {
      return { node, port: port.getAttribute("data-port") ?? "" };
    }
    const scene = this.#board.scene.peek();
    const reach = PORT_REACH_PX / this.#board.view.peek().zoom;
    let best: { node: string; port: string } | undefined;
    let least = reach;
    for (
      const index of scene.boxesIn({
        left: world.x - reach,
        top: world.y - reach,
        right: world.x + reach,
        bottom: world.y + reach,
      })
    ) {
      const shape = scene.shapes[index];
      if (shape === undefined) continue;
      for (const { name } of side === "input" ? shape.inputs : shape.outputs) {
        const place = portPlace(shape, side, name);
        const distance = Math.hypot(
          world.x - scene.left[index]! - place.x,
          world.y - scene.top[index]! - place.y,
        );
        if (distance >= least) continue;
        least = distance;
        best = { node: scene.ids[index]!, port: name };
      }
    }
    if (best !== undefined) return best;
    return node === undefined || node === null ? undefined : { node, port: undefined };
  }

  /** The port of a node that a held connection fits best: required and free before optional, equal names first. */
  bestPort(
    node: string,
  ): { readonly port: string; readonly verdict: Verdict; readonly others: number } | undefined {
    const held = wire.peek();
    const found = this.#board.graph.peek().nodes.get(node);
    if (held !== undefined && groupOfBox(node) !== undefined) return { port: "", verdict: isBox, others: 0 };
    if (held === undefined || found === undefined) return undefined;
    const ports = held.isFromSource ? found.inputs : found.outputs;
    let refusal: Verdict | undefined;
    const fitting = ports.flatMap((port) => {
      const verdict = held.judge.judge({ node, port: port.name });
      if (verdict.fits === "no") {
        refusal ??= verdict;
        return [];
      }
      const score = (port.isBound ? 0 : 4) + (port.isRequired ? 2 : 0) +
        (port.name === held.fixed.port ? 3 : 0) + (verdict.fits === "yes" ? 1 : 0);
      return [{ port: port.name, verdict, score }];
    }).sort((a, b) => b.score - a.score);
    const [first, second] = fitting;
    if (first !== undefined) {
      return {
        port: first.port,
        verdict: first.verdict,
        others: second?.score === first.score ? fitting.length - 1 : 0,
      };
    }
    if (refusal !== undefined) return { port: "", verdict: refusal, others: 0 };
    return { port: "", verdict: held.judge.judge({ node, port: "" }), others: 0 };
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
    else if (gesture.kind === "drag") this.#endDrag(gesture);
    else if (gesture.kind === "connect") this.#endConnect(event, gesture);
  }

  #endDrag({ isMoved, indices, scene, pressed, isPlain }: Gesture & { kind: "drag" }): void {
    this.#events.onGuides([]);
    if (!isMoved) {
      if (isPlain) this.#board.select([pressed]);
      return;
    }
    this.#board.moveTo(
      new Map(indices.map((index) => [scene.ids[index]!, { x: scene.left[index]!, y: scene.top[index]! }])),
    );
  }

  #endConnect(event: PointerEvent, { replaces }: Gesture & { kind: "connect" }): void {
    const held = wire.peek();
    if (held === undefined) return;
    const screen = this.#screen(event);
    const world = this.#world(screen);
    const found = this.#endAt(event, world, held.isFromSource);
    const verdict = found?.port === undefined
      ? undefined
      : held.judge.judge({ node: found.node, port: found.port });
    const { fixed, isFromSource, judge } = held;
    this.#events.onConnect({
      fixed,
      isFromSource,
      judge,
      node: found?.node,
      port: found?.port,
      verdict,
      world,
      screen,
      replaces,
    });
    wire.value = undefined;
  }

  /** Gives the gesture up and puts everything back. */
  cancel(): void {
    const gesture = this.#gesture;
    this.#gesture = undefined;
    delete this.#stage.dataset["gesture"];
    wire.value = undefined;
    this.#events.onBox(undefined);
    this.#events.onGuides([]);
    if (gesture?.kind === "drag" && gesture.isMoved) {
      gesture.scene.move(gesture.indices, -gesture.dx, -gesture.dy);
      this.#events.onMoved();
    }
  }

  wheel(event: WheelEvent): void {
    if ((event.target as Element).closest("[data-scroll]") !== null) return;
    event.preventDefault();
    const { x, y } = this.#screen(event);
    const view = this.#board.view.peek();
    // A wheel turns in large steps of one direction; fingers on a pad move in small ones of both.
    const isWheel = event.deltaMode !== 0 ||
      (event.deltaX === 0 && Math.abs(event.deltaY) >= 80 && Number.isInteger(event.deltaY));
    if (event.ctrlKey || event.metaKey || (isWheel && !event.shiftKey)) {
      const factor = Math.exp(
        -Math.max(-240, Math.min(240, event.deltaY * (event.deltaMode === 1 ? 30 : 1))) /
          (isWheel ? 480 : 110),
      );
      this.#board.view.value = zoomAt(view, factor, x, y);
    } else {
      const sideways = event.shiftKey && event.deltaX === 0;
      this.#board.view.value = {
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

/** The nearest line of another node that the dragged one nearly stands on. */
function alignment(
  scene: Scene,
  moved: ReadonlySet<number>,
  primary: number,
  axis: "x" | "y",
  along: number,
  across: number,
  zoom: number,
): { readonly shift: number; readonly guide: Guide } | undefined {
  const [start, size, crossStart, crossSize] = axis === "x"
    ? [scene.left, scene.width, scene.top, scene.height]
    : [scene.top, scene.height, scene.left, scene.width];
  const reach = 600 / zoom;
  const rect = axis === "x"
    ? { left: along - 40, right: along + 260, top: across - reach, bottom: across + reach }
    : { top: along - 40, bottom: along + 260, left: across - reach, right: across + reach };
  let best: { shift: number; guide: Guide } | undefined;
  for (const index of scene.boxesIn(rect)) {
    if (moved.has(index)) continue;
    for (const share of [0, 0.5, 1]) {
      const line = start[index]! + share * size[index]!;
      const shift = line - (along + share * size[primary]!);
      if (Math.abs(shift) * zoom > SNAP_PX || Math.abs(shift) >= Math.abs(best?.shift ?? Infinity)) continue;
      const from = Math.min(across, crossStart[index]!);
      const to = Math.max(across + crossSize[primary]!, crossStart[index]! + crossSize[index]!);
      best = { shift, guide: { axis, at: line, from, to } };
    }
  }
  return best;
}
