/**
 * All of the board in a corner, with the part in sight framed: press or drag to go there. The nodes are painted once for each
 * change of the scene, thousands of them in turns behind the picture that is shown; panning moves the frame alone.
 *
 * @module
 */

import { type Signal, signal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { stateToken } from "../../parts/state_dot.tsx";
import { paint } from "../../state/theme.ts";
import { soon } from "../../state/turn.ts";
import type { Board } from "../board.ts";
import type { RunOverlay } from "../run/run_overlay.ts";
import { boardColours, type Colours, kindColour } from "./painter.ts";
import type { Scene } from "./scene.ts";
import { visibleRect } from "./viewport.ts";

const WIDTH = 176;
const HEIGHT = 112;
/** Between a change and its painting, in milliseconds. */
const PAUSE_MS = 60;
/** Nodes painted in a turn. */
const PART = 1500;
const KEY = "symphony.minimap";

export const isMinimapShown = signal(localStorage.getItem(KEY) !== "no");
isMinimapShown.subscribe((shown) => localStorage.setItem(KEY, shown ? "yes" : "no"));

interface Scale {
  readonly k: number;
  readonly x: number;
  readonly y: number;
}

function scaleOf(scene: Scene): Scale {
  const bounds = scene.bounds() ?? { left: 0, top: 0, right: 1, bottom: 1 };
  const k = Math.min(
    (WIDTH - 12) / Math.max(1, bounds.right - bounds.left),
    (HEIGHT - 12) / Math.max(1, bounds.bottom - bounds.top),
    0.2,
  );
  return {
    k,
    x: WIDTH / 2 - (bounds.left + bounds.right) / 2 * k,
    y: HEIGHT / 2 - (bounds.top + bounds.bottom) / 2 * k,
  };
}

export function Minimap(
  { board, run, moved }: { readonly board: Board; readonly run: RunOverlay; readonly moved: Signal<number> },
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const scale = useRef<Scale>({ k: 1, x: 0, y: 0 });
  const waiting = useRef(0);
  const painted = useRef<readonly unknown[]>([]);
  const painting = useRef<Iterator<void> | undefined>(undefined);
  const begin = () => {
    // One that is being painted is finished first.
    waiting.current = painting.current === undefined ? 0 : setTimeout(begin, PAUSE_MS);
    if (waiting.current !== 0 || canvas.current === null) return;
    const scene = board.scene.peek();
    const state = [
      scene.geometry,
      moved.peek(),
      board.worst.peek(),
      run.version.peek(),
      paint.peek(),
      canvas.current,
    ];
    if (state.every((part, index) => part === painted.current[index])) return;
    painted.current = state;
    scale.current = scaleOf(scene);
    painting.current = paintMap(canvas.current, scene, scale.current, board, run, boardColours());
    go();
    place();
  };
  const go = () => {
    if (painting.current?.next().done === false) soon(go);
    else painting.current = undefined;
  };

  const place = () => {
    const element = frame.current;
    if (element === null) return;
    const { width, height } = board.look.size.peek();
    const { left, top, right, bottom } = visibleRect(board.look.view.peek(), width, height);
    const { k, x, y } = scale.current;
    element.style.transform = `translate(${left * k + x}px, ${top * k + y}px)`;
    element.style.width = `${(right - left) * k}px`;
    element.style.height = `${(bottom - top) * k}px`;
  };
  useSignalEffect(() => {
    board.look.view.value;
    board.look.size.value;
    place();
  });
  useSignalEffect(() => {
    board.scene.value;
    board.worst.value;
    run.version.value;
    paint.value;
    moved.value;
    isMinimapShown.value;
    // Many changes, one painting.
    if (waiting.current === 0) waiting.current = setTimeout(begin, PAUSE_MS);
  });
  useEffect(() => () => {
    clearTimeout(waiting.current);
    painting.current = undefined;
  }, []);
  const { nodes, notes } = board.graph.value;
  if (!isMinimapShown.value || nodes.size + notes.length === 0) return null;

  const look = (event: PointerEvent) => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return;
    const { k, x, y } = scale.current;
    const view = board.look.view.peek();
    const { width, height } = board.look.size.peek();
    const worldX = (event.clientX - box.left - x) / k;
    const worldY = (event.clientY - box.top - y) / k;
    board.look.view.value = {
      ...view,
      x: width / 2 - worldX * view.zoom,
      y: height / 2 - worldY * view.zoom,
    };
  };
  return (
    <div
      class="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        look(event);
      }}
      onPointerMove={(event) => event.buttons === 1 && look(event)}
    >
      <canvas ref={canvas} width={WIDTH * 2} height={HEIGHT * 2} />
      <div class="minimap-frame" ref={frame} />
    </div>
  );
}

/** Paints behind what is shown, and shows it when it is whole. */
function* paintMap(
  canvas: HTMLCanvasElement,
  scene: Scene,
  { k, x, y }: Scale,
  board: Board,
  run: RunOverlay,
  colours: Colours,
): Generator<void> {
  const shown = canvas.getContext("2d");
  const isLarge = scene.ids.length > PART;
  const context = isLarge ? new OffscreenCanvas(canvas.width, canvas.height).getContext("2d") : shown;
  if (shown === null || context === null) return;
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.clearRect(0, 0, WIDTH, HEIGHT);
  const worst = board.worst.peek();
  const { boxes } = board.shown.peek();
  const { left, top, width, height, nodes, ids } = scene;
  for (let from = 0; from < ids.length; from += PART) {
    if (from > 0) yield;
    const byColour = new Map<string, number[]>();
    for (let index = from; index < Math.min(ids.length, from + PART); index++) {
      const id = ids[index]!;
      const state = run.shownState(id, boxes);
      const colour = worst.get(id) === "error"
        ? colours.bad
        : state !== undefined && stateToken(state) in colours
        ? colours[stateToken(state) as keyof Colours]
        : nodes[index] === undefined
        ? colours.warn
        : kindColour(colours, nodes[index]!);
      const list = byColour.get(colour);
      if (list === undefined) byColour.set(colour, [index]);
      else list.push(index);
    }
    for (const [colour, list] of byColour) {
      context.fillStyle = colour;
      for (const index of list) {
        const [w, h] = [Math.max(1.5, width[index]! * k), Math.max(1.5, height[index]! * k)];
        context.fillRect(left[index]! * k + x, top[index]! * k + y, w, h);
      }
    }
  }
  if (!isLarge) return;
  yield;
  shown.setTransform(1, 0, 0, 1, 0, 0);
  shown.clearRect(0, 0, canvas.width, canvas.height);
  shown.drawImage(context.canvas, 0, 0);
}
