/**
 * What plugins need of a front end: which views show a buffer, and how to tell its person something. The session implements it.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { Buffer } from "../buffers.ts";

/** A selected region of the newest text, in UTF-16 units. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

export interface FrontEnd {
  /** Ids of this front end's views of a buffer, oldest first. */
  viewsOf(buffer: Buffer): readonly string[];
  /** The buffer of one of this front end's views. */
  bufferOf(viewId: string): Buffer | undefined;
  /** A buffer's settings, all keys. */
  configOf(buffer: Buffer): JsonObject;
  /** What is selected in a view. */
  selectionsOf(viewId: string): readonly Region[];
  /** A notification, as it goes out. */
  notify(method: string, params: JsonObject): void;
  /** What is between two places of the newest text looks different from now on. */
  stylesChanged(buffer: Buffer, from: number, to: number): void;
  /** What plugins marked in a buffer changed. */
  annotationsChanged(buffer: Buffer): void;
}
