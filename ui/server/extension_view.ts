/** Extensions as the API shows them: what is installed, what of it runs, how it fares. @module */

import type { ExtensionInstance, ExtensionLine, PoolInfo } from "../api/extensions.ts";
import type { PoolPort, PoolWatchPort } from "../../core/ports/pool.ts";
import type { Prober } from "./metrics/prober.ts";
import type { Backend, InstalledExtension } from "./services.ts";

/** Installed extensions with what runs of them; without a backend nothing runs. */
export function extensionLines(
  installed: readonly InstalledExtension[],
  backend: Backend | undefined,
  prober: Pick<Prober, "extensions" | "endedOf">,
): readonly ExtensionLine[] {
  const readings = backend?.pit.pool.readings() ?? [];
  const instances = backend?.extensions.health() ?? [];
  const watch = backend === undefined ? undefined : watchOf(backend.pit.pool);
  const kinds = new Map(watch?.health().map((kind) => [kind.extension as string, kind]) ?? []);
  return installed.map((one) => {
    const own = instances.filter(({ extension }) => extension === one.id);
    const sum = (of: (instance: typeof own[number]) => number) =>
      own.reduce((total, each) => total + of(each), 0);
    const kind = kinds.get(one.id);
    const ended = prober.endedOf(one.id);
    // An instance may have come, served and gone between two looks; the pool has seen its calls.
    const calls = Math.max(sum((each) => each.calls) + ended.calls, kind?.calls ?? 0);
    const failures = Math.max(sum((each) => each.failures) + ended.failures, kind?.failures ?? 0);
    const isBusy = readings.some(({ extension, busy }) => extension === one.id && busy > 0);
    const { health: kept, ...rest } = one;
    return {
      ...rest,
      health: kept?.class ?? kind?.state ??
        (own.some(({ alive }) => !alive) ? "degraded" : own.length > 0 ? "healthy" : "unknown"),
      reason: kept?.reason ?? (calls === 0 && isBusy ? "its first call is under way" : kind?.reason) ??
        (own.length > 0 ? "its instances answer" : calls > 0 ? "" : "it has not been needed yet"),
      instances: readings.filter(({ extension }) => extension === one.id).map(
        (reading): ExtensionInstance => {
          const memory = own.find(({ instance }) => instance === reading.instance)?.memoryBytes;
          const { instance, state, busy, leases, reason } = reading;
          return {
            ...instance === undefined ? {} : { instance },
            state,
            busy,
            leases,
            reason,
            ...memory === undefined ? {} : { memoryBytes: memory },
          };
        },
      ),
      calls,
      failures,
      restarts: Math.max(0, ...own.map(({ restarts }) => restarts)),
      memoryBytes: sum(({ memoryBytes = 0 }) => memoryBytes),
      cpu: prober.extensions.get(one.id)?.cpu ?? 0,
    };
  });
}

/** The pool's second port, where the adapter has it. */
export function watchOf(pool: PoolPort): PoolWatchPort | undefined {
  return isWatchable(pool) ? pool : undefined;
}

function isWatchable(pool: PoolPort): pool is PoolPort & PoolWatchPort {
  return ["moves", "health", "counters"].every((name) => name in pool);
}

const noCounters = {
  hits: 0,
  misses: 0,
  givenUp: 0,
  coldStarts: 0,
  prewarmed: 0,
  coldStartsAvoided: 0,
  evictions: 0,
  failures: 0,
  loadMs: 0,
};

function sharingOf(backend: Backend | undefined): PoolInfo["sharing"] {
  if (backend === undefined) return { users: [], gini: 0 };
  const { users, gini } = backend.pit.arbitration.fairness();
  return { users, gini };
}

/** The pool by instance. */
export function poolInfo(backend: Backend | undefined): PoolInfo {
  const watch = backend === undefined ? undefined : watchOf(backend.pit.pool);
  const instances = (backend?.pit.pool.readings() ?? []).map(({ extension, instance, ...rest }) => ({
    extension,
    ...instance === undefined ? {} : { instance },
    ...rest,
  }));
  return {
    instances,
    counters: watch?.counters() ?? noCounters,
    moves: watch?.moves() ?? [],
    sharing: sharingOf(backend),
  };
}
