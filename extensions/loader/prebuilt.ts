/**
 * The product's own extensions as they ship in the executable: bundled, described and with their assets beside them.
 * `catalog.json` lists them; beside it are the workers' root module, what `symphony/sdk` stands for, and a bundler.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf, SymphonyError } from "../../core/errors.ts";
import type { BootKind } from "../host/boot.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Contribution } from "../sdk/runtime/describe.ts";
import type { Installed } from "../installed.ts";

export const PREBUILT_CATALOG = "catalog.json";
/** The workers' root module of a kind. */
export const prebuiltWorker = (kind: BootKind): string => `worker-${kind}.js`;
/** What light extensions run in. */
export const PREBUILT_GUEST = "light-guest.js";
export const PREBUILT_ENGINE = "light-engine.asset";
export const PREBUILT_SDK = "sdk.js";
/** The bundler for extensions of others, as WebAssembly. */
export const PREBUILT_BUNDLER = "esbuild.wasm.gz";

export interface PrebuiltRecord {
  readonly manifest: Manifest;
  readonly codeHash: string;
  readonly contributes: readonly Contribution[];
  /** File of the module, beside the catalogue. */
  readonly bundle: string;
  /** Files of the assets by the name that the manifest gives them. */
  readonly assets: Readonly<Record<string, string>>;
}

/** Reads a folder that `prebuildBundled` wrote. @throws SymphonyError `corrupt` */
export async function readPrebuilt(folder: string): Promise<Installed[]> {
  try {
    const records = JSON.parse(await Deno.readTextFile(join(folder, PREBUILT_CATALOG))) as PrebuiltRecord[];
    return records.map((record) => new PrebuiltExtension(folder, record));
  } catch (cause) {
    throw new SymphonyError("corrupt", `Cannot read the built-in extensions: ${messageOf(cause)}`, { cause });
  }
}

class PrebuiltExtension implements Installed {
  readonly origin = "bundled";
  readonly #folder: string;
  readonly #record: PrebuiltRecord;

  constructor(folder: string, record: PrebuiltRecord) {
    this.#folder = folder;
    this.#record = record;
  }

  get manifest(): Manifest {
    return this.#record.manifest;
  }

  get codeHash(): string {
    return this.#record.codeHash;
  }

  get contributes(): readonly Contribution[] {
    return this.#record.contributes;
  }

  async code(): Promise<Uint8Array<ArrayBuffer>> {
    return await Deno.readFile(join(this.#folder, this.#record.bundle));
  }

  async asset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { assets } = this.#record;
    return Object.hasOwn(assets, name)
      ? await Deno.readFile(join(this.#folder, assets[name] as string))
      : undefined;
  }

  remember(): Promise<void> {
    return Promise.resolve();
  }
}
