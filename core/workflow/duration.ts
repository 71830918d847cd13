/**
 * Spans of time as people write them: `"500ms"`, `"2s"`, `"1.5m"`, `"2h"`, `"7d"`, or a number of milliseconds.
 *
 * @module
 */

import type { Json } from "../json.ts";

const pattern = /^(\d{1,12}(?:\.\d{1,6})?)\s?(ms|s|m|h|d)$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The longest span a workflow may name: 366 days. */
export const MAX_DURATION_MS = 366 * 86_400_000;

/** Milliseconds, rounded; undefined where `value` is no span or one over 366 days. */
export function parseDuration(value: Json): number | undefined {
  const ms = typeof value === "number" ? value : fromText(value);
  if (ms === undefined || !(ms >= 0) || ms > MAX_DURATION_MS) return undefined;
  return Math.round(ms);
}

function fromText(value: Json): number | undefined {
  const found = typeof value === "string" ? pattern.exec(value) : null;
  if (found === null) return undefined;
  return Number(found[1]) * (unitMs[found[2] as string] as number);
}
