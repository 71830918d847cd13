/**
 * Finds extensions, bundles them and keeps the bundles. One that is bad is a problem with its place and never stands in
 * the way of the others. A start at which nothing changed reads a few small files and does not start the bundler.
 *
 * @module
 */

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { Origin } from "../../core/policy/permission.ts";
import { VERSION } from "../../core/version.ts";
import type { CatalogProblem } from "../catalog.ts";
import { resolveDependencies } from "../install/dependencies.ts";
import { readRegistry, versionFolder } from "../install/registry.ts";
import { type Manifest, MANIFEST_FILE } from "../manifest/manifest.ts";
import { readManifest } from "../manifest/read_manifest.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import { type AssetHashes, hashAssets, KeptAssetHashes } from "./asset_hashes.ts";
import { assetPath } from "./assets.ts";
import { BundleCache, type CachedBundle, sha256 } from "./bundle_cache.ts";
import type { ExtensionSource, Installed, LoadedExtensions } from "../installed.ts";
import { type OpenEngine, programEngine, wasmEngine } from "./engine.ts";
import { SourcePlaces } from "./source_places.ts";
import { bootEntries, type BootKind, type LightEngine } from "../host/boot.ts";
import {
  PREBUILT_BUNDLER,
  PREBUILT_ENGINE,
  PREBUILT_GUEST,
  PREBUILT_SDK,
  prebuiltWorker,
  readPrebuilt,
} from "./prebuilt.ts";

export interface ExtensionSources {
  /** Folder of ready bundles that ships with the executable; then `bundled` is left out. */
  readonly prebuilt?: string;
  /** Folder whose folders are the product's own extensions. */
  readonly bundled?: string;
  /** Folder whose folders are installed extensions. */
  readonly user?: string;
  /** Folders of single extensions, or of several. */
  readonly extra?: readonly string[];
  /** The folder that the person works in: what lies in its `.symphony/extensions` counts where the folder is trusted. */
  readonly workspace?: { readonly folder: string; readonly isTrusted: () => Promise<boolean> };
  /** Where bundles are kept. */
  readonly cache: string;
}

const WORKSPACE_EXTENSIONS = ".symphony/extensions";

/** The product's own extensions, under `deno run`. */
export const bundledFolder = fileURLToPath(new URL("../bundled", import.meta.url));
/** What `symphony/sdk` stands for, under `deno run`. */
export const sdkEntry = fileURLToPath(new URL("../sdk/mod.ts", import.meta.url));

/** What makes a module of an author's files. */
export interface Toolchain {
  /** What `symphony/sdk` stands for. */
  readonly sdk: string;
  readonly openEngine: OpenEngine;
}

/** The toolchain of the executable, whose bundles are in `prebuilt`, or of a program run from source. */
export function toolchainOf(prebuilt?: string): Toolchain {
  return prebuilt === undefined
    ? { sdk: sdkEntry, openEngine: programEngine }
    : { sdk: join(prebuilt, PREBUILT_SDK), openEngine: wasmEngine(join(prebuilt, PREBUILT_BUNDLER)) };
}
const hostFolder = fileURLToPath(new URL("../host", import.meta.url));
const ENGINE_ASSET = "npm:@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm";

export class ExtensionLoader implements ExtensionSource {
  readonly #sources: ExtensionSources;
  readonly #cache: BundleCache;
  readonly #assetHashes: KeptAssetHashes;
  #loading: Promise<LoadedExtensions> | undefined;

  constructor(sources: ExtensionSources) {
    this.#sources = sources;
    const { sdk, openEngine } = toolchainOf(sources.prebuilt);
    this.#cache = new BundleCache(sources.cache, sdk, openEngine);
    this.#assetHashes = new KeptAssetHashes(sources.cache);
  }

  /** Everything that is installed, bundled; who asks while it is being loaded gets the same. Never throws for what an extension holds. */
  async load(): Promise<LoadedExtensions> {
    this.#loading ??= this.#load().finally(() => this.#loading = undefined);
    return await this.#loading;
  }

