/**
 * Instances of extensions, leased and released. The hot path is synchronous and allocates nothing.
 *
 * @module
 */

import type { Brand, ExtensionId, InstanceId } from "../ids.ts";
import type { LimitReading, ShareReading, WaitingReading } from "./arbitration.ts";

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
  /** Higher is served first, then whoever has the earlier deadline, then whoever came first; 0 without it. */
  readonly priority?: number;
  /** Unix milliseconds by which it is wanted; it is served later as well. Counts as half a minute from now at the latest. */
  readonly deadline?: number;
  /** Milliseconds after which waiting ends with `timeout`. */
  readonly timeoutMs?: number;
}

export interface PoolReading {
  readonly extension: ExtensionId;
  readonly instance: InstanceId | undefined;
  readonly state: InstanceState;
  readonly busy: number;
  readonly leases: number;
  /** Resident bytes at the latest look, assumed where nobody knows; 0 while it is cold. */
  readonly memoryBytes: number;
  /** What is wrong with it beside others of its kind. */
  readonly degraded?: string;
  /** Why it moved to this state. */
  readonly reason: string;
}

export interface PoolPort {
  /** Makes a kind known; registering an extension twice gives the same kind and the new limits. */
  register(extension: ExtensionId, limits: PoolLimits): PoolKind;
  /** A place on a hot instance, or `noLease`. Synchronous, no allocation. */
  lease(kind: PoolKind): Lease;
  /**
   * A place on a hot instance, warming one where the limits allow, else waiting by priority, then by deadline and arrival.
   * @throws SymphonyError `aborted` when `signal` fires, `timeout`, `extension` when no instance can be started,
   * `busy` while its circuit is open, and when it opens meanwhile, `closed`.
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

/**
 * healthy: as it is; degraded: it, or an instance of it, is slow, large or failing more than it should, and the instance is used
 * last and replaced when idle; unhealthy: its circuit is open.
 */
export type HealthState = "unknown" | "healthy" | "degraded" | "unhealthy";

export interface KindHealth {
  readonly extension: ExtensionId;
  readonly state: HealthState;
  readonly reason: string;
  /** Over the window of the latest calls. */
  readonly calls: number;
  readonly failures: number;
  readonly meanMs: number;
  /** True where calls of all its instances take several times as long as they once did. */
  readonly isSlow: boolean;
  /** Unix milliseconds until which its circuit lets no call through. */
  readonly refusesUntil?: number;
  /** What an instance of it took at the latest look, and what they usually take, once that is known. */
  readonly memoryBytes: number;
  readonly usualMemoryBytes?: number;
}

/** Sums since the pool was made. */
export interface PoolCounters {
  /** Leases that were had at once, and those that were waited for. */
  readonly hits: number;
  readonly misses: number;
  /** Waits that ended without a lease; who asks again is counted again. */
  readonly givenUp: number;
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

/** How a call went. */
export interface ObservedCall {
  readonly durationMs: number;
  /** True where the instance was at fault. */
  readonly failed: boolean;
  /** Where it was, also once given back; with it the instance is held against others of its kind. */
  readonly lease?: Lease;
}

/** How much there may be at once in one process, and how much there is. */
export interface PoolBoundsReading {
  readonly instances: number;
  readonly mostInstances: number;
  readonly memoryBytes: number;
  readonly mostMemoryBytes: number;
}

/** Watching the pool, and telling it what calls were like. A second small port beside PoolPort. */
export interface PoolWatchPort {
  /** The latest moves, the oldest first. */
  moves(): readonly PoolMove[];
  /** Calls `listener` for every move from now on, until the returned function is called. */
  watchMoves(listener: (move: PoolMove) => void): () => void;
  health(): readonly KindHealth[];
  /** The same of one kind; undefined where it was never registered. */
  healthOf(extension: ExtensionId): KindHealth | undefined;
  counters(): PoolCounters;
  bounds(): PoolBoundsReading;
  /**
   * Tells how a call on a kind went; what is told here opens and closes its circuit. While that is open nothing is leased
   * or started; then one call alone is let through, and decides.
   */
  observe(kind: PoolKind, call: ObservedCall): void;
  /**
   * Starts instances ahead of need until so many are not cold, within the limits, and none where the circuit of the kind is
   * not closed; says how many were started. With `keepMs` so many are also kept for as long, whatever the forecast of idle times says.
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
  readonly bounds: PoolBoundsReading;
  readonly instances: readonly PoolReading[];
  readonly health: readonly KindHealth[];
  /** The latest. */
  readonly moves: readonly PoolMove[];
  /** What its calls share, and how much of it is free; absent in records of before. */
  readonly limits?: readonly LimitReading[];
  /** Its calls that wait for a share or a name, the first ones. */
  readonly waiting?: readonly WaitingReading[];
  /** How its calls were served, by user. */
  readonly users?: readonly ShareReading[];
}

/** A move as it is kept. */
export interface KeptMove extends PoolMove {
  /** Names the process, as in `PoolStatus`. */
  readonly process: string;
}

/** The pools of all processes of a data folder, those that have ended too. */
export interface PoolHistoryPort {
  /** The newest process first. */
  statuses(): Promise<readonly PoolStatus[]>;
  /** Every move of every process that is kept, the oldest first. They are kept as long as the retention settings say. */
  moves(): AsyncIterable<KeptMove>;
}
