/**
 * The page's files, found once and then served by exact name: no path is ever joined from what a request says. A file with a packed one
 * beside it (`NAME.gz`, made with the page) is given as that to whoever takes it.
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

/** The ending of packed files. */
const PACKED = ".gz";

export interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True for a name that holds the hash of its content. */
  readonly isImmutable: boolean;
  /** There is a packed form: what is given depends on what is accepted. */
  readonly hasPacked: boolean;
  /** `bytes` are the packed form. */
  readonly isPacked: boolean;
}

export class Assets {
  readonly #folder: string;
  #names: Set<string> | undefined;
  readonly #kept = new Map<string, Asset>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file named `name`, with `/` and without a leading one; packed where that is taken and there. */
  find(name: string, takesGzip = false): Asset | undefined {
    this.#names ??= new Set(namesIn(this.#folder, ""));
    if (!this.#names.has(name) || name.endsWith(PACKED)) return undefined;
    const hasPacked = this.#names.has(`${name}${PACKED}`);
    const isPacked = takesGzip && hasPacked;
    const file = isPacked ? `${name}${PACKED}` : name;
    const kept = this.#kept.get(file);
    if (kept !== undefined) return kept;
    const asset = {
      type: typeOf(name),
      bytes: Deno.readFileSync(`${this.#folder}/${file}`),
      isImmutable: /[-.][0-9A-Za-z_]{8}\.\w+$/.test(name),
      hasPacked,
      isPacked,
    };
    this.#kept.set(file, asset);
    return asset;
  }
}

/** Whether a request takes gzip (`Accept-Encoding`): named, or by `*`, and not with the weight 0. */
export function takesGzip(accepted: string | null): boolean {
  let others = false;
  for (const part of (accepted ?? "").toLowerCase().split(",")) {
    const [coding = "", ...more] = part.split(";").map((word) => word.trim());
    const weight = Number(more.find((word) => word.startsWith("q="))?.slice(2) ?? 1);
    if (coding === "gzip" || coding === "x-gzip") return weight > 0;
    if (coding === "*") others = weight > 0;
  }
  return others;
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
