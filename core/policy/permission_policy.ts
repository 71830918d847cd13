/**
 * What is decided about a permission that nobody has granted or refused: by rules of the person's own, then by one of three
 * policies. Pure.
 *
 * Invariant: no rule and no policy allows a secret, a command that writes, an unnamed host or an unnamed model (`*`); at most the person is asked.
 *
 * @module
 */

import type { Asker, PermissionKey } from "./permission.ts";

/** How bad it is when the permission is misused. */
export const risks = ["low", "medium", "high", "critical"] as const;
export type Risk = (typeof risks)[number];

/**
 * `strict`: what is not granted is refused, without a question. `balanced`: what the product itself and low risk need is
 * allowed, the rest is asked. `permissive`: everything is allowed that a policy may allow.
 */
export const policyNames = ["strict", "balanced", "permissive"] as const;
export type PolicyName = (typeof policyNames)[number];

/** What a rule may decide. */
export const policyDecisions = ["allow", "ask", "deny"] as const;
export type PolicyDecision = (typeof policyDecisions)[number];

/** When a rule applies: all of what is named. Patterns know `*` for any text. */
export interface PolicyCondition {
  readonly extension?: string;
  readonly publisher?: string;
  readonly permission?: string;
  readonly origin?: Asker["origin"];
  readonly risk?: readonly Risk[];
  readonly folder?: FolderTrust;
  readonly all?: readonly PolicyCondition[];
  readonly any?: readonly PolicyCondition[];
  readonly not?: PolicyCondition;
}

export interface PolicyRule {
  readonly when: PolicyCondition;
  readonly then: PolicyDecision;
  /** Higher is asked first; 0 without it, then in order. */
  readonly priority?: number;
}

export interface PermissionPolicy {
  readonly base: PolicyName;
  readonly rules: readonly PolicyRule[];
  /** Patterns of extensions that run in the light tier, whatever their manifest says: without any capability. */
  readonly light?: readonly string[];
}

/** True where the person chose the light tier, the stricter one, for an extension. */
export function isMadeLight(extension: string, { light = [] }: PermissionPolicy): boolean {
  return light.some((pattern) => matches(pattern, extension));
}

/** Whether the person trusts what is in a folder, apart from any extension. */
export const folderTrusts = ["trusted", "restricted", "unknown"] as const;
export type FolderTrust = (typeof folderTrusts)[number];

export const balancedPolicy: PermissionPolicy = { base: "balanced", rules: [] };

/** The risk of a permission. */
export function riskOf(key: PermissionKey): Risk {
  if (key.startsWith("secret:")) return "critical";
  if (key === "net:*" || key.startsWith("net:*:") || key === "models:*") return "high";
  if (key === "files:write" || key.startsWith("command:")) return "high";
  return key === "artifacts" || key === "notifications" ? "low" : "medium";
}

/** What the policy decides, and by what. */
export function decideByPolicy(
  asker: Asker,
  key: PermissionKey,
  policy: PermissionPolicy,
  place: { readonly folder: FolderTrust; readonly isUnnamed: boolean },
): { readonly decision: PolicyDecision; readonly reason: string } {
  const rules = policy.rules.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  const rule = rules.find(({ when }) => applies(when, asker, { key, folder: place.folder }));
  const found = rule === undefined
    ? { decision: byBase(asker, key, policy.base), reason: reasonOf(asker, policy.base) }
    : { decision: rule.then, reason: "a rule of your policy" };
  const isKept = /^(secret|command):/.test(key) || place.isUnnamed;
  return isKept && found.decision === "allow" ? { ...found, decision: "ask" } : found;
}

function byBase(asker: Asker, key: PermissionKey, base: PolicyName): PolicyDecision {
  if (asker.origin === "bundled" || base === "permissive") return "allow";
  if (base === "strict") return "deny";
  return riskOf(key) === "low" ? "allow" : "ask";
}

function reasonOf(asker: Asker, base: PolicyName): string {
  return asker.origin === "bundled" ? "it is bundled and its manifest asks for it" : `policy ${base}`;
}

function applies(
  when: PolicyCondition,
  asker: Asker,
  asked: { readonly key: PermissionKey; readonly folder: FolderTrust },
): boolean {
  const { extension, publisher, permission, origin, risk, folder, all, any, not } = when;
  return (extension === undefined || matches(extension, asker.extension)) &&
    (publisher === undefined || matches(publisher, asker.extension.split("/")[0] ?? "")) &&
    (permission === undefined || matches(permission, asked.key)) &&
    (origin === undefined || origin === asker.origin) &&
    (risk === undefined || risk.includes(riskOf(asked.key))) &&
    (folder === undefined || folder === asked.folder) &&
    (all === undefined || all.every((one) => applies(one, asker, asked))) &&
    (any === undefined || any.some((one) => applies(one, asker, asked))) &&
    (not === undefined || !applies(not, asker, asked));
}

/** True where `text` is `pattern`, in which `*` stands for any text. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return text === pattern;
  if (!text.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
