/**
 * `ext inspect`: what an extension is made of, so that one can look before one installs.
 *
 * @module
 */

import { relative } from "node:path";
import { keysOf } from "../../core/policy/permission.ts";
import { type Risk, riskOf } from "../install/consent.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import type { BuiltExtension } from "./built_extension.ts";

export interface Inspection {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly kind: string;
  readonly description: string;
  readonly license: string | undefined;
  readonly moduleBytes: number;
  readonly codeHash: string;
  readonly permissions: readonly {
    readonly permission: string;
    readonly reason: string;
    readonly risk: Risk;
  }[];
  readonly contributes: readonly { readonly kind: string; readonly type: string; readonly title: string }[];
  readonly ui: Readonly<Record<string, number>>;
  readonly dependencies: Readonly<Record<string, string>>;
  /** Packages bundled in, and the author's own files. */
  readonly packages: readonly string[];
  readonly files: readonly string[];
  readonly assets: readonly { readonly name: string; readonly sizeBytes: number }[];
}

export async function inspectBuilt(
  built: BuiltExtension,
  contributes: readonly Contribution[],
): Promise<Inspection> {
  const { id, name, version, kind, description, license, permissions, dependencies } = built.manifest;
  const root = await Deno.realPath(built.folder);
  const packages = new Set<string>();
  const files: string[] = [];
  for (const input of built.inputs) {
    const found = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(input)?.[1];
    const own = relative(root, input);
    if (found !== undefined) packages.add(found.replaceAll("\\", "/"));
    else if (!own.startsWith("..")) files.push(own.replaceAll("\\", "/"));
  }
  const assets = await Promise.all(built.manifest.assets.map(async (asset) => ({
    name: asset,
    sizeBytes: (await built.asset(asset))?.length ?? 0,
  })));
  return {
    id,
    name,
    version,
    kind,
    description,
    license,
    moduleBytes: built.module.length,
    codeHash: built.codeHash,
    permissions: permissions.flatMap((permission) =>
      keysOf(permission).map((key) => ({ permission: key, reason: permission.reason, risk: riskOf(key) }))
    ),
    contributes: contributes.map(({ kind, type, title }) => ({ kind, type, title })),
    ui: Object.fromEntries(
      Object.entries(built.manifest.contributes).map(([member, list]) => [member, list.length]),
    ),
    dependencies,
    packages: [...packages].sort(),
    files: files.sort(),
    assets,
  };
}
