/**
 * The Retry-After header: seconds, or a date.
 *
 * @module
 */

/** The longest wait that is passed on; a server may write anything. */
const LONGEST_MS = 24 * 60 * 60 * 1_000;

/** Milliseconds to wait, or undefined where the header is missing or unreadable. A date in the past gives 0. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  const text = header?.trim() ?? "";
  if (/^\d+(?:\.\d+)?$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_MS);
  // A date needs its weekday or month: Date.parse would take "-5" for a year.
  const at = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, at - nowMs), LONGEST_MS);
}
