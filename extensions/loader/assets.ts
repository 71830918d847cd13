/**
 * Files that a manifest lists as assets: below its folder, or in an npm package as `npm:PACKAGE/FILE`.
 *
 * @module
 */

import { SymphonyError } from "../../core/errors.ts";
import type { Discovered } from "./discover.ts";

/** The path of an asset; undefined where the manifest lists none of that name. @throws SymphonyError `not-found` */
export function assetPath({ manifest, folder }: Discovered, name: string): string | undefined {
  if (!manifest.assets.includes(name)) return undefined;
  if (!name.startsWith("npm:")) return `${folder}/${name}`;
  const relative = name.slice("npm:".length);
  for (let at = folder; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) {
    const candidate = `${at}/node_modules/${relative}`;
    if (isFile(candidate)) return candidate;
  }
  throw new SymphonyError(
    "not-found",
    `Cannot find asset "${name}" of ${manifest.id}: the package is not installed`,
  );
}

/** The bytes of an asset; undefined where the manifest lists none of that name. */
export async function assetBytes(
  extension: Discovered,
  name: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const path = assetPath(extension, name);
  return path === undefined ? undefined : await Deno.readFile(path);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
