/**
 * Places in a bundle told in the author's files: for problems of a check, and for the stack of what was thrown at run
 * time. Lines and columns are 1-based, as editors count.
 *
 * @module
 */

import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { relative, resolve } from "node:path";

export interface SourcePlace {
  /** Absolute. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** As `shortened` of the runtime writes places in the module. */
const PLACE = /\b(?:file:\/\/\/extension\/)?bundle\.js:(\d+):(\d+)/g;

export class SourcePlaces {
  readonly #map: TraceMap;
  readonly #folder: string;

  /** `map` is the source map's text; its sources are relative to `folder`. @throws SyntaxError for text that is none */
  constructor(map: string, folder: string) {
    this.#map = new TraceMap(map);
    this.#folder = folder;
  }

  /** True where `text` names a place in a module. */
  static mayBeIn(text: string): boolean {
    return text.includes("bundle.js:");
  }

  /** Where the text at a place of the bundle comes from; undefined for what the bundler added. */
  at(line: number, column: number): SourcePlace | undefined {
    const found = originalPositionFor(this.#map, { line, column: Math.max(0, column - 1) });
    if (found.source === null) return undefined;
    return { file: resolve(this.#folder, found.source), line: found.line, column: found.column + 1 };
  }

  /** `text` with every place in the module replaced by the author's, relative to `folder`. */
  trace(text: string, folder: string): string {
    return text.replace(PLACE, (whole, line: string, column: string) => {
      const place = this.at(Number(line), Number(column));
      return place === undefined ? whole : `${relative(folder, place.file)}:${place.line}:${place.column}`;
    });
  }
}
