/**
 * The files of the editor that are not code: grammars, their queries, themes. Each is named `PACKAGE/FILE` as in its npm package.
 *
 * Run from source they are read from `node_modules`; in the executable from the folder `editor-assets` beside the program, which
 * the build fills by `copyAssets`, with an ending of ours: the compiler would take a `.wasm` for a module and look for its imports.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SymphonyError } from "../../core/errors.ts";

/** The folder of the executable that holds the assets. */
export const ASSET_FOLDER = "editor-assets";

const ENDING = ".asset";

const here = dirname(fileURLToPath(import.meta.url));
const roots = searchRoots();

/** Folders that may hold assets, and what is behind their names there. */
function searchRoots(): { readonly folder: string; readonly ending: string }[] {
  const found = [{ folder: join(here, ASSET_FOLDER), ending: ENDING }];
  for (let at = here;; at = dirname(at)) {
    found.push({ folder: join(at, "node_modules"), ending: "" });
    if (dirname(at) === at) return found;
  }
}

/** Where an asset is. @throws SymphonyError `not-found` */
export function assetPath(name: string): string {
  for (const { folder, ending } of roots) {
    const path = join(folder, name + ending);
    if (exists(path)) return path;
  }
  throw new SymphonyError(
    "not-found",
    `Cannot find asset "${name}": looked beside the program and in node_modules`,
  );
}

/** @throws SymphonyError `not-found` */
export function readAsset(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(assetPath(name));
}

/** @throws SymphonyError `not-found` */
export function readAssetText(name: string): string {
  return Deno.readTextFileSync(assetPath(name));
}

/** Copies `names` to `folder` as the executable expects them there. Gives their size in bytes. */
export async function copyAssets(names: Iterable<string>, folder: string): Promise<number> {
  let sum = 0;
  for (const name of names) {
    const to = join(folder, name + ENDING);
    await Deno.mkdir(dirname(to), { recursive: true });
    await Deno.copyFile(assetPath(name), to);
    sum += (await Deno.stat(to)).size;
  }
  return sum;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
