/**
 * An extension that is there: its manifest, its one module, its assets, and what it contributes once that is known.
 *
 * @module
 */

import type { Origin } from "../core/policy/permission.ts";
import type { BootKind, LightEngine } from "./host/boot.ts";
import type { CatalogProblem } from "./catalog.ts";
import type { Manifest } from "./manifest/manifest.ts";
import type { Contribution } from "./sdk/runtime/describe.ts";

export interface Installed {
  readonly manifest: Manifest;
  readonly origin: Origin;
  /** SHA-256 of the module, and of the listed assets where there are any. */
  readonly codeHash: string;
  /** What it contributes; undefined until it was described. */
  readonly contributes: readonly Contribution[] | undefined;
  code(): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of a listed asset; undefined where the manifest lists none of that name. */
  asset(name: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Turns places in the module, as `bundle.js:3:14`, into places in the author's files; absent where none are known. */
  inSource?(text: string): Promise<string>;
  /** The folder it was read from; absent for what ships in the executable. */
  readonly folder?: string;
  /** True where it is read from a folder that others may write, as a repository's: it is let in for its folder and code alone. */
  readonly isLoose?: boolean;
  /** Keeps what it contributes beside its module. */
  remember(contributes: readonly Contribution[]): Promise<void>;
}

export interface LoadedExtensions {
  readonly installed: readonly Installed[];
  readonly problems: readonly CatalogProblem[];
}

/** Where extensions come from. */
export interface ExtensionSource {
  /** Everything that is there; what could not be read is a problem and hides nothing else. */
  load(): Promise<LoadedExtensions>;
  /** The workers' root module of a kind. */
  workerRoot(kind: BootKind): Promise<Uint8Array<ArrayBuffer>>;
  /** What light extensions run in. */
  lightEngine?(): Promise<LightEngine>;
}
