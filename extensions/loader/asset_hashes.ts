/**
 * The hashes of an extension's assets. Those of the product's own are megabytes of grammars: they are kept beside the
 * bundles and made anew where size or time of a file changed. Others' are made anew at each start, as an approval may
 * rest on them.
 *
 * @module
 */

import { join } from "node:path";
import { assetPath } from "./assets.ts";
import { sha256, writeWhole } from "./bundle_cache.ts";
import { type BundleInput, filesAsTheyAre, PresentFiles } from "./bundle_input.ts";

interface KeptHash extends BundleInput {
  readonly hash: string;
}

/** By the names that the manifest gives them. */
export type AssetHashes = ReadonlyMap<string, string>;

/** Reads all of them. @throws SymphonyError `not-found` */
export async function hashAssets(folder: string, names: readonly string[]): Promise<AssetHashes> {
  const hashes = new Map<string, string>();
  for (const name of names) hashes.set(name, sha256(await Deno.readFile(await assetPath(folder, name))));
  return hashes;
}

/** A damaged or missing file of kept hashes only means that they are made again. */
export class KeptAssetHashes {
  readonly #cache: string;

  /** `cache` is the folder of the bundles. */
  constructor(cache: string) {
    this.#cache = cache;
  }

  /** As `hashAssets`, reading none that is as it was. @throws SymphonyError `not-found` */
  async of(folder: string, names: readonly string[]): Promise<AssetHashes> {
    if (names.length === 0) return new Map();
    const paths = await Promise.all(names.map((name) => assetPath(folder, name)));
    const kept = await this.#read(folder, paths);
    if (kept !== undefined) return new Map(names.map((name, at) => [name, kept[at]!.hash]));
    // Looked at before they are read: a change in between is seen at the next start.
    const files = await filesAsTheyAre(paths);
    const hashes = await hashAssets(folder, names);
    const record = files.map((file, at) => ({ ...file, hash: hashes.get(names[at]!) }));
    // A cache that cannot be written costs the next start time, no extension.
    await writeWhole(this.#fileOf(folder), new TextEncoder().encode(JSON.stringify(record))).catch(() => {});
    return hashes;
  }

  /** Those of this folder are made anew at the next start. */
  async forget(folder: string): Promise<void> {
    await Deno.remove(this.#fileOf(folder)).catch(() => {});
  }

  async #read(folder: string, paths: readonly string[]): Promise<readonly KeptHash[] | undefined> {
    try {
      const kept = JSON.parse(await Deno.readTextFile(this.#fileOf(folder))) as KeptHash[];
      const isOfThese = kept.length === paths.length && kept.every(({ path }, at) => path === paths[at]);
      return isOfThese && await new PresentFiles().hold(kept) ? kept : undefined;
    } catch {
      return undefined;
    }
  }

  #fileOf(folder: string): string {
    return join(this.#cache, `${sha256(new TextEncoder().encode(folder)).slice(0, 32)}.assets.json`);
  }
}
