/**
 * Grants and installed extensions as plain lists, for the command line.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";
import { type ExtensionId, extensionId } from "../core/ids.ts";
import { type Grant, keysOf, withoutTerms } from "../core/policy/permission.ts";
import { Grants, permissionKey } from "./grants.ts";
import type { HealthBook } from "./health_book.ts";
import type { ExtensionSource } from "./installed.ts";

export interface GrantLine {
  readonly extension: string;
  readonly permission: string;
  readonly env?: string;
  /** Unix milliseconds. */
  readonly until?: number;
  /** Absent for a grant. */
  readonly verdict?: "deny";
}

/** Grants of the data folder. @throws SymphonyError `bad-input` */
export async function listGrants(data: string): Promise<readonly GrantLine[]> {
  return (await Grants.open(data)).list().map((grant) => ({
    extension: grant.extension,
    permission: grant.permission,
    ...(grant.env === undefined ? {} : { env: grant.env }),
    ...(grant.scope.kind === "until" ? { until: grant.scope.atMs } : {}),
    ...(grant.verdict === "deny" ? { verdict: "deny" as const } : {}),
  }));
}

/**
 * Keeps a grant and gives the permission as it was kept: a secret that a stranger's manifest asks for is granted with the
 * hosts, header and variable that it names now.
 * @throws SymphonyError `bad-input` | `bad-id` | `io`
 */
export async function addGrant(data: string, grant: GrantLine, source: ExtensionSource): Promise<string> {
  const grants = await Grants.open(data);
  const id = extensionId(grant.extension);
  const permission = grant.verdict === "deny"
    ? grant.permission
    : await withTerms(id, permissionKey(grant.permission), source);
  await grants.add(id, permission, {
    ...(grant.env === undefined ? {} : { env: grant.env }),
    ...(grant.until === undefined ? {} : { untilMs: grant.until }),
    ...(grant.verdict === undefined ? {} : { verdict: grant.verdict }),
  });
  await grants.flush();
  return permission;
}

async function withTerms(id: ExtensionId, permission: string, source: ExtensionSource): Promise<string> {
  if (!permission.startsWith("secret:") || permission !== withoutTerms(permission)) return permission;
  const found = (await source.load()).installed.find(({ manifest }) => manifest.id === id);
  if (found?.origin === "bundled") return permission;
  const asked = found?.manifest.permissions.flatMap(keysOf).find((key) => withoutTerms(key) === permission);
  if (asked !== undefined) return asked;
  throw new SymphonyError(
    "bad-input",
    `Cannot grant ${permission} to ${id}: ${
      found === undefined ? "it is not installed" : "it asks for no such secret"
    }`,
    {
      hint:
        "A secret is granted to the hosts that the extension names; secret:NAME@HOST,…/HEADER[/VARIABLE] names them",
    },
  );
}

/** Takes a grant away; false where there was none. */
export async function removeGrant(data: string, extension: string, permission: string): Promise<boolean> {
  const grants = await Grants.open(data);
  const removed = await grants.remove(extensionId(extension), permission);
  await grants.flush();
  return removed;
}

/** The grants that a session goes by, to be looked at and changed while it runs. */
export function liveGrants(opening: Promise<Grants>) {
  return {
    list: async (): Promise<readonly Grant[]> => (await opening).list(),
    async add(grant: LiveGrant): Promise<void> {
      const grants = await opening;
      const { extension, permission, verdict = "allow", scope, env } = grant;
      const until = scope?.kind === "until" ? scope.atMs : grant.until;
      if (scope?.kind === "session" || scope?.kind === "once") {
        grants.addForSession(`${extension}:${permission}`, verdict);
        return;
      }
      await grants.add(extensionId(extension), permission, {
        verdict,
        ...(env === undefined ? {} : { env }),
        ...(until === undefined ? {} : { untilMs: until }),
      });
    },
    remove: async (extension: string, permission: string): Promise<boolean> =>
      await (await opening).remove(extensionId(extension), permission),
  };
}

interface LiveGrant extends Omit<GrantLine, "verdict"> {
  readonly verdict?: Grant["verdict"];
  readonly scope?: Grant["scope"];
}

/** What is installed, and what each may do. */
export async function listInstalled(source: ExtensionSource, grants: Grants, health: HealthBook) {
  const { installed } = await source.load();
  return installed.map(({ manifest, origin, codeHash }) => {
    const { id, name, version, kind, permissions } = manifest;
    const { class: healthClass, reason } = health.of(id, codeHash);
    const asker = { extension: id, origin, permissions };
    return {
      id,
      name,
      version,
      kind,
      origin: origin === "bundled" ? "bundled" as const : "given" as const,
      folder: "",
      ...(healthClass === "healthy" ? {} : { health: { class: healthClass, reason } }),
      permissions: permissions.flatMap((permission) =>
        keysOf(permission).map((key) => ({
          permission: key,
          reason: permission.reason,
          granted: grants.mayAlready(asker, key),
        }))
      ),
    };
  });
}
