/**
 * Notices where a pointer rests on the stage: on a port or a connection, long enough to be meant. A finger rests by being held
 * still. Anything that is done there ends it, so that nothing stands in the way of dragging.
 *
 * @module
 */

import type { Board } from "../board.ts";
import { toWorld } from "../view/viewport.ts";
import type { Place } from "./passing.ts";

export interface Rest {
  readonly place: Place;
  /** From the stage's corner, in screen pixels. */
  readonly x: number;
  readonly y: number;
  readonly key: string;
  readonly isByKey: boolean;
}

const REST_MS = 450;
const HOLD_MS = 550;
/** A finger that moves less is held still. */
const STILL_PX = 8;
/** So long one may be on the way to what is shown. */
const LEAVE_MS = 260;

/**
 * Watches until the returned function is called; `onRest` gets undefined where nobody rests any more. `shown` tells what is shown
 * now: others may have closed it.
 */
export function watchRests(
  stage: HTMLElement,
  board: Board,
  shown: () => Rest | undefined,
  onRest: (rest: Rest | undefined) => void,
): () => void {
  let timer: number | undefined;
  let waiting = "";
  let held: { readonly x: number; readonly y: number } | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
    waiting = "";
  };
  const end = () => {
    stop();
    onRest(undefined);
  };
  // By these one goes on to the next place, or into what is shown.
  const key = (event: KeyboardEvent) => {
    if (event.key !== "v" && event.key !== "Tab" && event.key !== "Shift") end();
  };
  const after = (ms: number, rest: Rest | undefined) => {
    const key = rest?.key ?? "";
    if (key === waiting && timer !== undefined) return;
    stop();
    waiting = key;
    timer = setTimeout(() => {
      timer = undefined;
      onRest(rest);
    }, ms);
  };
  const move = (event: PointerEvent) => {
    if (event.pointerType === "touch") {
      if (held !== undefined && Math.hypot(event.clientX - held.x, event.clientY - held.y) > STILL_PX) stop();
      return;
    }
    if (event.buttons !== 0) return end();
    const rest = restAt(stage, board, event);
    const now = shown();
    if (rest !== undefined && rest.key === now?.key) return stop();
    if (rest !== undefined) after(REST_MS, rest);
    // What the keyboard asked for stays until the keyboard goes on.
    else if (now?.isByKey === false) after(LEAVE_MS, undefined);
    else stop();
  };
  const down = (event: PointerEvent) => {
    end();
    held = undefined;
    if (event.pointerType !== "touch") return;
    held = { x: event.clientX, y: event.clientY };
    const rest = restAt(stage, board, event);
    if (rest !== undefined) after(HOLD_MS, rest);
  };
  const up = () => {
    if (held !== undefined && timer !== undefined) stop();
    held = undefined;
  };
  const leave = (event: PointerEvent) => {
    const next = event.relatedTarget;
    if (next instanceof Element && next.closest(".passing") !== null) return stop();
    if (event.pointerType !== "touch" && shown()?.isByKey === false) after(LEAVE_MS, undefined);
  };
  const list = [
    ["pointermove", move],
    ["pointerdown", down],
    ["pointerup", up],
    ["pointercancel", up],
    ["pointerleave", leave],
    ["wheel", end],
    ["keydown", key],
  ] as const;
  for (const [name, listen] of list) {
    stage.addEventListener(name, listen as EventListener, { passive: true });
  }
  return () => {
    stop();
    for (const [name, listen] of list) stage.removeEventListener(name, listen as EventListener);
  };
}

function restAt(stage: HTMLElement, board: Board, event: PointerEvent): Rest | undefined {
  const target = event.target as Element;
  const box = stage.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const port = target.closest("[data-port]");
  const node = target.closest("[data-node]")?.getAttribute("data-node") ?? undefined;
  if (port !== null && node !== undefined) {
    const name = port.getAttribute("data-port") ?? "";
    const side = port.getAttribute("data-side") === "output" ? "output" : "input";
    if (name === "" && side === "input") return undefined;
    return {
      place: { kind: "port", node, side, port: name },
      x,
      y,
      key: `${side} ${node}.${name}`,
      isByKey: false,
    };
  }
  if (node !== undefined || target.closest("[data-inert]") !== null) return undefined;
  const view = board.look.view.peek();
  const at = toWorld(view, x, y);
  const scene = board.scene.peek();
  const reach = (event.pointerType === "touch" ? 16 : 8) / view.zoom;
  const index = scene.boxAt(at.x, at.y) === undefined ? scene.edgeAt(at.x, at.y, reach) : undefined;
  const edge = index === undefined ? undefined : scene.edges[index];
  return edge === undefined
    ? undefined
    : { place: { kind: "edge", edge }, x, y, key: edge.id, isByKey: false };
}
