/** Alignment and even distances of several nodes. Pure. @module */

import type { Point } from "./commands.ts";

export type AlignTo = "left" | "centre" | "right" | "top" | "middle" | "bottom" | "across" | "down";

export interface AlignBox extends Point {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** Where the boxes go. `across` and `down` give even gaps and leave the outermost where they are. */
export function aligned(boxes: readonly AlignBox[], to: AlignTo): ReadonlyMap<string, Point> {
  const places = new Map<string, Point>();
  const left = Math.min(...boxes.map(({ x }) => x));
  const right = Math.max(...boxes.map(({ x, width }) => x + width));
  const top = Math.min(...boxes.map(({ y }) => y));
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height));
  if (to === "across" || to === "down") {
    const isAcross = to === "across";
    const sorted = [...boxes].sort((a, b) => isAcross ? a.x - b.x : a.y - b.y);
    const sum = boxes.reduce((total, { width, height }) => total + (isAcross ? width : height), 0);
    const gap = (isAcross ? right - left - sum : bottom - top - sum) / Math.max(1, boxes.length - 1);
    let at = isAcross ? left : top;
    for (const { id, x, y, width, height } of sorted) {
      places.set(id, isAcross ? { x: at, y } : { x, y: at });
      at += (isAcross ? width : height) + gap;
    }
    return places;
  }
  for (const { id, x, y, width, height } of boxes) {
    const place = {
      left: { x: left, y },
      centre: { x: (left + right - width) / 2, y },
      right: { x: right - width, y },
      top: { x, y: top },
      middle: { x, y: (top + bottom - height) / 2 },
      bottom: { x, y: bottom - height },
    }[to];
    places.set(id, place);
  }
  return places;
}
