/**
 * Paints a scene on two canvases: edges, which change only with the view, and nodes, which change with the run. Far away,
 * only the nodes that changed are painted again; ten thousand cost what changed.
 *
 * @module
 */

import { tokenColours } from "../../../state/theme.ts";
import type { NodeState } from "../run_model.ts";
import { curveRect, traceCurve } from "../../../board/routing/wire_curve.ts";
import type { FlatWays } from "../../../board/routing/wire_routes.ts";
import { wayOf } from "../../card_lines.ts";
import { NODE_HEIGHT, NODE_WIDTH, type Scene } from "./scene.ts";

export interface View {
  /** Of the drawing's origin, in pixels of the canvas. */
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Asked of each node that is painted; far away, of its state alone. */
export interface Looks {
  state(index: number): NodeState;
  look(index: number): NodeLook;
}

export interface NodeLook {
  readonly state: NodeState;
  readonly share: number | undefined;
  /** Second line. */
  readonly line: string;
  readonly attempts: number;
  readonly fallbacks: number;
}

/** Below, nodes are plain rectangles. */
const FAR = 0.34;
/** Below, nodes have a title alone. */
const SMALL = 0.7;
const TOKENS = [
  "surface",
  "raised",
  "sunken",
  "line-soft",
  "line-strong",
  "line-control",
  "text",
  "text-2",
  "text-3",
  "accent",
  "selected",
  "warn-text",
  "state-pending",
  "state-queued",
  "state-running",
  "state-retrying",
  "state-waiting",
  "state-completed",
  "state-failed",
  "state-skipped",
] as const;
type Colours = Record<(typeof TOKENS)[number], string>;

export class GraphPainter {
  readonly #edges: CanvasRenderingContext2D;
  readonly #nodes: CanvasRenderingContext2D;
  #colours: Colours;
  #ways: FlatWays | undefined;
  #font = "";
  #width = 0;
  #height = 0;
  #ratio = 1;