  async #load(): Promise<LoadedExtensions> {
    const problems: CatalogProblem[] = [];
    const prebuilt = this.#sources.prebuilt;
    const ready = prebuilt === undefined ? [] : await readPrebuilt(prebuilt);
    const found = await this.#discover(problems);
    const noting = async <T>(folder: string, act: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await act();
      } catch (error) {
        const hint = error instanceof SymphonyError && error.hint !== undefined ? `. ${error.hint}` : "";
        problems.push({ where: folder, message: messageOf(error) + hint });
        return undefined;
      }
    };
    const read = await Promise.all(found.map((one) => noting(one.folder, () => readFolder(one))));
    const sound = read.filter((one) => one !== undefined);
    const { bundled } = this.#sources;
    if (bundled !== undefined) {
      const own = sound.filter(({ origin }) => origin === "bundled");
      await this.#cache.prepare(own.map(({ entry }) => entry), bundled);
    }
    const loaded = await Promise.all(
      sound.map((one) =>
        noting(
          one.folder,
          async () => {
            const forget = () => this.#assetHashes.forget(one.folder);
            return new FolderExtension(one, await this.#bundle(one), await this.#hashes(one), forget);
          },
        )
      ),
    );
    await this.#cache.rest();
    const installed: Installed[] = [];
    const ids = new Set<string>();
    for (const one of [...ready, ...loaded]) {
      if (one === undefined) continue;
      const { id } = one.manifest;
      if (ids.has(id)) {
        problems.push({ where: id, message: `Extension "${id}" is installed twice; the first one counts` });
      } else installed.push(one);
      ids.add(id);
    }
    return { installed: fitting(installed, problems), problems };
  }

  async #hashes({ origin, folder, manifest: { assets } }: ReadFolder): Promise<AssetHashes> {
    return origin === "bundled"
      ? await this.#assetHashes.of(folder, assets)
      : await hashAssets(folder, assets);
  }

  async #bundle({ origin, folder, entry }: ReadFolder): Promise<CachedBundle> {
    return await this.#cache.bundle(entry, origin === "bundled" ? {} : { within: folder });
  }

  /** Removes the module that was made of an entry. */
  async forget(entry: string): Promise<void> {
    await this.#cache.forget(entry);
  }

  /** The root module of the workers of a kind. */
  async workerRoot(kind: BootKind): Promise<Uint8Array<ArrayBuffer>> {
    return await this.#ownModule(bootEntries[kind], prebuiltWorker(kind));
  }

  /** The engine of light extensions. @throws SymphonyError `not-found` */
  async lightEngine(): Promise<LightEngine> {
    const { prebuilt } = this.#sources;
    const guest = new TextDecoder().decode(await this.#ownModule("light_guest.ts", PREBUILT_GUEST));
    const wasm = await Deno.readFile(
      prebuilt === undefined ? await assetPath(hostFolder, ENGINE_ASSET) : join(prebuilt, PREBUILT_ENGINE),
    );
    return { guest, wasm };
  }

  async #ownModule(entry: string, prebuiltName: string): Promise<Uint8Array<ArrayBuffer>> {
    const { prebuilt } = this.#sources;
    if (prebuilt !== undefined) return await Deno.readFile(join(prebuilt, prebuiltName));
    const cached = await this.#cache.bundle(join(hostFolder, entry), { open: true });
    await this.#cache.rest();
    return await cached.code();
  }

  /** Folders of what `ext install` put there. */
  async #installed(user: string, problems: CatalogProblem[]): Promise<readonly string[]> {
    try {
      return [...(await readRegistry(user)).values()].map((entry) => versionFolder(user, entry));
    } catch (error) {
      problems.push({ where: user, message: messageOf(error) });
      return [];
    }
  }

  async #discover(problems: CatalogProblem[]): Promise<Found[]> {
    const { bundled, user, workspace, extra, prebuilt } = this.#sources;
    const found: Found[] = [];
    if (bundled !== undefined && prebuilt === undefined) {
      for (const folder of await foldersIn(bundled)) found.push({ folder, origin: "bundled" });
    }
    if (user !== undefined) {
      for (const folder of await this.#installed(user, problems)) {
        found.push({ folder, origin: "third-party" });
      }
      for (const publisher of [user, ...await subfolders(user)]) {
        for (const folder of await foldersIn(publisher)) found.push({ folder, origin: "third-party" });
      }
    }
    if (workspace !== undefined) {
      const folders = await foldersIn(join(workspace.folder, WORKSPACE_EXTENSIONS));
      if (folders.length > 0 && await workspace.isTrusted()) {
        for (const folder of folders) found.push({ folder, origin: "third-party", isLoose: true });
      } else if (folders.length > 0) {
        const many = folders.length === 1
          ? "an extension, which is"
          : `${folders.length} extensions, which are`;
        const message = `It brings ${many} left out: the folder is not trusted (symphony trust)`;
        problems.push({ where: workspace.folder, message });
      }
    }
    for (const folder of extra ?? []) {
      const path = resolve(folder);
      const folders = await hasManifest(path) ? [path] : await foldersIn(path);
      if (folders.length === 0) {
        problems.push({
          where: folder,
          message: `Cannot find ${MANIFEST_FILE} in "${folder}" or a folder in it`,
        });
      }
      for (const one of folders) found.push({ folder: one, origin: "third-party", isLoose: true });
    }
    return found;
  }
}

