/**
 * The core's side of a capability: a table of operations for one call, each checked against the manifest and the
 * grants before anything is done. Arguments come from an extension and are trusted in nothing.
 *
 * @module
 */

import type { ExtensionId, NodeId, RunId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { own } from "../../core/json.ts";
import type { Permission, PermissionKey, SecretPermission } from "../../core/policy/permission.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import { ExtensionFailure } from "../sdk/failure.ts";

export interface Reply {
  readonly value: Json;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

export type Operation = (args: JsonObject, bytes: Uint8Array<ArrayBuffer> | undefined) => Promise<Reply>;

/** What one extension may do; answered per use, so that a revoked grant bites at once. */
export interface Authority {
  readonly extension: ExtensionId;
  readonly permissions: readonly Permission[];
  /** Undefined where allowed, else why not. */
  refusal(key: PermissionKey): string | undefined;
  /** True where the manifest or a grant names this very host, not by a wildcard. */
  namesOutright(host: string, port: number): boolean;
  /** The value of a granted secret; undefined where it is not granted or not set. */
  secret(permission: SecretPermission): string | undefined;
}

/** Where and for whom one call works. */
export interface CallScope {
  readonly authority: Authority;
  readonly workspace: string;
  readonly mayWrite: boolean;
  readonly signal: AbortSignal;
  readonly run: RunId;
  readonly node: NodeId;
  readonly item?: number;
  readonly artifacts: ArtifactPort;
  /** The bytes of a listed asset; undefined where the manifest lists none of that name. */
  readonly asset: (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** @throws ExtensionFailure of class `permission` where `key` is not granted. */
export function demand(authority: Authority, key: PermissionKey): void {
  const refusal = authority.refusal(key);
  if (refusal === undefined) return;
  throw new ExtensionFailure("permission", `Extension ${authority.extension} may not use ${key}: ${refusal}`);
}

/** A string argument. @throws ExtensionFailure of class `input` */
export function textArgument(args: JsonObject, name: string): string {
  const value = own(args, name);
  if (typeof value === "string") return value;
  throw new ExtensionFailure(
    "input",
    `Argument "${name}" must be text, found ${JSON.stringify(value ?? null)}`,
  );
}

/** A string argument or undefined where it is absent or null. */
export function optionalText(args: JsonObject, name: string): string | undefined {
  const value = own(args, name);
  return value === undefined || value === null ? undefined : textArgument(args, name);
}
