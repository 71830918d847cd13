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
