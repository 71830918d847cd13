/**
 * Which entry goes next: the one of highest priority, then the oldest, whose lanes all have room. One that has waited
 * long gains a point a minute, so that nothing waits for ever behind a stream of what is more important.
 *
 * @module
 */

import type { Limit, QueueEntry } from "./entry.ts";

const POINT_MS = 60_000;

/** The next entry; undefined where none may begin at `now`. Deterministic. */
export function chooseNext(
  open: readonly QueueEntry[],
  limits: readonly Limit[],
  now: number,
): QueueEntry | undefined {
  const full = fullLanes(open, limits, now);
  let best: QueueEntry | undefined;
  for (const entry of open) {
    if (entry.state !== "queued" || entry.notBefore > now) continue;
    if (entry.lanes.some((lane) => full.has(lane))) continue;
    if (best === undefined || weight(entry, now) > weight(best, now)) best = entry;
  }
  return best;
}

/** Why a queued entry does not begin; undefined where it may. */
export function heldBy(
  entry: QueueEntry,
  open: readonly QueueEntry[],
  limits: readonly Limit[],
  now: number,
): string | undefined {
  if (entry.notBefore > now) return `not before ${new Date(entry.notBefore).toISOString()}`;
  const full = fullLanes(open, limits, now);
  const lane = entry.lanes.find((one) => full.has(one));
  return lane === undefined ? undefined : `${lane}: ${full.get(lane)}`;
}

/** When a rate lets the next one begin, or an entry's moment comes; undefined where only an end makes room. */
export function nextMoment(
  open: readonly QueueEntry[],
  limits: readonly Limit[],
  now: number,
): number | undefined {
  const moments = open.filter(({ state, notBefore }) => state === "queued" && notBefore > now)
    .map(({ notBefore }) => notBefore);
  for (const { rate, begun } of limits) {
    if (rate === undefined || begun.length < rate.count) continue;
    moments.push(begun[begun.length - rate.count]! + rate.perMs);
  }
  const later = moments.filter((at) => at > now);
  return later.length === 0 ? undefined : Math.min(...later);
}

/** The limits after a run of these lanes was begun. */
export function begunIn(limits: readonly Limit[], lanes: readonly string[], now: number): readonly Limit[] {
  return limits.filter(({ lane, rate }) => rate !== undefined && lanes.includes(lane)).map((limit) => {
    const { count, perMs } = limit.rate as NonNullable<Limit["rate"]>;
    const begun = [...limit.begun.filter((at) => at > now - perMs), now].slice(-count);
    return { ...limit, begun };
  });
}

function weight({ priority, addedAt }: QueueEntry, now: number): number {
  return priority + Math.floor(Math.max(0, now - addedAt) / POINT_MS);
}

/** The lanes without room, and why. */
function fullLanes(
  open: readonly QueueEntry[],
  limits: readonly Limit[],
  now: number,
): ReadonlyMap<string, string> {
  const full = new Map<string, string>();
  for (const { lane, atOnce, rate, begun } of limits) {
    if (atOnce !== undefined) {
      const running = open.filter(({ state, lanes }) => state === "running" && lanes.includes(lane)).length;
      if (running >= atOnce) full.set(lane, `${running} of ${atOnce} at once`);
    }
    if (rate !== undefined) {
      const recent = begun.filter((at) => at > now - rate.perMs).length;
      if (recent >= rate.count) full.set(lane, `${recent} of ${rate.count} in ${rate.perMs / 1000} s`);
    }
  }
  return full;
}
