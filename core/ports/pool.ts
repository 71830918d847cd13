/**
 * Instances of extensions, leased and released. The hot path is synchronous and allocates nothing.
 *
 * @module
 */

import type { Brand, ExtensionId, InstanceId } from "../ids.ts";

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
   * A place on a hot instance, warming one where the limits allow, else waiting in order of arrival.
   * @throws SymphonyError `aborted` when `signal` fires, `extension` when no instance can be started, `closed`.
   */
  acquire(kind: PoolKind, signal: AbortSignal): Promise<Lease>;
  /** The instance behind a lease. @throws SymphonyError `closed` for a stale lease. */
  instanceOf(lease: Lease): InstanceId;
  /** Gives a place back. With `failure`, the instance is not handed out again. False for a stale lease. */
  release(lease: Lease, failure?: string): boolean;
  readings(): readonly PoolReading[];
  /** Cools every instance after its calls have ended; waiting callers get `closed`. */
  drain(): Promise<void>;
}