/** A folder that holds an extension. */
interface Found {
  readonly folder: string;
  readonly origin: Origin;
  /** True where others than the person may write there. */
  readonly isLoose?: boolean;
}

/** What its manifest says; `entry` is absolute. */
interface ReadFolder extends Found {
  readonly manifest: Manifest;
  readonly entry: string;
}

/** Reads the manifest. @throws SymphonyError `bad-manifest` | `not-found` */
async function readFolder({ folder, origin, isLoose = false }: Found): Promise<ReadFolder> {
  const file = join(folder, MANIFEST_FILE);
  const { manifest, problems } = readManifest(await Deno.readFile(file), file);
  if (manifest === undefined) {
    const all = problems.map(({ line, column, message, hint }) => `${line}:${column}: ${message}. ${hint}`);
    throw new SymphonyError("bad-manifest", `${MANIFEST_FILE}: ${all.join("; ")}`);
  }
  for (const name of manifest.assets) await assetPath(folder, name);
  return { folder, origin, isLoose, manifest, entry: join(folder, manifest.entry) };
}

/** Of the module and the assets; of one without assets its module's own. */
function codeHashOf(module: string, assets: AssetHashes): string {
  if (assets.size === 0) return module;
  return sha256(new TextEncoder().encode(JSON.stringify([module, ...[...assets].sort()])));
}

/** Those whose dependencies are there, in their order. */
function fitting(installed: readonly Installed[], problems: CatalogProblem[]): readonly Installed[] {
  const needs = installed.map(({ manifest }) => manifest);
  const { conflicts } = resolveDependencies(needs, VERSION);
  for (const { id, reason } of conflicts) problems.push({ where: id, message: `It is left out: ${reason}` });
  const left = new Set(conflicts.map(({ id }) => id));
  return installed.filter(({ manifest }) => !left.has(manifest.id));
}

class FolderExtension implements Installed {
  readonly manifest: Manifest;
  readonly origin: Origin;
  readonly codeHash: string;
  readonly folder: string;
  readonly isLoose: boolean;
  readonly #entry: string;
  readonly #bundle: CachedBundle;
  readonly #hashes: AssetHashes;
  readonly #forgetHashes: () => Promise<void>;
  readonly #assets = new Map<string, Promise<Uint8Array<ArrayBuffer>>>();

  constructor(
    { manifest, origin, folder, entry, isLoose = false }: ReadFolder,
    bundle: CachedBundle,
    hashes: AssetHashes,
    forgetHashes: () => Promise<void>,
  ) {
    this.manifest = manifest;
    this.origin = origin;
    this.codeHash = codeHashOf(bundle.codeHash, hashes);
    this.#hashes = hashes;
    this.#forgetHashes = forgetHashes;
    this.folder = folder;
    this.isLoose = isLoose;
    this.#entry = entry;
    this.#bundle = bundle;
  }

  get contributes(): readonly Contribution[] | undefined {
    return this.#bundle.contributes;
  }

  code(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#bundle.code();
  }

  async asset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (!this.manifest.assets.includes(name)) return undefined;
    let bytes = this.#assets.get(name);
    if (bytes === undefined) {
      bytes = this.#readAsset(name);
      this.#assets.set(name, bytes);
    }
    return await bytes;
  }

  /** What follows from it is told apart by its hash, so it is never another. */
  async #readAsset(name: string): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await Deno.readFile(await assetPath(this.folder, name));
    if (sha256(bytes) === this.#hashes.get(name)) return bytes;
    await this.#forgetHashes();
    throw new SymphonyError(
      "corrupt",
      `Asset "${name}" of ${this.manifest.id} was changed since it was loaded`,
    );
  }

  async inSource(text: string): Promise<string> {
    if (!SourcePlaces.mayBeIn(text)) return text;
    const map = await this.#bundle.map();
    return map === undefined ? text : new SourcePlaces(map, dirname(this.#entry)).trace(text, this.folder);
  }

  remember(contributes: readonly Contribution[]): Promise<void> {
    return this.#bundle.remember(contributes);
  }
}

async function foldersIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const path of await subfolders(folder)) if (await hasManifest(path)) found.push(path);
  return found;
}

async function subfolders(folder: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const entry of Deno.readDir(folder)) {
      if ((entry.isDirectory || entry.isSymlink) && !entry.name.startsWith(".")) names.push(entry.name);
    }
    return names.sort().map((name) => join(folder, name));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function hasManifest(folder: string): Promise<boolean> {
  return (await Deno.stat(join(folder, MANIFEST_FILE)).catch(() => undefined))?.isFile === true;
}
