/**
 * Account of extensions whose programs run outside of the sandbox, MCP servers and coding agents: what they do and are refused stands in
 * the same audit log as everything else, what they use up in the same monitor.
 *
 * @module
 */

import type { ExtensionId } from "../core/ids.ts";
import type { CallResult } from "../core/ports/extension.ts";
import type { AuditLog } from "./audit_log.ts";
import type { Metered } from "./monitor/meter.ts";
import { ResourceMonitor } from "./monitor/resource_monitor.ts";

export interface OutsideBookOptions {
  readonly monitor?: ResourceMonitor;
  /** Without it nothing is noted. */
  readonly audit?: AuditLog;
  /** Cleans text of secrets. */
  readonly redact?: (text: string) => string;
}

/** One decision about something that it wants to do, or did. */
export interface OutsideDecision {
  readonly extension: ExtensionId;
  /** `tool:NAME` of a server, `agent:KIND` or `files:read` of an agent, … */
  readonly permission: string;
  readonly isAllowed: boolean;
  readonly reason: string;
}

export class OutsideBook {
  readonly monitor: ResourceMonitor;
  readonly #audit: AuditLog | undefined;
  readonly #redact: (text: string) => string;

  constructor({ monitor = new ResourceMonitor(), audit, redact = (text) => text }: OutsideBookOptions = {}) {
    this.monitor = monitor;
    this.#audit = audit;
    this.#redact = redact;
  }

  /** Begins to account for it. It has no limits: the person agreed to the program. Repeating changes nothing. */
  register(extension: ExtensionId): void {
    this.monitor.register(extension, undefined, () => "healthy");
  }

  decided({ extension, permission, isAllowed, reason }: OutsideDecision): void {
    const decision = isAllowed ? "allowed" : "denied";
    this.#audit?.check(`${extension} ${decision} ${permission} ${reason}`, () => ({
      decision,
      extension,
      permission,
      reason: this.#redact(reason),
    }));
  }

  /** Its program was started, or its address reached; ended by `ended`. */
  started(extension: ExtensionId, source: Metered): void {
    this.monitor.watchProcess(extension, source);
  }

  /** `reason` where nobody asked for the end. */
  ended(extension: ExtensionId, source: Metered, reason?: string): void {
    this.monitor.unwatchProcess(extension, source);
    if (reason === undefined) return;
    this.#audit?.note({ decision: "ended", extension, permission: "process", reason: this.#redact(reason) });
  }

  /** Carries a call out and counts it. */
  async counted(extension: ExtensionId, call: () => Promise<CallResult>): Promise<CallResult> {
    this.monitor.began(extension);
    const result = await call();
    this.monitor.called(extension, result);
    return result;
  }
}
