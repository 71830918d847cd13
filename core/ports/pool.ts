/**
 * Instances of extensions, leased and released. The hot path is synchronous and allocates nothing.
 *
 * @module
 */

import type { Brand, ExtensionId, InstanceId } from "../ids.ts";
import type { LimitReading, WaitingReading } from "./arbitration.ts";

/** A registered kind of instance; a small integer, so that the hot path never looks up a string. */
export type PoolKind = Brand<number, "PoolKind">;
/** Slot and generation in one integer; a stale lease is refused. */
export type Lease = Brand<number, "Lease">;
/** What `lease` gives when no hot instance has room. */
export const noLease = 0 as Lease;

export type InstanceState = "cold" | "warming" | "hot" | "cooling" | "failed";

export interface PoolLimits {
  /** Most instances at once. */
  readonly instances: number;
  /** Calls that one instance takes at the same time. */
  readonly concurrency: number;
}

/** How a caller waits for a lease. */
export interface AcquireOptions {
  /** Higher is served first, then whoever came first; 0 without it. */
  readonly priority?: number;
  /** Milliseconds after which waiting ends with `timeout`. */
  readonly timeoutMs?: number;
}

export interface PoolReading {
  readonly extension: ExtensionId;
  readonly instance: InstanceId | undefined;
  readonly state: InstanceState;
  readonly busy: number;
  readonly leases: number;
  /** Why it moved to this state. */
  readonly reason: string;
}

export interface PoolPort {
  /** Makes a kind known; registering an extension twice gives the same kind and the new limits. */
  register(extension: ExtensionId, limits: PoolLimits): PoolKind;
  /** A place on a hot instance, or `noLease`. Synchronous, no allocation. */
  lease(kind: PoolKind): Lease;
  /**
   * A place on a hot instance, warming one where the limits allow, else waiting by priority, then in order of arrival.
   * @throws SymphonyError `aborted` when `signal` fires, `timeout`, `extension` when no instance can be started,
   * `busy` while its circuit is open, `closed`.
   */
  acquire(kind: PoolKind, signal: AbortSignal, options?: AcquireOptions): Promise<Lease>;
  /** The instance behind a lease. @throws SymphonyError `closed` for a stale lease. */
  instanceOf(lease: Lease): InstanceId;
  /** Gives a place back. With `failure`, the instance is not handed out again. False for a stale lease. */
  release(lease: Lease, failure?: string): boolean;
  readings(): readonly PoolReading[];
  /** Cools every instance after its calls have ended; waiting callers get `closed`. */
  drain(): Promise<void>;
}

/** One move of an instance from state to state. */
export interface PoolMove {
  readonly extension: ExtensionId;
  readonly instance: InstanceId | undefined;
  readonly from: InstanceState;
  readonly to: InstanceState;
  readonly reason: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** healthy: as it is; degraded: slow or failing more than it should; unhealthy: its circuit is open. */
export type HealthState = "unknown" | "healthy" | "degraded" | "unhealthy";

export interface KindHealth {
  readonly extension: ExtensionId;
  readonly state: HealthState;
  readonly reason: string;
  /** Over the window of the latest calls. */
  readonly calls: number;
  readonly failures: number;
  readonly meanMs: number;
}

/** Sums since the pool was made. */
export interface PoolCounters {
  /** Callers who got a hot instance at once, and callers who had to wait. */
  readonly hits: number;
  readonly misses: number;
  /** Instances started because a caller waited, and those started ahead. */
  readonly coldStarts: number;
  readonly prewarmed: number;
  /** Instances started ahead that served a call which would have waited. */
  readonly coldStartsAvoided: number;
  readonly evictions: number;
  readonly failures: number;
  /** Milliseconds spent starting instances. */
  readonly loadMs: number;
}

/** Watching the pool, and telling it what calls were like. A second small port beside PoolPort. */
export interface PoolWatchPort {
  /** The latest moves, the oldest first. */
  moves(): readonly PoolMove[];
  health(): readonly KindHealth[];
  counters(): PoolCounters;
  /** Tells how a call on a kind went; what is told here opens and closes its circuit. */
  observe(kind: PoolKind, call: { readonly durationMs: number; readonly failed: boolean }): void;
  /**
   * Starts instances ahead of need until so many are not cold, within the limits; says how many were started. With
   * `keepMs` so many are also kept for as long, whatever the forecast of idle times says.
   */
  prewarm(kind: PoolKind, instances: number, reason: string, keepMs?: number): number;
}

/** What the pool of one process was like when it was last written down. */
export interface PoolStatus {
  /** Names the process among all that the data folder knows. */
  readonly process: string;
  readonly pid: number;
  /** Unix milliseconds, as are the next two. */
  readonly startedAt: number;
  readonly at: number;
  readonly endedAt?: number;
  readonly counters: PoolCounters;
  readonly instances: readonly PoolReading[];
  readonly health: readonly KindHealth[];
  readonly moves: readonly PoolMove[];
  /** What its calls share, and how much of it is free; absent in records of before. */
  readonly limits?: readonly LimitReading[];
  /** Its calls that wait for a share or a name, the first ones. */
  readonly waiting?: readonly WaitingReading[];
}

/** The pools of all processes of a data folder, those that have ended too. */
export interface PoolHistoryPort {
  /** The newest process first. */
  statuses(): Promise<readonly PoolStatus[]>;
}
