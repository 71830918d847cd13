/**
 * What extensions use up, now and over time: for a person who looks, and for what warns and ends.
 *
 * @module
 */

import type { ExtensionId } from "../ids.ts";
import type { HealthClass } from "../policy/health.ts";
import type { LimitVerdict } from "../policy/resource_limits.ts";
import type { CallNeeds } from "../workflow/catalog.ts";

/** Sums of the session, unless said otherwise. */
export interface ResourceReading {
  readonly extension: ExtensionId;
  /** Processes at this moment; a light extension has a share of one. */
  readonly processes: number;
  readonly cpuMs: number;
  /** Milliseconds of CPU a second, over the last seconds. */
  readonly cpuMsPerSec: number;
  /** Resident memory at this moment, in bytes. */
  readonly memoryBytes: number;
  readonly peakMemoryBytes: number;
  readonly messages: number;
  readonly messageBytes: number;
  /** Bytes over the network, sent and received. */
  readonly networkBytes: number;
  readonly tokens: number;
  readonly usd: number;
  readonly calls: number;
  readonly failures: number;
  readonly health: HealthClass;
  /** What it is warned of at this moment. */
  readonly warning?: string;
}

export interface ResourcePoint {
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly messages: number;
  readonly networkBytes: number;
  readonly tokens: number;
  readonly usd: number;
}

export interface ResourceEvent extends LimitVerdict {
  readonly extension: ExtensionId;
}

export interface ResourceMonitorPort {
  /** Every extension that did anything in this session. */
  readings(): readonly ResourceReading[];
  /** The course of one extension, oldest first; empty for one that did nothing. */
  history(extension: ExtensionId): readonly ResourcePoint[];
  /** Calls `listener` for each warning and each end, until the returned function is called. */
  watch(listener: (event: ResourceEvent) => void): () => void;
}

/** What calls will take of the machine, from what earlier ones took. A second small port beside ResourceMonitorPort. */
export interface CallNeedsPort {
  /** What is expected of the extension's next call; `declared` as far as nothing was measured. Quick: asked at every call. */
  needs(extension: ExtensionId, declared: CallNeeds): CallNeeds;
}
