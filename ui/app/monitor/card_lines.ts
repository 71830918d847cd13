/** The lines of a drawing whose cards are all of one size: from the middle of a card's right side to the middle of another's left. @module */

import { directCurve, type WireCurve } from "../board/routing/wire_curve.ts";
import type { FlatWays, WireGround } from "../board/routing/wire_routes.ts";

export interface CardSize {
  readonly width: number;
  readonly height: number;
}

/** What the ways of the lines depend on: cards at `x` and `y`, and lines between them by index. */
export function cardGround(
  { x, y, from, to }: {
    readonly x: Float64Array;
    readonly y: Float64Array;
    readonly from: Int32Array;
    readonly to: Int32Array;
  },
  { width, height }: CardSize,
): WireGround {
  const lines = new Float64Array(from.length * 4);
  for (let line = 0; line < from.length; line++) {
    const [source, target] = [from[line]!, to[line]!];
    lines[line * 4] = x[source]! + width;
    lines[line * 4 + 1] = y[source]! + height / 2;
    lines[line * 4 + 2] = x[target]!;
    lines[line * 4 + 3] = y[target]! + height / 2;
  }
  return {
    left: x,
    top: y,
    width: new Float64Array(x.length).fill(width),
    height: new Float64Array(x.length).fill(height),
    lines,
    from,
    to,
    trunk: from,
  };
}

/** The way of a line around the cards between; undefined where it is drawn directly. */
export function wayOf({ starts, points }: FlatWays, line: number): WireCurve | undefined {
  const [start, end] = [starts[line]!, starts[line + 1]!];
  return start === end ? undefined : points.subarray(start, end);
}

/** The line as it is drawn. */
export function lineCurve({ lines }: WireGround, ways: FlatWays, line: number): WireCurve {
  const at = line * 4;
  return wayOf(ways, line) ?? directCurve(lines[at]!, lines[at + 1]!, lines[at + 2]!, lines[at + 3]!);
}