  constructor(edges: HTMLCanvasElement, nodes: HTMLCanvasElement) {
    this.#edges = contextOf(edges);
    this.#nodes = contextOf(nodes);
    this.#colours = tokenColours(TOKENS);
    this.#font = getComputedStyle(document.body).fontFamily;
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  /** Takes the colours anew. */
  repaintsWith(): void {
    this.#colours = tokenColours(TOKENS);
  }

  resize(width: number, height: number): void {
    this.#width = width;
    this.#height = height;
    this.#ratio = Math.min(2, globalThis.devicePixelRatio || 1);
    for (const { canvas } of [this.#edges, this.#nodes]) {
      canvas.width = Math.max(1, Math.round(width * this.#ratio));
      canvas.height = Math.max(1, Math.round(height * this.#ratio));
    }
  }

  /** From now on lines go these ways. */
  takeWays(ways: FlatWays): void {
    this.#ways = ways;
  }

  /** Everything: after the view moved, the graph or the colours changed. */
  paint(
    scene: Scene,
    view: View,
    looks: Looks,
    chosen: number | undefined,
    critical: ReadonlySet<number>,
  ): void {
    this.paintGround(scene, view, chosen, critical);
    this.paintSome(scene, view, looks, scene.nodes.keys(), chosen, critical);
  }

  /** The edges, and no node yet. */
  paintGround(scene: Scene, view: View, chosen: number | undefined, critical: ReadonlySet<number>): void {
    this.#paintEdges(scene, view, chosen, critical);
    this.#clear(this.#nodes);
  }

  /** These nodes, over what is there. */
  paintSome(
    scene: Scene,
    view: View,
    looks: Looks,
    changed: Iterable<number>,
    chosen: number | undefined,
    critical: ReadonlySet<number>,
  ): void {
    const context = this.#nodes;
    this.#enter(context, view);
    for (const index of changed) {
      if (!this.#isSeen(scene, view, index)) continue;
      this.#node(scene, index, view, looks, index === chosen, critical.has(index));
    }
  }

  #clear(context: CanvasRenderingContext2D): void {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  }

  #enter(context: CanvasRenderingContext2D, { x, y, zoom }: View): void {
    const ratio = this.#ratio;
    context.setTransform(zoom * ratio, 0, 0, zoom * ratio, x * ratio, y * ratio);
  }

  #isSeen({ x, y }: Scene, view: View, index: number): boolean {
    const left = x[index]! * view.zoom + view.x;
    const top = y[index]! * view.zoom + view.y;
    return left < this.#width && top < this.#height && left + NODE_WIDTH * view.zoom > 0 &&
      top + NODE_HEIGHT * view.zoom > 0;
  }

  #paintEdges(scene: Scene, view: View, chosen: number | undefined, critical: ReadonlySet<number>): void {
    const context = this.#edges;
    const { x, y, from, to, isSoft } = scene;
    this.#clear(context);
    this.#enter(context, view);
    const isFar = view.zoom < FAR;
    const left = -view.x / view.zoom;
    const top = -view.y / view.zoom;
    const right = left + this.#width / view.zoom;
    const bottom = top + this.#height / view.zoom;
    const pens: {
      readonly path: Path2D;
      readonly colour: string;
      readonly width: number;
      readonly dash: number[];
    }[] = [
      { path: new Path2D(), colour: this.#colours["line-control"], width: 1.2, dash: [] },
      { path: new Path2D(), colour: this.#colours["line-control"], width: 1.2, dash: [5, 4] },
      { path: new Path2D(), colour: this.#colours["warn-text"], width: 2.2, dash: [] },
      { path: new Path2D(), colour: this.#colours["accent"], width: 2, dash: [] },
    ];
    for (let edge = 0; edge < from.length; edge++) {
      const [source, target] = [from[edge]!, to[edge]!];
      const way = this.#ways === undefined ? undefined : wayOf(this.#ways, edge);
      const startX = x[source]! + NODE_WIDTH;
      const startY = y[source]! + NODE_HEIGHT / 2;
      const endX = x[target]!;
      const endY = y[target]! + NODE_HEIGHT / 2;
      const rect = way === undefined
        ? { left: startX, top: startY, right: endX, bottom: endY }
        : curveRect(way);
      if (Math.max(rect.left, rect.right) < left || Math.min(rect.left, rect.right) > right) continue;
      if (Math.max(rect.top, rect.bottom) < top || Math.min(rect.top, rect.bottom) > bottom) continue;
      const isChosen = source === chosen || target === chosen;
      const pen = pens[isChosen ? 3 : critical.has(source) && critical.has(target) ? 2 : isSoft[edge]!]!;
      if (way !== undefined) {
        traceCurve(pen.path, way, isFar);
        continue;
      }
      pen.path.moveTo(startX, startY);
      if (isFar) pen.path.lineTo(endX, endY);
      else {
        const bend = Math.max(24, Math.abs(endX - startX) / 2);
        pen.path.bezierCurveTo(startX + bend, startY, endX - bend, endY, endX, endY);
      }
    }
    for (const { path, colour, width, dash } of pens) {
      context.strokeStyle = colour;
      context.lineWidth = isFar ? Math.max(width, 0.6 / view.zoom) : width;
      context.setLineDash(isFar ? [] : dash);
      context.globalAlpha = isFar && from.length > 4000 ? 0.45 : 1;
      context.stroke(path);
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  #node(
    scene: Scene,
    index: number,
    view: View,
    looks: Looks,
    isChosen: boolean,
    isCritical: boolean,
  ): void {
    const context = this.#nodes;
    const left = scene.x[index]!;
    const top = scene.y[index]!;
    if (view.zoom < FAR) {
      context.fillStyle = this.#stateColour(looks.state(index));
      context.fillRect(left, top, NODE_WIDTH, NODE_HEIGHT);
      if (isChosen) {
        context.strokeStyle = this.#colours.text;
        context.lineWidth = 3 / view.zoom;
        context.strokeRect(left, top, NODE_WIDTH, NODE_HEIGHT);
      }
      return;
    }
    const look = looks.look(index);
    const colour = this.#stateColour(look.state);
    const node = scene.nodes[index]!;
    // The room around it too: an outline of before is painted over.
    context.clearRect(left - 4, top - 4, NODE_WIDTH + 8, NODE_HEIGHT + 8);
    context.beginPath();
    context.roundRect(left, top, NODE_WIDTH, NODE_HEIGHT, 8);
    context.fillStyle = this.#colours.raised;
    context.fill();
    context.lineWidth = isChosen ? 2.5 : isCritical ? 1.8 : 1;
    context.strokeStyle = isChosen
      ? this.#colours.accent
      : isCritical
      ? this.#colours["warn-text"]
      : look.state === "failed"
      ? colour
      : this.#colours["line-strong"];
    context.stroke();
    context.save();
    context.clip();
    context.fillStyle = colour;
    context.fillRect(left, top, 5, NODE_HEIGHT);
    const share = look.share ?? (look.state === "completed" ? 1 : undefined);
    if (look.share !== undefined && share !== undefined) {
      context.globalAlpha = 0.9;
      context.fillRect(left + 5, top + NODE_HEIGHT - 3, (NODE_WIDTH - 5) * share, 3);
      context.globalAlpha = 1;
    }
    context.restore();
    this.#mark(look.state, left + NODE_WIDTH - 17, top + 17, colour);
    const isDim = look.state === "skipped" || look.state === "pending";
    context.fillStyle = isDim ? this.#colours["text-2"] : this.#colours.text;
    if (view.zoom < SMALL) {
      // Seen from afar the title alone, as large as it can be read, in two lines where it is long.
      const size = Math.min(20, 10 / view.zoom);
      context.font = `600 ${size}px ${this.#font}`;
      const lines = twoLines(context, node.title, NODE_WIDTH - 38);
      const first = top + NODE_HEIGHT / 2 + size * (lines.length === 1 ? 0.35 : -0.15);
      lines.forEach((line, at) => context.fillText(line, left + 13, first + at * size * 1.05));
      return;
    }
    context.font = `600 12.5px ${this.#font}`;
    context.fillText(cut(context, node.title, NODE_WIDTH - 46), left + 14, top + 21);
    context.fillStyle = this.#colours["text-3"];
    context.font = `11px ${this.#font}`;
    const badges = [
      look.attempts > 1 && look.share === undefined ? `×${look.attempts}` : "",
      look.fallbacks > 0 ? `${look.fallbacks} fallback${look.fallbacks > 1 ? "s" : ""}` : "",
    ].filter((text) => text !== "").join("  ");
    const room = NODE_WIDTH - 28;
    if (badges !== "") {
      context.fillStyle = this.#colours["warn-text"];
      const width = context.measureText(badges).width;
      context.fillText(badges, left + NODE_WIDTH - 12 - width, top + 39);
      context.fillStyle = this.#colours["text-3"];
      context.fillText(cut(context, look.line, room - width - 10), left + 14, top + 39);
    } else context.fillText(cut(context, look.line, room), left + 14, top + 39);
  }

  /** A sign beside the colour, for those who do not see it. */
  #mark(state: NodeState, x: number, y: number, colour: string): void {
    const context = this.#nodes;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 1.8;
    context.beginPath();
    switch (state) {
      case "completed":
        context.moveTo(x - 4, y);
        context.lineTo(x - 1, y + 3);
        context.lineTo(x + 5, y - 4);
        context.stroke();
        return;
      case "failed":
        context.moveTo(x - 4, y - 4);
        context.lineTo(x + 4, y + 4);
        context.moveTo(x + 4, y - 4);
        context.lineTo(x - 4, y + 4);
        context.stroke();
        return;
      case "running":
        context.moveTo(x - 3, y - 5);
        context.lineTo(x + 5, y);
        context.lineTo(x - 3, y + 5);
        context.fill();
        return;
      case "retrying":
        context.arc(x, y, 4.5, -0.4, 4.4);
        context.stroke();
        return;
      case "waiting":
      case "waiting-for-input":
      case "held":
        context.fillRect(x - 4, y - 5, 3, 10);
        context.fillRect(x + 1, y - 5, 3, 10);
        return;
      case "skipped":
        context.moveTo(x - 4, y);
        context.lineTo(x + 4, y);
        context.stroke();
        return;
      default:
        context.arc(x, y, 4, 0, 2 * Math.PI);
        context.stroke();
    }
  }

  #stateColour(state: NodeState): string {
    return this.#colours[`state-${state === "held" || state === "waiting-for-input" ? "waiting" : state}`];
  }
}

const widths = new Map<string, string>();

/** The text in a line, or in two that break between words. */
function twoLines(context: CanvasRenderingContext2D, text: string, room: number): readonly string[] {
  const whole = cut(context, text, room);
  if (whole === text) return [whole];
  // Where the cut fell, back to the space before it.
  const at = text.lastIndexOf(" ", whole.length - 1);
  return at <= 0 ? [whole] : [text.slice(0, at), cut(context, text.slice(at + 1), room)];
}

/** The text, as much of it as there is room for. */
function cut(context: CanvasRenderingContext2D, text: string, room: number): string {
  const key = `${context.font}\n${Math.round(room)}\n${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  let shown = text;
  if (context.measureText(text).width > room) {
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
      else high = middle - 1;
    }
    shown = `${text.slice(0, low)}…`;
  }
  if (widths.size > 20_000) widths.clear();
  widths.set(key, shown);
  return shown;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw");
  return context;
}
