/**
 * How evenly users were served: the Gini coefficient, and the figures of several processes as one.
 *
 * @module
 */

import type { FairnessReading, ShareReading } from "../ports/arbitration.ts";

/**
 * The Gini coefficient of values that are not negative: half the mean absolute difference over the mean (C. Gini, 1912).
 * 0 where there is nothing to compare. O(n log n).
 */
export function gini(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  if (sorted.length < 2 || sum <= 0) return 0;
  const weighted = sorted.reduce((total, value, at) => total + (2 * (at + 1) - sorted.length - 1) * value, 0);
  return weighted / (sorted.length * sum);
}

/** Of what users had in the last minutes, each by its weight. */
export function giniOf(users: readonly ShareReading[]): number {
  return gini(users.map(({ recentUse, weight }) => recentUse / weight));
}

/** What users had in several processes, by name. */
export function joinedUsers(
  readings: readonly Pick<FairnessReading, "users">[],
): Pick<FairnessReading, "users" | "gini"> {
  const joined = new Map<string, ShareReading>();
  for (const user of readings.flatMap(({ users }) => users)) {
    const known = joined.get(user.of);
    joined.set(user.of, known === undefined ? user : together(known, user));
  }
  const users = [...joined.values()].sort((a, b) => a.of < b.of ? -1 : 1);
  return { users, gini: giniOf(users) };
}

function together(one: ShareReading, other: ShareReading): ShareReading {
  const grants = one.grants + other.grants;
  const waitedMs = one.meanWaitMs * one.grants + other.meanWaitMs * other.grants;
  return {
    of: one.of,
    weight: one.weight,
    dominantShare: one.dominantShare + other.dominantShare,
    recentUse: one.recentUse + other.recentUse,
    grants,
    waiting: one.waiting + other.waiting,
    meanWaitMs: grants === 0 ? 0 : waitedMs / grants,
    longestWaitMs: Math.max(one.longestWaitMs, other.longestWaitMs),
  };
}
