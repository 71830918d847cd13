/**
 * The manifest, `symphony.jsonc`: what an extension is, where its code is, what it asks for and what it may use up.
 *
 * @module
 */

import type { ExtensionId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { UiContributions } from "../../core/motif/contributions.ts";
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
  /** Extensions that must be there, each with a range of versions. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The range of Symphony's versions that it is made for; absent for any. */
  readonly engine?: string;
  /** When it is started before it is called: `onStart`, `onView:ID`, `onCommand:TYPE`, `onNode:TYPE`. */
  readonly activation: readonly string[];
  /** What it adds to the user interface. */
  readonly contributes: UiContributions;
  /** SPDX expression. */
  readonly license?: string;
  readonly author?: string;
  readonly homepage?: string;
}

export const defaultResources: Resources = { memoryMb: 256, instances: 2, concurrency: 4 };
