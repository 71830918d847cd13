/**
 * A pool with room for a number of instances: share of requests that find theirs not loaded, for rules of eviction.
 *
 * @module
 */

import type { ActivityTrace } from "../../evaluate/data.ts";
import { NextUse } from "../next_use.ts";

/** Requests in the order of time; in one minute in the order of the applications' names. */
export function requestsOf(trace: ActivityTrace): readonly string[] {
  return trace.apps
    .flatMap(({ id, active }) => active.map(({ minute }) => ({ minute, id })))
    .sort((a, b) => a.minute - b.minute || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/** Notes each request and says how much each loaded instance is worth keeping; the least goes. */
export interface Eviction {
  request(name: string, at: number): void;
  /** What was not loaded now is, room having been made for it. */
  loaded?(name: string): void;
  worth(name: string, at: number): number;
}

export function missRate(requests: readonly string[], capacity: number, rule: Eviction): number {
  const loaded = new Set<string>();
  let misses = 0;
  requests.forEach((name, at) => {
    rule.request(name, at);
    if (loaded.has(name)) return;
    misses += 1;
    if (loaded.size >= capacity) {
      let victim = "";
      let least = Infinity;
      for (const candidate of loaded) {
        const worth = rule.worth(candidate, at);
        if (worth < least) {
          least = worth;
          victim = candidate;
        }
      }
      loaded.delete(victim);
    }
    loaded.add(name);
    rule.loaded?.(name);
  });
  return misses / requests.length;
}

export function evictions(requests: readonly string[]): Readonly<Record<string, () => Eviction>> {
  return {
    "least recently used": leastRecentlyUsed,
    "least frequently used": leastFrequentlyUsed,
    "GDSF": greedyDual,
    "decayed frequency": () => decayedFrequency(500),
    "ours: expected next use": expectedNextUse,
    "Belady (knows the future)": () => belady(requests),
  };
}

function leastRecentlyUsed(): Eviction {
  const last = new Map<string, number>();
  return {
    request: (name, at) => void last.set(name, at),
    worth: (name) => last.get(name) ?? 0,
  };
}

function leastFrequentlyUsed(): Eviction {
  const count = new Map<string, number>();
  return {
    request: (name) => void count.set(name, (count.get(name) ?? 0) + 1),
    worth: (name) => count.get(name) ?? 0,
  };
}

/** Greedy-dual size frequency with equal sizes and costs (Cherkasova 1998; FaasCache). */
function greedyDual(): Eviction {
  const count = new Map<string, number>();
  const priority = new Map<string, number>();
  let clock = 0;
  let lowest = Infinity;
  const raise = (name: string) => void priority.set(name, clock + (count.get(name) ?? 0));
  return {
    request(name) {
      count.set(name, (count.get(name) ?? 0) + 1);
      raise(name);
    },
    worth(name) {
      const worth = priority.get(name) ?? 0;
      lowest = Math.min(lowest, worth);
      return worth;
    },
    loaded(name) {
      if (lowest !== Infinity) clock = lowest;
      lowest = Infinity;
      raise(name);
    },
  };
}

function decayedFrequency(life: number): Eviction {
  const weights = new Map<string, { weight: number; at: number }>();
  const now = (name: string, at: number) => {
    const known = weights.get(name);
    return known === undefined ? 0 : known.weight * Math.exp(-(at - known.at) / life);
  };
  return {
    request: (name, at) => void weights.set(name, { weight: now(name, at) + 1, at }),
    worth: now,
  };
}

function expectedNextUse(): Eviction {
  const next = new NextUse();
  return {
    request: (name) => next.use(name),
    worth: (name) => -next.distance(name),
  };
}

function belady(requests: readonly string[]): Eviction {
  const following = new Float64Array(requests.length);
  const seen = new Map<string, number>();
  for (let at = requests.length - 1; at >= 0; at--) {
    following[at] = seen.get(requests[at] as string) ?? Infinity;
    seen.set(requests[at] as string, at);
  }
  const last = new Map<string, number>();
  return {
    request: (name, at) => void last.set(name, at),
    worth: (name) => -(following[last.get(name) as number] as number),
  };
}
