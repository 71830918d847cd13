/** Installed extensions, their health and what they use. @module */

import type { HealthClass } from "../../core/policy/health.ts";
import type { ShareReading } from "../../core/ports/arbitration.ts";
import type { HealthState, InstanceState, PoolCounters, PoolMove } from "../../core/ports/pool.ts";

export interface ExtensionLine {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  readonly origin: "bundled" | "user" | "given";
  readonly folder: string;
  readonly permissions: readonly {
    readonly permission: string;
    readonly reason: string;
    readonly granted: boolean;
  }[];
  /** By its calls; `quarantined` and `probation` by its processes. */
  readonly health: HealthState | HealthClass;
  readonly reason: string;
  readonly instances: readonly ExtensionInstance[];
  /** Since the server began, on instances that have ended too. */
  readonly calls: number;
  readonly failures: number;
  readonly restarts: number;
  /** Resident memory of its hosts together. */
  readonly memoryBytes: number;
  /** 1 is one processor; over the last seconds. */
  readonly cpu: number;
}

export interface ExtensionInstance {
  readonly instance?: string;
  readonly state: InstanceState;
  readonly busy: number;
  readonly leases: number;
  readonly reason: string;
  readonly memoryBytes?: number;
}

export interface PoolInfo {
  readonly instances: readonly (ExtensionInstance & { readonly extension: string })[];
  readonly counters: PoolCounters;
  /** The latest, oldest first. */
  readonly moves: readonly PoolMove[];
  /** How this process served the calls of each user, and how evenly. */
  readonly sharing: {
    readonly users: readonly ShareReading[];
    /** Gini coefficient of weighted recent use: 0 all alike, towards 1 one has everything. */
    readonly gini: number;
  };
}
