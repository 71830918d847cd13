/**
 * Permissions: what a manifest may ask for, how a grant names it, and the verdict. Pure; who stores grants and who asks
 * the person lives outside.
 *
 * Invariants: (1) what the manifest does not ask for is denied, whatever was granted; (2) a secret and an unnamed host
 * (`*`) or model (`*`) are never allowed by policy, only by a grant; (3) a grant that has run out counts as none; (4) a secret is granted
 * to hosts, under a header, from a variable: where a stranger's manifest names others, the grant counts as none.
 *
 * @module
 */

import {
  balancedPolicy,
  decideByPolicy,
  type FolderTrust,
  type PermissionPolicy,
} from "./permission_policy.ts";

/** One thing that a manifest asks for, with the reason that the person reads. */
export type Permission = AskedPermission & {
  /** True for what the extension can do without; it is asked for when it is first wanted. */
  readonly isOptional?: boolean;
};

type AskedPermission =
  | { readonly kind: "files"; readonly access: "read" | "write"; readonly reason: string }
  | { readonly kind: "git"; readonly reason: string }
  | { readonly kind: "artifacts"; readonly reason: string }
  | { readonly kind: "net"; readonly hosts: readonly string[]; readonly reason: string }
  /** Tasks and instruments that it may ask: `instrument/review`, `openai/gpt`, `openai/*`, or `*` for what the user grants. */
  | { readonly kind: "models"; readonly use: readonly string[]; readonly reason: string }
  | { readonly kind: "editor"; readonly access: "read" | "propose"; readonly reason: string }
  | { readonly kind: "notifications"; readonly reason: string }
  /** Of `contributes.commands` with `writes`: leave to write when the person calls it. */
  | { readonly kind: "command"; readonly command: string; readonly reason: string }
  | SecretPermission;

/** A secret that the core attaches as a header to requests to `hosts`; the extension never sees it. */
export interface SecretPermission {
  readonly kind: "secret";
  readonly name: string;
  readonly hosts: readonly string[];
  readonly header: string;
  readonly prefix: string;
  /** The environment variable that holds it, unless the grant names another source. */
  readonly env?: string;
  readonly reason: string;
}

/** What is asked at the moment of use, as a grant names it. */
export type PermissionKey =
  // A secret's is `secret:NAME@HOST,HOST/HEADER/VARIABLE`, see secretKey().
  | "files:read"
  | "files:write"
  | "git"
  | "artifacts"
  | "editor:read"
  | "editor:propose"
  | "notifications"
  | `net:${string}`
  | `models:${string}`
  | `command:${string}`
  | `secret:${string}`;

export type GrantScope =
  | { readonly kind: "once" }
  | { readonly kind: "session" }
  | { readonly kind: "always" }
  | { readonly kind: "until"; readonly atMs: number };

export interface Grant {
  readonly extension: string;
  /** A PermissionKey; `net:` takes host patterns, `models:` patterns of names. */
  readonly permission: string;
  readonly verdict: "allow" | "deny";
  readonly scope: GrantScope;
  /** For a secret: the environment variable to take it from. */
  readonly env?: string;
}

export interface Verdict {
  readonly verdict: "allowed" | "denied" | "prompt";
  readonly reason: string;
}

/** Whether the extension came with the product or from somebody else. */
export type Origin = "bundled" | "third-party";

export interface Asker {
  readonly extension: string;
  readonly origin: Origin;
  readonly permissions: readonly Permission[];
  /** Where its code is and what it is, of one that nobody installed: what it was let in for is let in for this alone. */
  readonly code?: CodePlace;
}

/** Code in a folder that others may write. */
export interface CodePlace {
  readonly folder: string;
  /** SHA-256. */
  readonly hash: string;
}

/** By what is decided besides grants. */
export interface VerdictContext {
  readonly policy: PermissionPolicy;
  readonly folder: FolderTrust;
}

const standard: VerdictContext = { policy: balancedPolicy, folder: "unknown" };

/** Decides whether `asker` may do `key` now; `nowMs` is Unix time. */
export function verdictOn(
  asker: Asker,
  key: PermissionKey,
  grants: readonly Grant[],
  nowMs: number,
  { policy, folder }: VerdictContext = standard,
): Verdict {
  const asked = asker.permissions.find((permission) => covers(permission, key));
  if (asked === undefined) {
    return { verdict: "denied", reason: `its manifest does not ask for ${withoutTerms(key)}` };
  }
  const inForce = grants.filter((grant) =>
    grant.extension === asker.extension && grantCovers(grant, key, asker.origin) && isInForce(grant, nowMs)
  );
  if (inForce.some((grant) => grant.verdict === "deny")) {
    return { verdict: "denied", reason: "it was refused" };
  }
  if (folder === "restricted" && isOfFolder(asker, key)) {
    return { verdict: "denied", reason: "the folder is not trusted" };
  }
  if (inForce.length > 0) return { verdict: "allowed", reason: `granted (${inForce[0]?.scope.kind})` };
  const place = { folder, isUnnamed: onlyByWildcard(asked, key) };
  const { decision, reason } = decideByPolicy(asker, key, policy, place);
  if (decision === "allow") return { verdict: "allowed", reason };
  if (decision === "deny") return { verdict: "denied", reason: `${reason} refuses what is not granted` };
  return {
    verdict: "prompt",
    reason: `${withoutTerms(key)} was not granted to it; it asks because: ${asked.reason.replace(/\.$/, "")}`,
  };
}

