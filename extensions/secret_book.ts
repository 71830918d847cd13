/**
 * What secrets the installed extensions ask for, to whom they are granted, and whether there is a value: for a person who looks.
 * No value ever leaves this file.
 *
 * @module
 */

import type { Grant, SecretPermission } from "../core/policy/permission.ts";
import type { Grants } from "./grants.ts";
import type { ExtensionSource } from "./installed.ts";
import type { SecretSource } from "./secrets.ts";

export interface SecretLine {
  readonly extension: string;
  /** The extension's, for a person. */
  readonly title: string;
  readonly name: string;
  /** Where the core would send it. */
  readonly hosts: readonly string[];
  /** The extension's own words. */
  readonly reason: string;
  /** The environment variable that it is usually in. */
  readonly usualEnv?: string;
  readonly grant?: {
    readonly verdict: Grant["verdict"];
    readonly scope: Grant["scope"];
    readonly env?: string;
  };
  readonly isGranted: boolean;
  /** Where the value is now; absent where there is none. */
  readonly source?: SecretSource;
}

/** Secrets as a session goes by them, to be looked at and changed while it runs. */
export function liveSecrets(source: Pick<ExtensionSource, "load">, opening: Promise<Grants>) {
  return {
    async list(): Promise<readonly SecretLine[]> {
      const [grants, { installed }] = await Promise.all([opening, source.load()]);
      return installed.flatMap(({ manifest, origin }) => {
        const { id, name, permissions } = manifest;
        const asker = { extension: id, origin, permissions };
        return permissions.filter(isSecret).map((permission) => {
          const key = `secret:${permission.name}` as const;
          const grant = grants.list().findLast((one) => one.extension === id && one.permission === key);
          const found = grants.secrets.sourceOf(permission, grant?.env);
          return {
            extension: id,
            title: name,
            name: permission.name,
            hosts: permission.hosts,
            reason: permission.reason,
            ...permission.env === undefined ? {} : { usualEnv: permission.env },
            ...grant === undefined ? {} : { grant: grantOf(grant) },
            isGranted: grants.mayAlready(asker, key),
            ...found === undefined ? {} : { source: found },
          };
        });
      });
    },
    keep: async (name: string, value: string): Promise<void> =>
      await (await opening).secrets.keep(name, value),
    forget: async (name: string): Promise<boolean> => await (await opening).secrets.forget(name),
  };
}

function isSecret(permission: { readonly kind: string }): permission is SecretPermission {
  return permission.kind === "secret";
}

function grantOf({ verdict, scope, env }: Grant) {
  return { verdict, scope, ...env === undefined ? {} : { env } };
}
