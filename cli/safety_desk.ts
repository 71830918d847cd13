/**
 * What the command line asks of the keepers of permissions, health and use.
 *
 * @module
 */

import type { FolderTrust, PermissionPolicy, PolicyName } from "../core/policy/permission_policy.ts";
import type { ResourceReading } from "../core/ports/resource_monitor.ts";
import type { SessionOptions } from "./services.ts";

/** One line of the audit log. */
export interface AuditRecord {
  /** ISO 8601. */
  readonly at: string;
  readonly decision: string;
  readonly extension: string;
  readonly permission: string;
  readonly reason?: string;
  /** How often the same was checked again since its line before. */
  readonly count?: number;
}

export interface AuditQuestion {
  readonly extension?: string;
  readonly decision?: string;
  readonly permission?: string;
  /** Unix milliseconds. */
  readonly sinceMs?: number;
}

/** What all sessions used, by extension. */
export interface UsageRecord {
  readonly extension: string;
  readonly cpuMs: number;
  readonly peakMemoryBytes: number;
  readonly messages: number;
  readonly networkBytes: number;
  readonly tokens: number;
  readonly usd: number;
  readonly calls: number;
  readonly failures: number;
}

export interface SafetyDesk {
  policy(data: string): Promise<PermissionPolicy>;
  setPolicy(data: string, base: PolicyName): Promise<void>;
  folders(data: string): Promise<ReadonlyMap<string, FolderTrust>>;
  /** `unknown` forgets what was said. */
  setTrust(data: string, folder: string, trust: FolderTrust): Promise<void>;
  /** Lets an installed extension ask for what it asks for now. @throws SymphonyError `not-found` */
  approve(options: SessionOptions, extension: string): Promise<void>;
  /** Ends a quarantine. @throws SymphonyError `not-found` */
  release(data: string, extension: string): Promise<void>;
  audit(data: string, question: AuditQuestion): AsyncIterable<AuditRecord>;
  /** What extensions of all processes of the data folder use at this moment. */
  readings(data: string): Promise<readonly ResourceReading[]>;
  usage(data: string, sinceMs: number): Promise<readonly UsageRecord[]>;
}
