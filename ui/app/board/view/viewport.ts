/** What part of the board is in sight: world to screen by `screen = world * zoom + offset`. Pure. @module */

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const MIN_ZOOM = 0.02;
export const MAX_ZOOM = 2.5;

export function toWorld(
  { x, y, zoom }: Viewport,
  screenX: number,
  screenY: number,
): { readonly x: number; readonly y: number } {
  return { x: (screenX - x) / zoom, y: (screenY - y) / zoom };
}

/** The part of the world in a window of that size, grown by `margin` screen pixels. */
export function visibleRect({ x, y, zoom }: Viewport, width: number, height: number, margin = 0): Rect {
  return {
    left: (-x - margin) / zoom,
    top: (-y - margin) / zoom,
    right: (width - x + margin) / zoom,
    bottom: (height - y + margin) / zoom,
  };
}

/** Zooms by `factor` so that the point under the pointer stays there. */
export function zoomAt(view: Viewport, factor: number, screenX: number, screenY: number): Viewport {
  const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom * factor));
  const k = zoom / view.zoom;
  return { x: screenX - (screenX - view.x) * k, y: screenY - (screenY - view.y) * k, zoom };
}

/** Shows all of `rect`. */
export function fitted(rect: Rect, width: number, height: number, margin = 48, maxZoom = 1): Viewport {
  const w = Math.max(1, rect.right - rect.left);
  const h = Math.max(1, rect.bottom - rect.top);
  const zoom = Math.max(MIN_ZOOM, Math.min(maxZoom, (width - 2 * margin) / w, (height - 2 * margin) / h));
  return { x: (width - w * zoom) / 2 - rect.left * zoom, y: (height - h * zoom) / 2 - rect.top * zoom, zoom };
}

/** Below this a card's words are hard to read. */
export const READABLE = 0.75;

/** What a window of that size shows the drawing in, in screen pixels; `covered` lies over its corners. */
export interface Window {
  readonly width: number;
  readonly height: number;
  readonly covered: readonly Rect[];
}

/**
 * Shows all of `rect` as large as the window has room for. Where the drawing would lie under something, the room beside that is taken
 * instead, unless it would shrink by more than a quarter for it.
 */
export function fittedBeside(rect: Rect, window: Window, maxZoom = 1): Viewport {
  const { width, height, covered } = window;
  const margin = Math.min(40, width / 16, height / 16);
  const whole = fitted(rect, width, height, margin, maxZoom);
  if (!isCovered(rect, whole, covered)) return whole;
  const floors = [...new Set(covered.map(({ top }) => top))].sort((a, b) => b - a);
  for (const floor of floors) {
    if (floor < height / 3) break;
    const above = fitted(rect, width, floor, margin, maxZoom);
    if (above.zoom < 0.75 * whole.zoom) break;
    if (!isCovered(rect, above, covered)) return above;
  }
  return whole;
}

/**
 * Where one begins: with everything where that can be read, else readably at `start`, which is where the drawing begins, with as much
 * of the rest as there is room for.
 */
export function firstView(rect: Rect, start: Rect, window: Window, maxZoom = 1): Viewport {
  const all = fittedBeside(rect, window, maxZoom);
  if (all.zoom >= READABLE) return all;
  const { width, height } = window;
  const margin = Math.min(40, width / 16);
  const room = height / READABLE;
  const tall = rect.bottom - rect.top;
  // Not beyond the drawing while there is more of it on the other side.
  const middle = tall <= room
    ? (rect.top + rect.bottom) / 2
    : Math.min(rect.bottom - room / 2, Math.max(rect.top + room / 2, (start.top + start.bottom) / 2));
  const lift = tall > room && middle === rect.top + room / 2 ? margin : 0;
  return { zoom: READABLE, x: margin - start.left * READABLE, y: height / 2 - middle * READABLE + lift };
}

/** True where the drawing lies under something. */
function isCovered(rect: Rect, { x, y, zoom }: Viewport, covered: readonly Rect[]): boolean {
  const shown = {
    left: rect.left * zoom + x,
    top: rect.top * zoom + y,
    right: rect.right * zoom + x,
    bottom: rect.bottom * zoom + y,
  };
  return covered.some((one) => intersects(shown, one));
}

export function grownRect({ left, top, right, bottom }: Rect, by: number): Rect {
  return { left: left - by, top: top - by, right: right + by, bottom: bottom + by };
}

export function intersects(a: Rect, b: Rect): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

export function contains(outer: Rect, inner: Rect): boolean {
  return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
    outer.bottom >= inner.bottom;
}
