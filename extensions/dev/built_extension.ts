/**
 * An extension as it is at one moment: bundled and held in memory, so that what its author writes next does not touch it.
 *
 * @module
 */

import { dirname, join } from "node:path";
import type { Manifest } from "../manifest/manifest.ts";
import type { Installed } from "../installed.ts";
import { assetPath } from "../loader/assets.ts";
import { bundle } from "../loader/bundle.ts";
import { sha256 } from "../loader/bundle_cache.ts";
import type { Toolchain } from "../loader/loader.ts";
import { SourcePlaces } from "../loader/source_places.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";

export class BuiltExtension implements Installed {
  readonly origin = "third-party";
  readonly manifest: Manifest;
  readonly folder: string;
  readonly codeHash: string;
  readonly module: Uint8Array<ArrayBuffer>;
  /** The source map's text. */
  readonly map: string;
  readonly places: SourcePlaces;
  /** Files that the module is made of, absolute. */
  readonly inputs: readonly string[];
  contributes: readonly Contribution[] | undefined;
  readonly #assets: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

  /** Bundles what is in `folder` now. Imports that are left are for `checkCode` to find. @throws SymphonyError `extension` | `not-found` */
  static async build(folder: string, manifest: Manifest, toolchain: Toolchain): Promise<BuiltExtension> {
    const entry = join(folder, manifest.entry);
    const made = await bundle(
      entry,
      { sdk: toolchain.sdk, within: folder, maps: true, leaveImports: true },
      toolchain.openEngine,
    );
    const assets = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const name of manifest.assets) assets.set(name, await Deno.readFile(await assetPath(folder, name)));
    const map = new TextDecoder().decode(made.map);
    return new BuiltExtension(folder, manifest, assets, {
      module: made.code,
      map,
      places: new SourcePlaces(map, await Deno.realPath(dirname(entry))),
      inputs: made.inputs.map(({ path }) => path),
    });
  }

  private constructor(
    folder: string,
    manifest: Manifest,
    assets: ReadonlyMap<string, Uint8Array<ArrayBuffer>>,
    made: Pick<BuiltExtension, "module" | "map" | "places" | "inputs">,
  ) {
    this.folder = folder;
    this.manifest = manifest;
    this.#assets = assets;
    this.module = made.module;
    this.map = made.map;
    this.places = made.places;
    this.inputs = made.inputs;
    this.codeHash = sha256(made.module);
  }

  code(): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(this.module);
  }

  asset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return Promise.resolve(this.#assets.get(name));
  }

  inSource(text: string): Promise<string> {
    return Promise.resolve(this.places.trace(text, this.folder));
  }

  remember(contributes: readonly Contribution[]): Promise<void> {
    this.contributes = contributes;
    return Promise.resolve();
  }
}
