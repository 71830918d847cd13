/**
 * Paints the board on a canvas: edges always, nodes where they are too small or too many to be elements. What is far away is
 * kept as a bitmap that is moved while one pans and painted anew when it runs out: a large board in turns, so that nothing waits
 * for it, and what was painted before is shown until it is ready.
 *
 * @module
 */

import type { BoardNode } from "../model/board_node.ts";
import { stateToken } from "../../parts/state_dot.tsx";
import { paint, tokenColours } from "../../state/theme.ts";
import { soon } from "../../state/turn.ts";
import type { BoardEdge } from "../model/graph.ts";
import { HEAD_HEIGHT } from "./card_shape.ts";
import { bendOf, traceCurve } from "../routing/wire_curve.ts";
import type { Scene } from "./scene.ts";
import { type Rect, type Viewport, visibleRect } from "./viewport.ts";

const names = [
  "back",
  "surface",
  "raised",
  "text",
  "text-2",
  "text-3",
  "line-soft",
  "line-strong",
  "line-control",
  "accent",
  "selected",
  "bad",
  "warn",
  "kind-operator",
  "kind-instrument",
  "kind-control",
  "kind-input",
  "kind-output",
  "kind-unknown",
  "state-pending",
  "state-queued",
  "state-running",
  "state-retrying",
  "state-waiting",
  "state-completed",
  "state-failed",
  "state-skipped",
] as const;
export type Colours = Readonly<Record<(typeof names)[number], string>>;

/** A node's colour by what it is. */
export function kindColour(colours: Colours, { group, isDisabled }: BoardNode): string {
  if (isDisabled) return colours["state-skipped"];
  return group === "folded" ? colours["text-2"] : colours[`kind-${group}`];
}

let keptColours: { readonly at: number; readonly colours: Colours } | undefined;

/** The tokens as colours. Asking lays the page out, so it is done once for each change of the theme. */
export function boardColours(): Colours {
  const at = paint.peek();
  if (keptColours?.at !== at) keptColours = { at, colours: tokenColours(names) };
  return keptColours.colours;
}

/** Nodes that fade. */
export type Faded = Pick<ReadonlySet<string>, "has">;

/** What is painted differently than the scene alone says. */
export interface Marks {
  readonly selection: ReadonlySet<string>;
  readonly selectedEdge: string | undefined;
  /** Edges that are drawn over the others: near, they are left out here and the others step back. */
  readonly lifted: ReadonlySet<number>;
  readonly worst: ReadonlyMap<string, "error" | "warning">;
  /** `NODE` with a problem at the port: `review.source`. */
  readonly badPorts: ReadonlySet<string>;
  /** Token of a node's run state, without `state-`. */
  readonly stateOf: (id: string) => string | undefined;
  /** Nodes that are not among the hits of a search fade. */
  readonly faded: Faded | undefined;
}

/** Below this zoom, nodes are painted. */
export const NEAR_ZOOM = 0.42;
/** More nodes in sight than this are painted, too. */
export const MAX_CARDS = 220;
/** How much is seen of edges beside those that are looked at. */
const DIMMED = 0.32;
const SPARE = 320;
const REFINE_MS = 110;
/** Edges or nodes painted between two looks at the clock. */
const PART = 500;
/** A turn of painting ends after this; others come first then. */
const TURN_MS = 8;

/** What is painted: all that a picture depends on. */
interface Subject {
  readonly scene: Scene;
  /** How often its boxes had been moved. */
  readonly moves: number;
  readonly view: Viewport;
  readonly marks: Marks;
}

/** A picture being painted in turns, and what it will show. */
interface Painting {
  readonly subject: Subject;
  readonly canvas: OffscreenCanvas;
  readonly context: OffscreenCanvasRenderingContext2D;
  readonly parts: Iterator<void>;
}

