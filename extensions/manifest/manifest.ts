/**
 * The manifest, `symphony.jsonc`: what an extension is, where its code is, what it asks for and what it may use up.
 *
 * @module
 */

import type { ExtensionId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Permission } from "../../core/policy/permission.ts";

export const MANIFEST_FILE = "symphony.jsonc";

export interface Resources {
  /** Memory that its data may take, in a process of its own. */
  readonly memoryMb: number;
  /** Most instances at once. */
  readonly instances: number;
  /** Calls that one instance takes at the same time. */
  readonly concurrency: number;
}

export interface Manifest {
  readonly id: ExtensionId;
  readonly name: string;
  readonly version: string;
  readonly kind: "operator" | "instrument" | "motif";
  readonly description: string;
  /** The module with the default export, relative to the manifest. */
  readonly entry: string;
  /** Files the code may read: relative paths, or `npm:PACKAGE/FILE`. */
  readonly assets: readonly string[];
  readonly permissions: readonly Permission[];
  readonly resources: Resources;
  /** Object schema of the settings; defaults are taken from it. */
  readonly config: JsonObject;
}

export const defaultResources: Resources = { memoryMb: 256, instances: 2, concurrency: 4 };
