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

/** Of a line, a title or a reason. */
const MOST_CHARS = 1_000;
/** A shorter value is in every other word. */
const LEAST_HIDDEN = 4;

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
    // Before it names the line: what is told apart is held.
    const [what, why] = [this.clean(permission), this.clean(reason)];
    this.#audit?.check(`${extension} ${decision} ${what} ${why}`, () => ({
      decision,
      extension,
      permission: what,
      reason: why,
    }));
  }

  /** A text of somebody outside, without secrets and cut; `hidden` are values that it was given. */
  clean(text: string, hidden: readonly string[] = []): string {
    let clean = text.slice(0, 8 * MOST_CHARS);
    for (const value of hidden) if (value.length >= LEAST_HIDDEN) clean = clean.replaceAll(value, "[secret]");
    clean = this.#redact(clean);
    return clean.length > MOST_CHARS ? `${clean.slice(0, MOST_CHARS - 1)}…` : clean;
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
