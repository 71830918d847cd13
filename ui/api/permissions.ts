/** Grants, prompts and the audit of what was decided. @module */

import type { GrantScope, Origin } from "../../core/policy/permission.ts";
import type { Risk } from "../../core/policy/permission_policy.ts";

export interface GrantLine {
  readonly extension: string;
  readonly permission: string;
  readonly verdict: "allow" | "deny";
  readonly scope: GrantScope;
  /** For a secret: the environment variable it is read from. The secret itself is never sent. */
  readonly env?: string;
}

export interface NewGrant {
  readonly extension: string;
  readonly permission: string;
  readonly env?: string;
  /** Unix milliseconds; absent for always. */
  readonly until?: number;
}

export interface GrantKey {
  readonly extension: string;
  readonly permission: string;
}

/** A secret that an installed extension asks for. What it is never goes over this interface; only that there is one. */
export interface SecretLine {
  readonly extension: string;
  /** The extension's, for a person. */
  readonly title: string;
  /** As `openai`. */
  readonly name: string;
  /** What is granted: `secret:NAME@HOST,…/HEADER/VARIABLE`. */
  readonly permission: string;
  /** Where the core would send it. */
  readonly hosts: readonly string[];
  /** Why the extension says it needs that: a stranger's words. */
  readonly reason: string;
  /** The environment variable that it is usually in. */
  readonly usualEnv?: string;
  readonly grant?: { readonly verdict: "allow" | "deny"; readonly scope: GrantScope; readonly env?: string };
  readonly isGranted: boolean;
  /** Where the value is now; absent where there is none. */
  readonly source?: { readonly kind: "env"; readonly name: string } | { readonly kind: "kept" };
}

/** A key that a person entered. It is kept in a file of the data folder that its owner alone can read. */
export interface NewSecret {
  readonly value: string;
}

/** A call of a run that is held until a person answers. */
export interface HeldCall {
  readonly run: string;
  readonly node: string;
  readonly item?: number;
}

/** An extension wants something now and is held until a person answers or `until`. */
export interface PermissionPrompt {
  readonly id: string;
  readonly extension: string;
  readonly permission: string;
  readonly origin: Origin;
  /** What it could do with it, in words. */
  readonly what: string;
  /** Why it says it needs that: a stranger's words, to be shown as such. */
  readonly reason: string;
  readonly risk: Risk;
  /** What it does not ask for at all, in words. */
  readonly notAsked: readonly string[];
  /** The folder that the run works on. */
  readonly folder: string;
  readonly run?: string;
  /** The node of the run whose call is held meanwhile, and which of its items. */
  readonly node?: string;
  readonly item?: number;
  /** Calls that wait for the same answer, in the order they came. */
  readonly others?: readonly HeldCall[];
  readonly askedAt: number;
  readonly until: number;
}

export interface PromptAnswer {
  readonly verdict: "allow" | "deny";
  readonly scope: "once" | "session" | "always";
}

export interface AuditQuery {
  readonly extension?: string;
  readonly decision?: string;
  /** Words that must all be in extension, permission, decision or reason, in any case. */
  readonly text?: string;
  /** Default 200, at most 2000; newest first. */
  readonly limit?: number;
  readonly before?: number;
}

export interface AuditLine {
  readonly at: number;
  readonly extension: string;
  readonly permission: string;
  /** `allowed`, `denied`, `prompt`, `granted`, `withdrawn`, `used`. */
  readonly decision: string;
  readonly reason?: string;
}
