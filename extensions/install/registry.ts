/**
 * Which extensions are installed, in which version, from where: `installed.jsonc`. Replacing this one file is the moment
 * at which an installation, an update or a removal happens; everything before can be thrown away, everything after can
 * be done later.
 *
 * @module
 */

import { join } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { isObject, type Json } from "../../core/json.ts";
import { readDataFile, writeDataFile } from "../data_file.ts";

export const REGISTRY_FILE = "installed.jsonc";
/** Hidden, so that it is no publisher's folder. */
export const STORE_FOLDER = ".store";
const HEAD = "Installed extensions. `symphony ext install` and `ext uninstall` change it.";

export type PackageSource =
  | { readonly kind: "folder"; readonly where: string }
  | { readonly kind: "archive"; readonly where: string }
  | { readonly kind: "url"; readonly where: string }
  | { readonly kind: "npm"; readonly where: string };

export interface InstalledVersion {
  readonly version: string;
  /** Below the store's folder. */
  readonly folder: string;
  /** Of its files, so that the same version with other files is told apart. */
  readonly sha256: string;
}

export interface RegistryEntry extends InstalledVersion {
  readonly from: PackageSource;
  /** Unix milliseconds. */
  readonly installedAtMs: number;
  /** What it was before the last update, for going back. */
  readonly previous?: InstalledVersion;
}

export type Registry = ReadonlyMap<string, RegistryEntry>;

/** What is installed below `user`. @throws SymphonyError `bad-input` | `io` */
export async function readRegistry(user: string): Promise<Registry> {
  const file = join(user, REGISTRY_FILE);
  const kept = await readDataFile(file) ?? {};
  if (!isObject(kept)) throw new SymphonyError("bad-input", `${file}: expected { "PUBLISHER/NAME": { … } }`);
  const entries = new Map<string, RegistryEntry>();
  for (const [id, one] of Object.entries(kept)) {
    const { version, folder, sha256 } = isObject(one) ? one : {};
    const isSound = typeof version === "string" && typeof sha256 === "string" && typeof folder === "string" &&
      /^[a-z0-9.-]+\/[A-Za-z0-9.+-]+$/.test(folder) && !folder.includes("..");
    if (!isSound) throw new SymphonyError("bad-input", `${file}: the entry of "${id}" is damaged`);
    entries.set(id, one as unknown as RegistryEntry);
  }
  return entries;
}

/** Replaces the registry as a whole or not at all. @throws SymphonyError `io` */
export async function writeRegistry(user: string, registry: Registry): Promise<void> {
  const sorted = [...registry].sort(([a], [b]) => a < b ? -1 : 1);
  await writeDataFile(join(user, REGISTRY_FILE), HEAD, Object.fromEntries(sorted) as unknown as Json);
}

/** Where a version's files are. */
export function versionFolder(user: string, { folder }: Pick<InstalledVersion, "folder">): string {
  return join(user, STORE_FOLDER, folder);
}
