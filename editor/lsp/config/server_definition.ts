/**
 * What is known of a language server before it runs: how it is started, for which languages, what it is told.
 *
 * @module
 */

import type { JsonObject } from "../../../core/json.ts";

/** One way to start a server. The first that is found is taken. */
export interface ServerLaunch {
  /** A name in `node_modules/.bin` or on the PATH, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** The npm package behind the command must have at least this major version: older ones do not know the arguments. */
  readonly atLeastMajor?: number;
}

export interface ServerDefinition {
  /** Names the server in settings, status and diagnostics. */
  readonly name: string;
  /** Language identifiers of the protocol: `typescript`, `shellscript`, … */
  readonly languages: readonly string[];
  readonly launches: readonly ServerLaunch[];
  /** Files that mark the root of a project; the nearest folder above a document that holds one is the server's root. */
  readonly rootMarkers: readonly string[];
  /** True where the server makes sense only in a project with one of its root markers. */
  readonly needsRoot?: boolean;
  /** The server is not for documents that one of these marks nearer than its own markers do, or in the same folder. */
  readonly yieldsTo?: readonly string[];
  /** As `yieldsTo`, but in the same folder the server stays. */
  readonly yieldsToInner?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly initializationOptions?: JsonObject;
  /** What the server gets when it asks for its configuration. */
  readonly settings?: JsonObject;
  /** How long the server may take to answer `initialize`. */
  readonly startTimeoutMs?: number;
}
