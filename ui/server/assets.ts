/**
 * The page's files, found once and then served by exact name: no path is ever joined from what a request says.
 *
 * @module
 */

import { extname } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
};

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True for a name that holds the hash of its content. */
  readonly isImmutable: boolean;
}

export class Assets {
  readonly #folder: string;
  #names: Set<string> | undefined;
  readonly #kept = new Map<string, Asset>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file named `name`, with `/` and without a leading one. */
  find(name: string): Asset | undefined {
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    this.#names ??= new Set(namesIn(this.#folder, ""));
    if (!this.#names.has(name)) return undefined;
    const asset = {
      type: typeOf(name),
      bytes: Deno.readFileSync(`${this.#folder}/${name}`),
      isImmutable: /[-.][0-9A-Za-z_]{8}\.\w+$/.test(name),
    };
    this.#kept.set(name, asset);
    return asset;
  }
}

/** The MIME type of a file, by its name. */
export function typeOf(name: string): string {
  return types[extname(name)] ?? "application/octet-stream";
}

/** Names of all files below a folder; none where it is not there. */
function namesIn(folder: string, prefix: string): string[] {
  try {
    return [...Deno.readDirSync(`${folder}/${prefix}`)].flatMap(({ name, isDirectory }) =>
      isDirectory ? namesIn(folder, `${prefix}${name}/`) : [`${prefix}${name}`]
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
