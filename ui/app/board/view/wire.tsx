/**
 * The connection under way: from which end it is held, where the pointer is, what it points at and whether that fits.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { Point } from "../model/commands.ts";
import type { ConnectionJudge, End, Verdict } from "../model/connection_judge.ts";
import { curveData, directCurve } from "../routing/wire_curve.ts";

export interface Wire {
  readonly fixed: End;
  readonly isFromSource: boolean;
  readonly judge: ConnectionJudge;
  /** Where the held end is, in the world. */
  readonly start: Point;
}

export const wire = signal<Wire | undefined>(undefined);
/** Where the loose end is, in the world, and what it is at. */
export const wireEnd = signal<{ readonly at: Point; readonly end?: End; readonly verdict?: Verdict }>({
  at: { x: 0, y: 0 },
});

/** The line, in the world's units. */
export function WireLine() {
  const held = wire.value;
  if (held === undefined) return null;
  const { at, verdict } = wireEnd.value;
  const [a, b] = held.isFromSource ? [held.start, at] : [at, held.start];
  const look = verdict === undefined ? "" : verdict.fits === "no" ? "bad" : "good";
  return (
    <svg class={`wire ${look}`} aria-hidden="true">
      <path d={curveData(directCurve(a.x, a.y, b.x, b.y))} />
      <circle cx={at.x} cy={at.y} r="4" />
    </svg>
  );
}

/** Why what the wire points at does not fit, beside the pointer. */
export function WireReason({ toScreen }: { readonly toScreen: (point: Point) => Point }) {
  if (wire.value === undefined) return null;
  const { at, verdict, end } = wireEnd.value;
  if (verdict === undefined || end === undefined) return null;
  const { x, y } = toScreen(at);
  const text = verdict.fits === "no"
    ? verdict.reason
    : verdict.fits === "maybe"
    ? `Fits, if at run time ${verdict.reason === "" ? "the type is right" : verdict.reason}`
    : "Fits";
  return (
    <div
      class={`wire-reason ${verdict.fits}`}
      role="status"
      style={{ left: `${x + 16}px`, top: `${y + 14}px` }}
    >
      {text}
    </div>
  );
}