/** In a restricted folder strangers touch nothing of it, and nobody writes. */
function isOfFolder(asker: Asker, key: PermissionKey): boolean {
  if (key === "files:write" || key === "editor:propose" || key.startsWith("command:")) return true;
  return asker.origin === "third-party" && ["files:read", "editor:read", "git"].includes(key);
}

/** The keys that a manifest's permission stands for. */
export function keysOf(permission: Permission): readonly PermissionKey[] {
  switch (permission.kind) {
    case "files":
    case "editor":
      return [`${permission.kind}:${permission.access}` as PermissionKey];
    case "command":
      return [`command:${permission.command}`];
    case "models":
      return permission.use.map((name): PermissionKey => `models:${name}`);
    case "net":
      return permission.hosts.map((host): PermissionKey => `net:${host}`);
    case "secret":
      return [secretKey(permission)];
    default:
      return [permission.kind];
  }
}

/** The key of a secret: its name, and all that decides where its value comes from and goes to. */
export function secretKey({ name, hosts, header, env }: SecretPermission): PermissionKey {
  const source = env === undefined ? "" : `/${env}`;
  return `secret:${name}@${[...new Set(hosts)].sort().join(",")}/${header.toLowerCase()}${source}`;
}

/** What a secret's key says; undefined for another key, and for `secret:NAME` alone. */
export function readSecretKey(key: string) {
  const match = /^secret:([^@]*)@([^/]*)\/([^/]*)(?:\/([^/]*))?$/.exec(key);
  if (match === null) return undefined;
  const [, name = "", hosts = "", header = "", env] = match;
  return { name, hosts: hosts.split(","), header, env };
}

/** `secret:NAME` of a secret's key; any other key as it is. */
export function withoutTerms(key: string): string {
  return key.startsWith("secret:") ? key.split("@")[0] as string : key;
}

/**
 * True where a grant is about `key`. By its name alone a secret can be refused to anybody, and granted to what comes with
 * the product, whose hosts are ours.
 */
export function grantCovers(
  { permission, verdict }: Pick<Grant, "permission" | "verdict">,
  key: PermissionKey,
  origin: Origin,
): boolean {
  if (permission === key) return true;
  if (permission.startsWith("models:")) return modelKeyMatches(permission.slice(7), key);
  if (permission.startsWith("net:")) return key.startsWith("net:") && netKeyMatches(permission.slice(4), key);
  return permission === withoutTerms(key) && (verdict === "deny" || origin === "bundled");
}

/** True where `pattern` (`host`, `host:port`, `*.host` or `*`) takes in `host` at `port`; case does not matter. */
export function hostMatches(pattern: string, host: string, port: number): boolean {
  const [name, patternPort] = splitHost(pattern.toLowerCase());
  if (patternPort !== undefined && patternPort !== port) return false;
  const found = unbracketed(host.toLowerCase());
  if (name === "*") return true;
  if (name.startsWith("*.")) return found.endsWith(name.slice(1)) && found.length > name.length - 1;
  return found === name;
}

/** True where `permissions` name `host` at `port` itself, not by a wildcard. */
export function namesOutright(permissions: readonly Permission[], host: string, port: number): boolean {
  return permissions.some((permission) =>
    permission.kind === "net" &&
    permission.hosts.some((pattern) => !pattern.startsWith("*") && hostMatches(pattern, host, port))
  );
}

/** `host:port` into its parts; an IPv6 address stands in brackets. */
export function splitHost(text: string): readonly [string, number | undefined] {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(text);
  if (match === null) return [unbracketed(text), undefined];
  return [unbracketed(match[1] ?? ""), match[2] === undefined ? undefined : Number(match[2])];
}

function unbracketed(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** True where `permission` asks for `key`, by itself or by a pattern. */
export function covers(permission: Permission, key: PermissionKey): boolean {
  if (permission.kind === "models") return permission.use.some((pattern) => modelKeyMatches(pattern, key));
  if (permission.kind !== "net") return keysOf(permission).includes(key);
  return key.startsWith("net:") && permission.hosts.some((pattern) => netKeyMatches(pattern, key));
}

/** True where a `net:` key is covered by a host pattern. */
export function netKeyMatches(pattern: string, key: string): boolean {
  const [host, port] = splitHost(key.slice(4));
  return hostMatches(pattern, host, port ?? 443);
}

/** True where a `models:` key is covered by a pattern: a name, `group/*`, or `*`. */
export function modelKeyMatches(pattern: string, key: string): boolean {
  if (!key.startsWith("models:")) return false;
  const name = key.slice(7);
  if (pattern === "*" || pattern === name) return true;
  return pattern.endsWith("/*") && name.startsWith(pattern.slice(0, -1));
}

function onlyByWildcard(permission: Permission, key: PermissionKey): boolean {
  if (permission.kind === "models") {
    return !permission.use.some((pattern) => pattern !== "*" && modelKeyMatches(pattern, key));
  }
  if (permission.kind !== "net") return false;
  return !permission.hosts.some((pattern) => !pattern.startsWith("*") && netKeyMatches(pattern, key));
}

function isInForce(grant: Grant, nowMs: number): boolean {
  return grant.scope.kind !== "until" || nowMs < grant.scope.atMs;
}
