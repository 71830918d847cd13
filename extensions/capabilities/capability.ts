/**
 * The core's side of a capability: a table of operations for one call, each checked against the manifest and the
 * grants before anything is done. Arguments come from an extension and are trusted in nothing.
 *
 * @module
 */

import { type AuthorId, authorId, type ExtensionId, type NodeId, type RunId } from "../../core/ids.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { isObject, own } from "../../core/json.ts";
import type { Permission, PermissionKey, SecretPermission } from "../../core/policy/permission.ts";
import type { ArtifactPort } from "../../core/ports/artifact.ts";
import type { ModelAllowance, ModelsPort } from "../../core/ports/models.ts";
import type { NoticeLevel } from "../../core/ports/notification.ts";
import type { EditorAccess } from "../editor_desk.ts";
import type { FileProposalPort } from "../../core/ports/file_proposals.ts";
import { refusedText } from "../../core/policy/refused_permission.ts";
import type { Effect } from "../../core/workflow/catalog.ts";
import type { Asked, AskPlace } from "../permission_desk.ts";
import { ExtensionFailure } from "../sdk/failure.ts";
import type { Resolve } from "./address.ts";
import type { PayloadBudget } from "./payload_budget.ts";

export interface Reply {
  readonly value: Json;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

export type Operation = (args: JsonObject, bytes: Uint8Array<ArrayBuffer> | undefined) => Promise<Reply>;

/** What one extension may do; answered per use, so that a revoked grant bites at once. */
export interface Authority {
  readonly extension: ExtensionId;
  readonly permissions: readonly Permission[];
  /** Undefined where allowed, else why not; `folder` is the one that it works on. */
  refusal(key: PermissionKey, folder?: string): string | undefined;
  /** Asks the person for what was neither granted nor refused. */
  ask?(key: PermissionKey, place: AskPlace): Promise<Asked>;
  /** True where it is denied now, so that what was granted once does not hold any more. */
  isRefused?(key: PermissionKey, folder?: string): boolean;
  /** True where the manifest or a grant names this very host, not by a wildcard. */
  namesOutright(host: string, port: number): boolean;
  /** Notes what was done by a permission, in words. */
  used?(key: PermissionKey, what: string): void;
  /** The value of a granted secret, or of one granted to this call; undefined where it is not granted or not set. */
  secret(permission: SecretPermission, isGranted?: boolean): string | undefined;
}

/** How a call proposes texts of files. */
export interface Proposing {
  /** Absent where nobody takes proposals: then nothing is written. */
  readonly port: FileProposalPort | undefined;
  readonly author: AuthorId;
}

/** Whose change it is that an extension proposes: `agent:PUBLISHER/NAME`, which no node and no agent of the person can be called. */
export function proposerOf(extension: ExtensionId): AuthorId {
  return authorId(`agent:${extension}`);
}

/** Where and for whom one call works. */
export interface CallScope {
  readonly authority: Authority;
  readonly workspace: string;
  readonly mayWrite: boolean;
  /** By which the person may be asked for leave to write, where there is none. */
  readonly writeKey?: PermissionKey;
  /** What the operator says that it reaches; absent where it does not say, and where it is no operator. */
  readonly effect?: Effect;
  /** Where texts of files are proposed instead of written: to whom, and by whom. */
  readonly proposing?: Proposing;
  readonly signal: AbortSignal;
  readonly run: RunId;
  readonly node: NodeId;
  readonly item?: number;
  /** What was granted to this call alone. */
  readonly granted: Set<PermissionKey>;
  readonly artifacts: ArtifactPort;
  /** Of all calls of the extension; without it the call has its own. */
  readonly payloads?: PayloadBudget;
  /** How names are resolved; as the system does where it is absent. */
  readonly resolve?: Resolve;
  /** Hears of bytes over the network as they pass, in both directions. */
  readonly onNetwork?: (bytes: number) => void;
  /** Models that it may ask, and what it may spend on them; without these none. */
  readonly models?: ModelsPort;
  readonly allowance?: ModelAllowance;
  /** The editor; undefined where none is. */
  readonly texts?: EditorAccess;
  /** Shows the person a message; undefined where nobody sees any. @throws ExtensionFailure */
  readonly notify?: (level: NoticeLevel, text: string) => { readonly text: string };
  /** The bytes of a listed asset; undefined where the manifest lists none of that name. */
  readonly asset: (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * Waits where the person has to be asked. @throws ExtensionFailure of class `permission` where `key` is not granted.
 */
export async function demand(scope: CallScope, key: PermissionKey): Promise<void> {
  const { authority, workspace, granted } = scope;
  const refusal = authority.refusal(key, workspace);
  if (refusal === undefined || granted.has(key) && authority.isRefused?.(key, workspace) !== true) return;
  if (await askFor(scope, key)) return;
  // What the person has just refused is told as that.
  const why = authority.refusal(key, workspace) ?? refusal;
  throw new ExtensionFailure("permission", refusedText(authority.extension, key, why));
}

/** Asks the person; true where it may. What is granted once is remembered for the call. */
export async function askFor(scope: CallScope, key: PermissionKey): Promise<boolean> {
  const { authority, workspace, granted, run, node, item, signal } = scope;
  const place = { folder: workspace, run, node, ...(item === undefined ? {} : { item }), signal, granted };
  const answer = await authority.ask?.(key, place);
  if (answer === "once") granted.add(key);
  return answer === "once" || answer === "allowed";
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

/**
 * The object that came as JSON in the bytes, since reading a long one holds the core up.
 * @throws ExtensionFailure of class `input` where there is none, or over `most` bytes of it
 */
export function jsonIn(bytes: Uint8Array | undefined, what: string, most: number): JsonObject {
  if (bytes !== undefined && bytes.length > most) {
    throw new ExtensionFailure("input", `${what} has over ${most} bytes`);
  }
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    if (isObject(value)) return value;
  } catch {
    // Told below.
  }
  throw new ExtensionFailure("input", `${what} is no object`);
}
