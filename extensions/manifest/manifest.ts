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
  /** Milliseconds of CPU a second, on average over ten; 1000 is a whole core. */
  readonly cpuMsPerSec?: number;
  /** Bytes over the network in one session, in both directions, in MB. */
  readonly networkMb?: number;
  /** Tokens of models in one session. */
  readonly tokens?: number;
  /** US dollars in one session. */
  readonly usd?: number;
}

/**
 * `full`: a process of its own. `light`: for operators that use no capability; an engine of its own among many in one
 * process, in which a thousand cost what twenty processes would.
 */
export type Tier = "full" | "light";

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
  /** What it asks for; entries of the manifest's `optional` are marked so. */
  readonly permissions: readonly Permission[];
  readonly tier: Tier;
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
