/**
 * Permissions, health and use of extensions as a data folder keeps them, for the command line and for windows.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { extensionId } from "../core/ids.ts";
import type { FolderTrust, PermissionPolicy, PolicyName } from "../core/policy/permission_policy.ts";
import type { ResourceReading } from "../core/ports/resource_monitor.ts";
import { didYouMean } from "../core/workflow/suggest.ts";
import { type AuditFilter, type AuditLine, AuditLog, readAudit } from "./audit_log.ts";
import { Grants } from "./grants.ts";
import { releaseExtension } from "./health_book.ts";
import type { ExtensionSource } from "./installed.ts";
import { readShared, readUsage, type UsageLine } from "./monitor/shared_readings.ts";
import { askerOf } from "./placement.ts";
import { PolicyBook } from "./policy_book.ts";

/** What the command line asks; `sourceOf` finds the installed extensions of a session. */
export class FolderSafety<S extends { readonly data: string }> {
  readonly #sourceOf: (options: S) => ExtensionSource;

  constructor(sourceOf: (options: S) => ExtensionSource) {
    this.#sourceOf = sourceOf;
  }

  async policy(data: string): Promise<PermissionPolicy> {
    return (await PolicyBook.open(data)).policy;
  }

  async setPolicy(data: string, base: PolicyName): Promise<void> {
    await (await PolicyBook.open(data)).setBase(base);
    await note(data, { decision: `policy ${base}`, extension: "", permission: "" });
  }

  async folders(data: string): Promise<ReadonlyMap<string, FolderTrust>> {
    return (await PolicyBook.open(data)).folders;
  }

  async setTrust(data: string, folder: string, trust: FolderTrust): Promise<void> {
    await (await PolicyBook.open(data)).setTrust(folder, trust);
    await note(data, { decision: `folder ${trust}`, extension: "", permission: folder });
  }

  /** @throws SymphonyError `not-found` */
  async approve(options: S, extension: string): Promise<void> {
    const id = extensionId(extension);
    const { installed } = await this.#sourceOf(options).load();
    const found = installed.find(({ manifest }) => manifest.id === id);
    if (found === undefined) {
      const near = didYouMean(id, installed.map(({ manifest }) => manifest.id), "extensions");
      throw new SymphonyError("not-found", `Cannot find extension "${id}": ${near}`);
    }
    const grants = await Grants.open(options.data);
    await grants.approve(askerOf(found));
    await grants.flush();
  }

  /** @throws SymphonyError `not-found` where it is in no quarantine */
  async release(data: string, extension: string): Promise<void> {
    await releaseExtension(data, extensionId(extension));
    await note(data, { decision: "released", extension, permission: "process" });
  }

  audit(data: string, filter: AuditFilter): AsyncIterable<AuditLine> {
    return readAudit(data, filter);
  }

  async readings(data: string): Promise<readonly ResourceReading[]> {
    return (await readShared(data)).flatMap(({ readings }) => readings);
  }

  usage(data: string, sinceMs: number): Promise<readonly UsageLine[]> {
    return readUsage(data, sinceMs);
  }
}

async function note(data: string, entry: Parameters<AuditLog["note"]>[0]): Promise<void> {
  const log = new AuditLog(data);
  log.note(entry);
  await log.flush();
}
