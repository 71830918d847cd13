/**
 * View, gestures and painting of one scene: what is moved is painted with the next frame, what changed in the run with the tick
 * that told of it. Knows nothing of components.
 *
 * @module
 */

import { stateWord } from "../../../parts/state_dot.tsx";
import { durationText } from "../../format.ts";
import { nextFrame } from "../../frames.ts";
import { scopeOf } from "../node_rows.ts";
import { watchPinch } from "./pinch.ts";
import { keyOf } from "../run_model.ts";
import type { RunWatch } from "../run_watch.ts";
import { GraphPainter, type Looks, type NodeLook, type View } from "./painter.ts";
import { NODE_HEIGHT, NODE_WIDTH, nodeAt, type Scene } from "./scene.ts";

const MIN_ZOOM = 0.02;
const MAX_ZOOM = 2;
const PADDING = 32;
/** A graph of so few nodes begins no smaller than this. */
const FEW = 60;
const READABLE = 0.45;
/** A stage as wide as a wall shows small graphs larger than life. */
const WALL_PX = 2400;
/** Nodes of a large graph that its first picture gets with each frame. */
const FIRST_NODES = 2500;

export class GraphStage {
  readonly #watch: RunWatch;
  readonly #scene: Scene;
  readonly #scope: string | undefined;
  #painter: GraphPainter | undefined;
  #box: HTMLElement | undefined;
  #view: View = { x: 0, y: 0, zoom: 1 };
  #chosen: number | undefined;
  #onZoom: (zoom: number) => void = () => {};
  #isDue = false;
  #isWhole = true;
  /** Nodes that the first picture of a large graph has so far; undefined before its edges, which come with a frame of their own. */
  #first: number | undefined;
  #some = new Set<number>();
  #criticalNames = "";
  #critical: ReadonlySet<number> = new Set();
  readonly #keys: readonly string[];
  readonly #looks: Looks = {
    state: (index) => this.#watch.model.stateOf(this.#keys[index]!),
    look: (index) => this.#look(index),
  };
  hasDragged = false;

  constructor(watch: RunWatch, scene: Scene, scope: string | undefined) {
    this.#watch = watch;
    this.#scene = scene;
    this.#scope = scope;
    this.#keys = scene.nodes.map(({ id }) => keyOf(id, scope));
  }

  attach(
    box: HTMLElement,
    edges: HTMLCanvasElement,
    nodes: HTMLCanvasElement,
    onZoom: (zoom: number) => void,
  ): () => void {
    this.#box = box;
    this.#onZoom = onZoom;
    this.#painter = new GraphPainter(edges, nodes);
    void this.#scene.ways.then((ways) => {
      this.#painter?.takeWays(ways);
      // A first picture that is under way is finished before.
      const paint = () => {
        if (this.#painter === undefined) return;
        if (this.#isFirst()) nextFrame(paint);
        else this.#paintAll();
      };
      paint();
    });
    let isFirst = true;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = box;
      if (clientWidth === 0 || clientHeight === 0) return;
      this.#painter?.resize(clientWidth, clientHeight);
      if (isFirst) {
        isFirst = false;
        this.#begin();
        if (this.#chosen !== undefined) this.#reveal(this.#chosen);
      } else this.#paintAll();
    });
    observer.observe(box);
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || Math.abs(event.deltaY) > Math.abs(event.deltaX)) {
        const bounds = box.getBoundingClientRect();
        this.#zoomAt(
          Math.exp(-event.deltaY * 0.0016),
          event.clientX - bounds.left,
          event.clientY - bounds.top,
        );
      } else this.#move(this.#view.x - event.deltaX, this.#view.y);
    };
    const down = (event: PointerEvent) => this.#drag(event);
    box.addEventListener("wheel", wheel, { passive: false });
    box.addEventListener("pointerdown", down);
    const stopPinch = watchPinch(box, (factor, atX, atY) => {
      this.hasDragged = true;
      this.#zoomAt(factor, atX, atY);
    });
    return () => {
      stopPinch();
      observer.disconnect();
      box.removeEventListener("wheel", wheel);
      box.removeEventListener("pointerdown", down);
      this.#painter = undefined;
    };
  }

  fit(): void {
    const painter = this.#painter;
    if (painter === undefined) return;
    const { width, height } = this.#scene;
    const zoom = Math.max(
      MIN_ZOOM,
      Math.min(
        painter.width >= WALL_PX ? 1.5 : 1,
        (painter.width - 2 * PADDING) / Math.max(1, width),
        (painter.height - 2 * PADDING) / Math.max(1, height),
      ),
    );
    this.#view = {
      zoom,
      x: (painter.width - width * zoom) / 2,
      y: (painter.height - height * zoom) / 2,
    };
    this.#onZoom(zoom);
    this.#paintAll();
  }

  /** Everything; of a graph that would be too small to read, the part where something happens. */
  #begin(): void {
    this.fit();
    const { nodes } = this.#scene;
    if (this.#view.zoom >= READABLE || nodes.length > FEW) return;
    const states = nodes.map(({ id }) => this.#watch.model.stateOf(keyOf(id, this.#scope)));
    const at = states.findIndex((state) => state !== "completed" && state !== "skipped");
    this.#view = { x: PADDING, y: PADDING, zoom: READABLE };
    this.#onZoom(READABLE);
    if (at >= 0) return this.#centre(at);
    // Nothing happens any more: the beginning at the left, not half a window of nothing before it.
    this.#move(PADDING, (this.#painter!.height - this.#scene.height * READABLE) / 2);
  }

  zoomBy(factor: number): void {
    const painter = this.#painter;
    if (painter !== undefined) this.#zoomAt(factor, painter.width / 2, painter.height / 2);
  }

  choose(index: number | undefined): void {
    if (this.#chosen === index) return;
    this.#chosen = index;
    if (index !== undefined) this.#reveal(index);
    this.#paintAll();
  }

  recolour(): void {
    this.#painter?.repaintsWith();
    this.#paintAll();
  }

  changed(keys: ReadonlySet<string>): void {
    const names = this.#watch.model.criticalPath.join(" ");
    if (names !== this.#criticalNames && this.#scope === undefined) {
      this.#criticalNames = names;
      this.#critical = new Set(
        this.#watch.model.criticalPath.flatMap((id) => this.#scene.indexOf.get(id) ?? []),
      );
      this.#paintAll();
    }
    for (const key of keys) {
      if (scopeOf(key) !== this.#scope) continue;
      const index = this.#scene.indexOf.get(key.slice(key.lastIndexOf("/") + 1));
      if (index !== undefined) this.#some.add(index);
    }
    if (this.#some.size > 0) this.#paintSoon();
  }

  nodeAt(event: MouseEvent): number | undefined {
    const bounds = this.#box?.getBoundingClientRect();
    if (bounds === undefined) return undefined;
    const { x, y, zoom } = this.#view;
    return nodeAt(
      this.#scene,
      (event.clientX - bounds.left - x) / zoom,
      (event.clientY - bounds.top - y) / zoom,
    );
  }

  #drag(event: PointerEvent): void {
    const box = this.#box;
    if (box === undefined || event.button > 1 || !event.isPrimary) return;
    this.hasDragged = false;
    const [startX, startY] = [event.clientX, event.clientY];
    const from = this.#view;
    const move = (next: PointerEvent) => {
      // A second finger zooms from here on; the first no longer pans.
      if (!next.isPrimary) return up();
      const [byX, byY] = [next.clientX - startX, next.clientY - startY];
      if (!this.hasDragged && Math.hypot(byX, byY) < 4) return;
      if (!this.hasDragged) box.setPointerCapture(event.pointerId);
      this.hasDragged = true;
      this.#move(from.x + byX, from.y + byY);
    };
    const up = () => {
      box.removeEventListener("pointermove", move);
      box.removeEventListener("pointerup", up);
      box.removeEventListener("pointercancel", up);
    };
    box.addEventListener("pointermove", move);
    box.addEventListener("pointerup", up);
    box.addEventListener("pointercancel", up);
  }

  /** Brings a node into sight. */
  #reveal(index: number): void {
    const painter = this.#painter;
    if (painter === undefined || painter.width === 0) return;
    const { x, y, zoom } = this.#view;
    const left = this.#scene.x[index]! * zoom + x;
    const top = this.#scene.y[index]! * zoom + y;
    const isSeen = left >= 0 && top >= 0 && left + NODE_WIDTH * zoom <= painter.width &&
      top + NODE_HEIGHT * zoom <= painter.height;
    if (!isSeen) this.#centre(index);
  }

  #centre(index: number): void {
    const painter = this.#painter;
    if (painter === undefined) return;
    const { zoom } = this.#view;
    this.#move(
      painter.width / 2 - (this.#scene.x[index]! + NODE_WIDTH / 2) * zoom,
      painter.height / 2 - (this.#scene.y[index]! + NODE_HEIGHT / 2) * zoom,
    );
  }

  #move(x: number, y: number): void {
    this.#view = { ...this.#view, x, y };
    this.#paintAll();
  }

  #zoomAt(factor: number, atX: number, atY: number): void {
    const { x, y, zoom } = this.#view;
    const next = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, zoom * factor));
    this.#view = { zoom: next, x: atX - ((atX - x) / zoom) * next, y: atY - ((atY - y) / zoom) * next };
    this.#onZoom(next);
    this.#paintAll();
  }

  #paintAll(): void {
    this.#isWhole = true;
    this.#paintSoon();
  }

  #paintSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    nextFrame(() => {
      this.#isDue = false;
      const painter = this.#painter;
      if (painter === undefined || painter.width === 0) return;
      if (this.#isFirst()) return this.#paintFirst(painter);
      if (this.#isWhole) this.#first = this.#scene.nodes.length;
      if (this.#isWhole) painter.paint(this.#scene, this.#view, this.#looks, this.#chosen, this.#critical);
      else painter.paintSome(this.#scene, this.#view, this.#looks, this.#some, this.#chosen, this.#critical);
      this.#isWhole = false;
      this.#some = new Set();
    });
  }

  /** True while the first picture of a large graph is not whole; whoever moves the view meanwhile gets the rest at once. */
  #isFirst(): boolean {
    const count = this.#scene.nodes.length;
    return count > FIRST_NODES && (this.#first === undefined || this.#first < count && !this.#isWhole);
  }

  #paintFirst(painter: GraphPainter): void {
    if (this.#first === undefined) {
      this.#first = 0;
      this.#isWhole = false;
      painter.paintGround(this.#scene, this.#view, this.#chosen, this.#critical);
      return this.#paintSoon();
    }
    const end = Math.min(this.#scene.nodes.length, this.#first + FIRST_NODES);
    for (let index = this.#first; index < end; index++) this.#some.add(index);
    this.#first = end;
    painter.paintSome(this.#scene, this.#view, this.#looks, this.#some, this.#chosen, this.#critical);
    this.#some = new Set();
    if (this.#isFirst()) this.#paintSoon();
  }

  #look(index: number): NodeLook {
    const key = this.#keys[index]!;
    const { model } = this.#watch;
    const node = model.node(key);
    const state = model.stateOf(key);
    const share = model.shareOf(key);
    let line = stateWord(state);
    if (node !== undefined && node.isFan && node.count !== undefined) {
      const { completed, failed, skipped } = node.counts;
      line = `${completed + failed + skipped} of ${node.count}${failed > 0 ? `, ${failed} failed` : ""}`;
    } else if (node?.startedAt !== undefined && node.endedAt !== undefined) {
      line = `${line}, ${durationText(node.endedAt - node.startedAt)}`;
    } else if (state === "running") {
      const note = model.noteOf(key);
      line = note === "" ? line : note;
    }
    if (state === "waiting-for-input") line = `${stateWord(state)}, for leave`;
    return { state, share, line, attempts: node?.attempts ?? 0, fallbacks: node?.fallbacks ?? 0 };
  }
}
