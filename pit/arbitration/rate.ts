/** Kinds that are used up and come back with time: how much is left, and when there is enough. @module */

const DAY_MS = 86_400_000;

/**
 * At most `burst` at once. Refilled evenly with `perMinute` (token bucket); or `isDaily`, all of it at midnight UTC, so that no
 * day has more than `burst`.
 */
export interface Rate {
  readonly perMinute: number;
  readonly burst: number;
  readonly isDaily?: boolean;
}

/** What is left at `now`, Unix milliseconds, of a rate of which `level` was left at `at`. What is owed stays owed. */
export function levelAt(rate: Rate, level: number, at: number, now: number): number {
  const { burst, perMinute, isDaily } = rate;
  const more = isDaily
    ? Math.max(0, dayOf(now) - dayOf(at)) * burst
    : Math.max(0, now - at) / 60_000 * perMinute;
  return Math.min(burst, level + more);
}

/** What is left where `from` could go out at once and `to` may now: what was used stays used, and nothing more is owed for it. */
export function levelAfter(level: number, from: number, to: number): number {
  return to >= from ? level + to - from : Math.max(Math.min(level, 0), level + to - from);
}

/** In how many milliseconds from `now` there is so much where `level` is left. */
export function enoughInMs(
  { burst, perMinute, isDaily }: Rate,
  amount: number,
  level: number,
  now: number,
): number {
  if (!isDaily) return Math.ceil((amount - level) / perMinute * 60_000);
  const days = Math.max(1, Math.ceil((amount - level) / burst - 1e-9));
  return (dayOf(now) + days) * DAY_MS - now;
}

function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}
