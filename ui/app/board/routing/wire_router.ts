/**
 * The way of one wire around the cards that it has nothing to do with. A wire that meets none is drawn as ever; one that would pass
 * behind a card takes the free way with the least going up and down. Wires that go back leave to the right, run back
 * above or below what stands there, and come in from the left. Pure.
 *
 * @module
 */

import type { Rect } from "../view/viewport.ts";
import { type Boxes, type ChooseLane, corridorWay, type Gate, type Run } from "./corridor.ts";
import type { WireCurve } from "./wire_curve.ts";

/** Kept free beside a card, and above and below it. */
const BESIDE = 12;
const ABOVE = 9;
/** So near a wire without a way of its own may pass. */
const TOUCH = 4;
/** A wire that ends less far right of its start goes back. */
const FORWARD = 8;
/** How far a wire that goes back swings out. */
const SWING = 34;
/** Steps over more than this are drawn over less, where there is room. */
const STEEP = 0.9;
const MIN_STEP = 56;
/** How far above and below its ends a way is looked for, first and at last. */
const REACHES = [320, 1600];

export interface WireEnds {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** What stands on the board: boxes that touch a rectangle, as left, top, right, bottom of each, without the wire's own two. */
export interface Around {
  readonly others: (rect: Rect) => Boxes;
  /** The cards of the wire's ends. */
  readonly own: Boxes;
}

/** The wire's way; undefined where the direct curve is free, or where there is no other. */
export function wayAround(ends: WireEnds, around: Around, choose: ChooseLane): WireCurve | undefined {
  const { x1, x2 } = ends;
  if (x2 < x1 + FORWARD) return wayBack(ends, around, choose);
  if (!isHidden(ends, around)) return undefined;
  const start: Gate = { x: x1, y: ends.y1, low: ends.y1, high: ends.y1 };
  const end: Gate = { x: x2, y: ends.y2, low: ends.y2, high: ends.y2 };
  for (const reach of REACHES) {
    const [top, bottom] = [Math.min(ends.y1, ends.y2) - reach, Math.max(ends.y1, ends.y2) + reach];
    const found = around.others({ left: x1, top, right: x2, bottom });
    const boxes = grown(found, ends.x1, ends.y1, ends.x2, ends.y2);
    const runs = corridorWay(start, end, boxes, top, bottom, choose);
    if (runs !== undefined) return drawn(x1, runs);
  }
  return undefined;
}

/** True where the direct curve passes a card nearer than {@link TOUCH}. */
function isHidden({ x1, y1, x2, y2 }: WireEnds, { others }: Around): boolean {
  const [top, bottom] = [Math.min(y1, y2), Math.max(y1, y2)];
  const rect = { left: x1, top: top - TOUCH, right: x2, bottom: bottom + TOUCH };
  const boxes = others(rect);
  const bend = Math.max(28, (x2 - x1) / 2);
  for (let at = 0; at < boxes.length; at += 4) {
    const from = heightAt(boxes[at]! - TOUCH, x1, y1, x2, y2, bend);
    const to = heightAt(boxes[at + 2]! + TOUCH, x1, y1, x2, y2, bend);
    if (
      Math.max(from, to) > boxes[at + 1]! - TOUCH && Math.min(from, to) < boxes[at + 3]! + TOUCH
    ) return true;
  }
  return false;
}

/** The height of the direct curve at `x`. */
function heightAt(x: number, x1: number, y1: number, x2: number, y2: number, bend: number): number {
  if (x <= x1) return y1;
  if (x >= x2) return y2;
  let [low, high] = [0, 1];
  for (let round = 0; round < 12; round++) {
    const t = (low + high) / 2;
    const u = 1 - t;
    const at = u * u * u * x1 + 3 * u * u * t * (x1 + bend) + 3 * u * t * t * (x2 - bend) + t * t * t * x2;
    if (at < x) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  return y1 + (y2 - y1) * t * t * (3 - 2 * t);
}

/** Boxes with what is kept free around them; nothing is kept where a wire must begin or end. */
function grown(boxes: Boxes, x1: number, y1: number, x2: number, y2: number): Boxes {
  const all: number[] = [];
  for (let at = 0; at < boxes.length; at += 4) {
    const [left, top, right, bottom] = [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!];
    const holds = (beside: number, above: number) =>
      (x1 >= left - beside && x1 <= right + beside && y1 >= top - above && y1 <= bottom + above) ||
      (x2 >= left - beside && x2 <= right + beside && y2 >= top - above && y2 <= bottom + above);
    if (!holds(BESIDE, ABOVE)) all.push(left - BESIDE, top - ABOVE, right + BESIDE, bottom + ABOVE);
    else if (!holds(1, 1)) all.push(left - 1, top - 1, right + 1, bottom + 1);
  }
  return all;
}

/** Runs as a curve from `x` on. */
function drawn(x: number, runs: readonly Run[]): WireCurve {
  const points: number[] = [x, runs[0]!.y];
  let at = x;
  runs.forEach(({ y, stepFrom, stepTo }, index) => {
    const next = runs[index + 1];
    if (next === undefined) {
      level(points, at, stepTo, y);
      return;
    }
    const room = stepTo - stepFrom;
    const width = Math.min(room, Math.max(MIN_STEP, Math.abs(next.y - y) * STEEP));
    // The first step near the start, the last near the end, as one alone is drawn over all the room there is.
    const spare = room - (runs.length === 2 ? room : width);
    const from = stepFrom + (index === 0 ? 0 : index === runs.length - 2 ? spare : spare / 2);
    const to = from + (runs.length === 2 ? room : width);
    level(points, at, from, y);
    const bend = (to - from) / 2;
    points.push(from + bend, y, to - bend, next.y, to, next.y);
    at = to;
  });
  return Float64Array.from(points);
}

function level(points: number[], from: number, to: number, y: number): void {
  if (to - from < 0.5) {
    if (points.length > 2) points[points.length - 2] = to;
    return;
  }
  const third = (to - from) / 3;
  points.push(from + third, y, to - third, y, to, y);
}

/** A wire to the left, found in a mirror. */
function wayBack({ x1, y1, x2, y2 }: WireEnds, around: Around, choose: ChooseLane): WireCurve | undefined {
  // The lane runs from where the wire has left its card to before the other one.
  const [right, left] = x2 > x1 - 2 * FORWARD ? [Math.max(x1, x2), Math.min(x1, x2) - FORWARD] : [x1, x2];
  for (const reach of REACHES) {
    const [top, bottom] = [Math.min(y1, y2) - reach, Math.max(y1, y2) + reach];
    const found = around.others({ left: left - SWING, top, right: right + SWING, bottom });
    const start = swing(found, right, right + SWING, y1, top, bottom);
    const end = swing(found, left - SWING, left, y2, top, bottom);
    const inside: number[] = [];
    for (const list of [found, around.own]) {
      for (let at = 0; at < list.length; at += 4) {
        const [l, t, r, b] = [list[at]!, list[at + 1]!, list[at + 2]!, list[at + 3]!];
        if (r + BESIDE <= left || l - BESIDE >= right) continue;
        inside.push(-r - BESIDE, t - ABOVE, -l + BESIDE, b + ABOVE);
      }
    }
    const mirrored: ChooseLane = (from, to, ...rest) => choose(-to, -from, ...rest);
    const runs = corridorWay(
      { x: -right, y: y1, ...start },
      { x: -left, y: y2, ...end },
      inside,
      top,
      bottom,
      mirrored,
    );
    if (runs !== undefined) return swung({ x1, y1, x2, y2 }, drawn(-right, runs));
  }
  return undefined;
}

/** Between which heights a wire can swing beside its card. */
function swing(
  boxes: Boxes,
  left: number,
  right: number,
  y: number,
  top: number,
  bottom: number,
): { readonly low: number; readonly high: number } {
  let [low, high] = [top, bottom];
  for (let at = 0; at < boxes.length; at += 4) {
    if (boxes[at]! >= right || boxes[at + 2]! <= left) continue;
    if (boxes[at + 3]! + ABOVE <= y) low = Math.max(low, boxes[at + 3]! + ABOVE);
    else if (boxes[at + 1]! - ABOVE >= y) high = Math.min(high, boxes[at + 1]! - ABOVE);
  }
  return { low, high };
}

/** A mirrored lane with the swings at both of its ends. */
function swung({ x1, y1, x2, y2 }: WireEnds, mirrored: WireCurve): WireCurve {
  const lane = Float64Array.from(mirrored, (value, index) => index % 2 === 0 ? -value : value);
  const [fx, fy] = [lane[0]!, lane[1]!];
  const [lx, ly] = [lane[lane.length - 2]!, lane[lane.length - 1]!];
  const [out, back] = [Math.max(x1, fx) + SWING, Math.min(x2, lx) - SWING];
  const first = [x1, y1, out, y1, out, fy, fx, fy];
  const last = [back, ly, back, y2, x2, y2];
  return Float64Array.from([...first, ...lane.subarray(2), ...last]);
}
