/**
 * Asking a person for a permission, wherever there is one: in a terminal, in a window.
 *
 * @module
 */

import type { ExtensionId, NodeId, RunId } from "../ids.ts";
import type { GrantScope, Origin, PermissionKey } from "../policy/permission.ts";
import type { Risk } from "../policy/permission_policy.ts";

/** A call that is held until a person answers. */
export interface HeldCall {
  readonly run: RunId;
  readonly node: NodeId;
  readonly item?: number;
}

/** Calls that wait for the answer to a question that another one asked. */
export interface HeldCalls {
  list(): readonly HeldCall[];
  /** Calls `changed` after each change, until the returned function is called. */
  watch(changed: () => void): () => void;
}

export interface PermissionQuestion {
  readonly extension: ExtensionId;
  readonly origin: Origin;
  readonly permission: PermissionKey;
  /** What it could do with it, in words. */
  readonly what: string;
  /** Why it says it needs that; a stranger's words, to be shown as such. */
  readonly why: string;
  readonly risk: Risk;
  /** What it does not ask for at all, in words. */
  readonly notAsked: readonly string[];
  /** The folder that the run works on. */
  readonly folder: string;
  readonly run?: RunId;
  /** The node of the run whose call is held meanwhile, and which of its items. */
  readonly node?: NodeId;
  readonly item?: number;
  /** Others that wait for the same answer, while it is asked. */
  readonly others?: HeldCalls;
}

export interface PermissionAnswer {
  readonly verdict: "allow" | "deny";
  readonly scope: GrantScope;
}

export interface PermissionPromptPort {
  /**
   * Asks, one question after the other in the order they came. Undefined where nobody answers: there is no person, the
   * person left, or `signal` fired; then nothing is granted. Never rejects.
   */
  ask(question: PermissionQuestion, signal: AbortSignal): Promise<PermissionAnswer | undefined>;
}
