/**
 * The curve of a wire: one cubic after the other in one array, `x0 y0` and then `c1x c1y c2x c2y x y` for each piece, in the world's
 * units. What is painted, pointed at and exported is this. Pure.
 *
 * @module
 */

import type { Rect } from "../view/viewport.ts";

export type WireCurve = Float64Array;

/** How finely a piece is looked at where it is asked for distances. */
const STEPS = 16;

/** How far the handles of a wire without anything in its way reach. */
export function bendOf(x1: number, x2: number): number {
  return x2 >= x1 ? Math.max(28, (x2 - x1) / 2) : Math.min(160, (x1 - x2) / 2 + 40);
}

/** The wire that asks for nobody's room. */
export function directCurve(x1: number, y1: number, x2: number, y2: number): WireCurve {
  const bend = bendOf(x1, x2);
  return Float64Array.of(x1, y1, x1 + bend, y1, x2 - bend, y2, x2, y2);
}

/** The box of all handles, which holds the curve. */
export function curveRect(curve: WireCurve): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < curve.length; at += 2) {
    left = Math.min(left, curve[at]!);
    right = Math.max(right, curve[at]!);
    top = Math.min(top, curve[at + 1]!);
    bottom = Math.max(bottom, curve[at + 1]!);
  }
  return { left, top, right, bottom };
}

/** Calls `take` with points along the curve, its ends among them. */
export function walkCurve(curve: WireCurve, take: (x: number, y: number) => void, steps = STEPS): void {
  take(curve[0]!, curve[1]!);
  for (let at = 2; at < curve.length; at += 6) {
    const [x0, y0] = [curve[at - 2]!, curve[at - 1]!];
    const [ax, ay, bx, by] = [curve[at]!, curve[at + 1]!, curve[at + 2]!, curve[at + 3]!];
    const [x, y] = [curve[at + 4]!, curve[at + 5]!];
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const u = 1 - t;
      const [p, q, r, s] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
      take(p * x0 + q * ax + r * bx + s * x, p * y0 + q * ay + r * by + s * y);
    }
  }
}

/** How far a point is from the curve. */
export function curveDistance(curve: WireCurve, x: number, y: number): number {
  let least = Infinity;
  let [px, py] = [NaN, NaN];
  walkCurve(curve, (qx, qy) => {
    if (!Number.isNaN(px)) least = Math.min(least, segmentDistance(x, y, px, py, qx, qy));
    [px, py] = [qx, qy];
  });
  return least;
}

/** The point half way along the curve. */
export function curveMiddle(curve: WireCurve): { readonly x: number; readonly y: number } {
  const points: (readonly [number, number, number])[] = [];
  let length = 0;
  walkCurve(curve, (x, y) => {
    const last = points.at(-1);
    if (last !== undefined) length += Math.hypot(x - last[0], y - last[1]);
    points.push([x, y, length]);
  });
  const at = Math.max(1, points.findIndex(([, , far]) => far >= length / 2));
  const [[ax, ay, from], [bx, by, to]] = [points[at - 1]!, points[at] ?? points[at - 1]!];
  const t = to === from ? 0 : (length / 2 - from) / (to - from);
  return { x: ax + t * (bx - ax), y: ay + t * (by - ay) };
}

/** What a canvas needs to draw a curve. */
export interface CurvePen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void;
}

/** Draws the curve; as straight lines where it is too small for bends to be seen. */
export function traceCurve(pen: CurvePen, curve: WireCurve, isStraight = false): void {
  pen.moveTo(curve[0]!, curve[1]!);
  for (let at = 2; at < curve.length; at += 6) {
    const [x, y] = [curve[at + 4]!, curve[at + 5]!];
    if (isStraight || curve[at - 1] === y) pen.lineTo(x, y);
    else pen.bezierCurveTo(curve[at]!, curve[at + 1]!, curve[at + 2]!, curve[at + 3]!, x, y);
  }
}

/** The curve as SVG's path data, rounded to tenths. */
export function curveData(curve: WireCurve): string {
  const n = (value: number) => String(Math.round(value * 10) / 10);
  let data = `M${n(curve[0]!)} ${n(curve[1]!)}`;
  for (let at = 2; at < curve.length; at += 6) {
    data += `C${Array.from(curve.subarray(at, at + 6), n).join(" ")}`;
  }
  return data;
}

/** True where the curve comes into a box of the given rectangles' kind, looked at `steps` points a piece. */
export function curveMeets(curve: WireCurve, { left, top, right, bottom }: Rect, steps = 48): boolean {
  let isMet = false;
  walkCurve(curve, (x, y) => isMet ||= x > left && x < right && y > top && y < bottom, steps);
  return isMet;
}

function segmentDistance(x: number, y: number, ax: number, ay: number, bx: number, by: number): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