export class Painter {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #far: { readonly canvas: OffscreenCanvas; readonly subject: Subject } | undefined;
  /** The bitmap that was shown before this one, to paint the next on. */
  #spare: OffscreenCanvas | undefined;
  #painting: Painting | undefined;
  #latest: Subject | undefined;
  #refine: ReturnType<typeof setTimeout> | undefined;
  #width = 0;
  #height = 0;
  #scale = 1;
  #colours: Colours;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("This browser has no canvas");
    this.#context = context;
    this.#colours = boardColours();
  }

  resize(width: number, height: number): void {
    const scale = globalThis.devicePixelRatio || 1;
    if (width === this.#width && height === this.#height && scale === this.#scale) return;
    this.#width = width;
    this.#height = height;
    this.#scale = scale;
    this.#canvas.width = Math.max(1, Math.round(width * scale));
    this.#canvas.height = Math.max(1, Math.round(height * scale));
    this.#forget();
    this.#spare = undefined;
  }

  recolour(): void {
    this.#colours = boardColours();
    this.#forget();
  }

  close(): void {
    this.#forget();
  }

  /** Whatever was painted or is being painted is not what is wanted now. */
  #forget(): void {
    clearTimeout(this.#refine);
    this.#painting = undefined;
    this.#spare = this.#far?.canvas ?? this.#spare;
    this.#far = undefined;
  }

  /** Paints the edges and these nodes, all or those that have no element of their own. */
  paint(scene: Scene, view: Viewport, marks: Marks, nodes: readonly number[] | "all"): void {
    const subject = { scene, moves: scene.moves, view, marks };
    this.#latest = subject;
    if (nodes === "all") return this.#paintFar(subject);
    this.#forget();
    this.#clear();
    const rect = visibleRect(view, this.#width, this.#height);
    for (const _ of this.#parts(this.#context, subject, rect, true));
    paintBoxes(this.#context, scene, nodes, marks, this.#colours, view.zoom);
  }

  #paintFar(wanted: Subject): void {
    const far = this.#far;
    if (far === undefined) {
      this.#clear();
      if (this.#painting === undefined) this.#begin(wanted);
      return;
    }
    const { view } = wanted;
    const k = view.zoom / far.subject.view.zoom;
    const [dx, dy] = [view.x - far.subject.view.x * k, view.y - far.subject.view.y * k];
    this.#blit(far.canvas, dx, dy, k);
    // One that is being painted is finished: who always begins anew never shows anything.
    if (this.#painting !== undefined) return;
    clearTimeout(this.#refine);
    if (!isSameLook(far.subject, wanted)) this.#begin(wanted);
    else if (k !== 1) this.#refine = setTimeout(() => this.#begin(wanted), REFINE_MS);
    else if (Math.abs(dx) > SPARE || Math.abs(dy) > SPARE) this.#begin(wanted);
  }

  #clear(): void {
    this.#context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    this.#context.clearRect(0, 0, this.#width, this.#height);
  }

  /** Shows the bitmap moved by `dx`, `dy` and grown by `k`. */
  #blit(far: OffscreenCanvas, dx: number, dy: number, k: number): void {
    this.#clear();
    const [w, h] = [(this.#width + 2 * SPARE) * k, (this.#height + 2 * SPARE) * k];
    this.#context.drawImage(far, dx - SPARE * k, dy - SPARE * k, w, h);
  }

  /** Begins a picture, with its first turn at once: a small board is there in the same frame. */
  #begin(subject: Subject): void {
    clearTimeout(this.#refine);
    const width = this.#width + 2 * SPARE;
    const height = this.#height + 2 * SPARE;
    const canvas = this.#spare ??
      new OffscreenCanvas(Math.ceil(width * this.#scale), Math.ceil(height * this.#scale));
    this.#spare = undefined;
    // Said, not left open: one look a turn is no reason to paint without the graphics card.
    const context = canvas.getContext("2d", { willReadFrequently: false });
    if (context === null) return;
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const { view } = subject;
    const shifted = { ...view, x: view.x + SPARE, y: view.y + SPARE };
    const rect = visibleRect(shifted, width, height);
    const parts = this.#parts(context, { ...subject, view: shifted }, rect, false);
    this.#painting = { subject, canvas, context, parts };
    this.#turn(this.#painting);
  }

  #turn(painting: Painting): void {
    const began = performance.now();
    while (painting.parts.next().done !== true) {
      // What is painted is only noted until somebody looks: without a look all of it would be carried out in the last turn.
      painting.context.getImageData(0, 0, 1, 1);
      if (performance.now() - began < TURN_MS) continue;
      soon(() => painting === this.#painting && this.#turn(painting));
      return;
    }
    this.#painting = undefined;
    this.#spare = this.#far?.canvas;
    this.#far = painting;
    if (this.#latest !== undefined) this.#paintFar(this.#latest);
  }

  *#parts(context: Context, subject: Subject, rect: Rect, isNear: boolean): Generator<void> {
    const { scene, view, marks } = subject;
    const { zoom } = view;
    const [scale, colours] = [this.#scale, this.#colours];
    context.setTransform(scale * zoom, 0, 0, scale * zoom, scale * view.x, scale * view.y);
    if (!isNear) this.#paintGroups(context, scene, zoom);
    const edges = scene.edgesIn(rect);
    for (let at = 0; at < edges.length; at += PART) {
      paintEdges(context, scene, edges.slice(at, at + PART), marks, colours, zoom, isNear);
      yield;
    }
    if (isNear) return;
    const boxes = scene.boxesIn(rect);
    for (let at = 0; at < boxes.length; at += PART) {
      paintBoxes(context, scene, boxes.slice(at, at + PART), marks, colours, zoom);
      yield;
    }
  }

  #paintGroups(context: Context, scene: Scene, zoom: number): void {
    for (const group of scene.graph.groups) {
      const rect = scene.groupRect(group);
      if (rect === undefined) continue;
      context.fillStyle = this.#colours["line-soft"];
      context.globalAlpha = 0.5;
      context.fillRect(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top);
      context.globalAlpha = 1;
      context.fillStyle = this.#colours["text-2"];
      const size = Math.min(64, 13 / zoom);
      context.font = `600 ${size}px system-ui, sans-serif`;
      context.fillText(group.title, rect.left + 8, rect.top + size + 4);
    }
  }
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** The same things in the same colours; where one looks from may differ. */
function isSameLook(a: Subject, b: Subject): boolean {
  return a.scene === b.scene && a.moves === b.moves && a.marks.selection === b.marks.selection &&
    a.marks.selectedEdge === b.marks.selectedEdge &&
    a.marks.worst === b.marks.worst && a.marks.faded === b.marks.faded && a.marks.stateOf === b.marks.stateOf;
}

/** Edges by their look, each look one path. */
export function paintEdges(
  context: Context,
  scene: Scene,
  edges: readonly number[],
  marks: Marks,
  colours: Colours,
  zoom: number,
  isNear = false,
): void {
  const isDimmed = isNear && marks.lifted.size > 0;
  const plain: number[] = [];
  const order: number[] = [];
  const each: number[] = [];
  const bundles: number[] = [];
  const special: [number, string, number][] = [];
  for (const index of edges) {
    if (isDimmed && marks.lifted.has(index)) continue;
    const edge = scene.edges[index]!;
    const isChosen = edge.id === marks.selectedEdge;
    const state = marks.stateOf(edge.from);
    if (isChosen) special.push([index, colours.accent, 2.6]);
    else if (marks.badPorts.size > 0 && isBad(edge, marks)) {
      special.push([index, colours.bad, 2]);
    } else if (marks.selection.has(edge.from) || marks.selection.has(edge.to)) {
      special.push([index, colours.accent, 1.8]);
    } else if (state === "running" || state === "retrying") {
      special.push([index, colours["state-running"], 1.8]);
    } else if (edge.kind === "after" || edge.kind === "when" || edge.kind === "case") order.push(index);
    else if (edge.kind === "each") each.push(index);
    else if ((edge.bundle?.length ?? 0) > 1) bundles.push(index);
    else plain.push(index);
  }
  const thin = Math.max(1.4, 0.7 / zoom);
  context.lineCap = "butt";
  context.globalAlpha = isDimmed ? DIMMED : zoom < 0.12 ? 0.35 : zoom < 0.3 ? 0.55 : 0.9;
  stroke(context, scene, plain, colours["line-control"], thin, [], zoom);
  stroke(context, scene, order, colours["line-control"], thin, zoom < 0.3 ? [] : [5, 4], zoom);
  stroke(context, scene, each, colours["line-control"], Math.max(3.4, thin), [], zoom);
  stroke(context, scene, bundles, colours["line-control"], Math.max(2.8, 1.2 * thin), [], zoom);
  context.globalAlpha = 1;
  if (zoom >= 0.3) stroke(context, scene, each, colours.back, 1.2, [], zoom);
  if (isDimmed) context.globalAlpha = 2 * DIMMED;
  for (const [index, colour, width] of special) {
    const kind = scene.edges[index]!.kind;
    const dash = kind === "after" || kind === "when" || kind === "case" ? [5, 4] : [];
    stroke(context, scene, [index], colour, Math.max(width, 0.9 / zoom), dash, zoom);
  }
  context.globalAlpha = 1;
}

function isBad({ to, toPort, kind, bundle }: BoardEdge, marks: Marks): boolean {
  const { badPorts } = marks;
  if (bundle !== undefined) return bundle.some((one) => isBad(one, marks));
  return badPorts.has(`${to}.${toPort === "" ? kind : toPort}`);
}

function stroke(
  context: Context,
  scene: Scene,
  edges: readonly number[],
  colour: string,
  width: number,
  dash: readonly number[],
  zoom: number,
): void {
  if (edges.length === 0) return;
  const { lines } = scene;
  const isCurved = zoom > 0.2;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.beginPath();
  for (const edge of edges) {
    const way = scene.wayOf(edge);
    if (way !== undefined) {
      traceCurve(context, way, !isCurved);
      continue;
    }
    const at = edge * 4;
    const [x1, y1, x2, y2] = [lines[at]!, lines[at + 1]!, lines[at + 2]!, lines[at + 3]!];
    context.moveTo(x1, y1);
    if (isCurved) {
      const bend = bendOf(x1, x2);
      context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    } else context.lineTo(x2, y2);
  }
  context.stroke();
  context.setLineDash([]);
}

/** Nodes as boxes: by kind, state and selection; with their names where those can be read. */
function paintBoxes(
  context: Context,
  scene: Scene,
  boxes: readonly number[],
  marks: Marks,
  colours: Colours,
  zoom: number,
): void {
  const { left, top, width, height, nodes, ids } = scene;
  const isTiny = zoom < 0.16;
  const byColour = new Map<string, number[]>();
  for (const box of boxes) {
    const node = nodes[box];
    const id = ids[box]!;
    const state = marks.stateOf(id);
    const worst = marks.worst.get(id);
    const colour = worst === "error"
      ? colours.bad
      : state !== undefined && stateToken(state) in colours
      ? colours[stateToken(state) as keyof Colours]
      : node === undefined
      ? colours.warn
      : kindColour(colours, node);
    const list = byColour.get(colour);
    if (list === undefined) byColour.set(colour, [box]);
    else list.push(box);
  }
  const radius = 8;
  if (!isTiny) {
    context.fillStyle = colours.raised;
    context.strokeStyle = colours["line-strong"];
    context.lineWidth = Math.max(1, 0.8 / zoom);
    context.beginPath();
    for (const box of boxes) context.roundRect(left[box]!, top[box]!, width[box]!, height[box]!, radius);
    context.fill();
    context.stroke();
  }
  for (const [colour, list] of byColour) {
    context.fillStyle = colour;
    if (isTiny) {
      for (const box of list) context.fillRect(left[box]!, top[box]!, width[box]!, height[box]!);
      continue;
    }
    context.beginPath();
    for (const box of list) {
      context.roundRect(left[box]!, top[box]!, 10, height[box]!, [radius, 0, 0, radius]);
    }
    context.fill();
  }
  if (zoom >= 0.2) {
    context.fillStyle = colours.text;
    const size = Math.min(28, 12 / zoom);
    context.font = `500 ${size}px system-ui, sans-serif`;
    context.textBaseline = "middle";
    const most = Math.floor((216 - 30) / (size * 0.54));
    for (const box of boxes) {
      const title = nodes[box]?.title ?? "";
      const y = top[box]! + Math.min(height[box]! / 2, Math.max(HEAD_HEIGHT / 2, size));
      context.fillText(title.length > most ? `${title.slice(0, most - 1)}…` : title, left[box]! + 20, y);
    }
    context.textBaseline = "alphabetic";
  }
  paintChosen(context, scene, boxes, marks, colours, zoom);
}

function paintChosen(
  context: Context,
  scene: Scene,
  boxes: readonly number[],
  marks: Marks,
  colours: Colours,
  zoom: number,
): void {
  const { left, top, width, height, ids } = scene;
  context.strokeStyle = colours.accent;
  context.lineWidth = Math.max(2, 2 / zoom);
  context.beginPath();
  for (const box of boxes) {
    if (marks.selection.has(ids[box]!)) {
      context.roundRect(left[box]!, top[box]!, width[box]!, height[box]!, 8);
    }
  }
  context.stroke();
  if (marks.faded === undefined) return;
  context.fillStyle = colours.surface;
  context.globalAlpha = 0.7;
  context.beginPath();
  for (const box of boxes) {
    if (marks.faded.has(ids[box]!)) {
      context.rect(left[box]! - 2, top[box]! - 2, width[box]! + 4, height[box]! + 4);
    }
  }
  context.fill();
  context.globalAlpha = 1;
}
