/**
 * What the pool is given: how instances start and stop, and its limits.
 *
 * @module
 */

import type { ExtensionId, InstanceId } from "../../core/ids.ts";
import type { ForecastPort } from "../../core/ports/forecast.ts";
import type { EvictionPolicy } from "./eviction.ts";

/** How the pool starts, stops and watches instances. */
export interface Instances {
  /** Starts an instance; a rejection means that it did not start. */
  warm(extension: ExtensionId): Promise<InstanceId>;
  /** Stops an instance; called once for each that was warmed. */
  cool(instance: InstanceId): Promise<void>;
  /** False where the instance has died. */
  isAlive(instance: InstanceId): boolean;
  /** Resident bytes, where they are known. */
  memoryOf?(instance: InstanceId, extension: ExtensionId): number | undefined;
}

export interface PoolOptions {
  /** Most instances of all kinds that are not cold. */
  readonly mostInstances?: number;
  /** Most memory of all instances together. */
  readonly mostMemoryBytes?: number;
  readonly eviction?: EvictionPolicy;
  /** Idle instances are cooled after so long; without it only where room is needed. */
  readonly keepAliveMs?: number;
  /** Says how long idle instances are kept, when they are warmed again and how many are wanted. */
  readonly forecast?: ForecastPort;
}
