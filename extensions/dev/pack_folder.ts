/**
 * `ext pack`: one archive, the same bytes each time for the same files: the module without an import left, its source
 * map, the manifest, the assets, and what people read. Names are sorted, times are 1980, owners are nobody.
 *
 * @module
 */

import { gzipSync } from "fflate";
import { join } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { sha256 } from "../loader/bundle_cache.ts";
import { type PackedFile, writeTar } from "../install/tar.ts";
import { MANIFEST_FILE } from "../manifest/manifest.ts";
import type { BuiltExtension } from "./built_extension.ts";

export interface Packed {
  readonly archive: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  readonly files: readonly PackedFile[];
}

/** Where the module is in a package. */
export const PACKED_ENTRY = "dist/main.js";
const READ = /^(readme|license|licence|changelog|notice)(\.(md|txt))?$/i;

/** The files of a package, sorted by name. */
export async function packageFiles(built: BuiltExtension): Promise<readonly PackedFile[]> {
  const { folder, manifest, module, map } = built;
  const encoder = new TextEncoder();
  const text = await Deno.readTextFile(join(folder, MANIFEST_FILE));
  const files: PackedFile[] = [
    { path: MANIFEST_FILE, bytes: encoder.encode(withEntry(text, manifest.entry)) },
    { path: PACKED_ENTRY, bytes: joined(module, encoder.encode(`//# sourceMappingURL=main.js.map\n`)) },
    { path: `${PACKED_ENTRY}.map`, bytes: encoder.encode(withoutRoots(map)) },
  ];
  for (const name of manifest.assets) {
    const bytes = await built.asset(name);
    if (bytes !== undefined && !name.startsWith("npm:")) files.push({ path: name, bytes });
    if (name.startsWith("npm:")) {
      throw new SymphonyError("extension", `Cannot pack the asset "${name}": it lies in a package`, {
        hint: "Copy the file beside the manifest and name it there",
      });
    }
  }
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (isFile && READ.test(name)) files.push({ path: name, bytes: await Deno.readFile(join(folder, name)) });
  }
  // The manifest and the module come first, and no asset of that name takes their place.
  const unique = new Map(files.toReversed().map((file) => [file.path, file]));
  return [...unique.values()].sort((a, b) => a.path < b.path ? -1 : 1);
}

/** Packs what was built. */
export async function pack(built: BuiltExtension): Promise<Packed> {
  const files = await packageFiles(built);
  const tar = writeTar(files.map(({ path, bytes }) => ({ path: `package/${path}`, bytes })));
  // A compressor in JavaScript: its bytes do not depend on the machine.
  const archive = joined(gzipSync(tar, { level: 9, mtime: 0 }));
  return { archive, sha256: sha256(archive), files };
}

/** The manifest's own text with its entry changed, so that comments and order stay. */
function withEntry(text: string, entry: string): string {
  const quoted = JSON.stringify(entry);
  return text.replace(
    new RegExp(`("entry"\\s*:\\s*)${quoted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`),
    (_, before) => `${before}${JSON.stringify(PACKED_ENTRY)}`,
  );
}

/** Sources by name alone: where they lay on the author's machine is nobody's business. */
function withoutRoots(map: string): string {
  const value = JSON.parse(map) as { sources: string[] };
  const sources = value.sources.map((path) =>
    path.replace(/^(\.\.\/)+/, "").replace(/^.*node_modules\//, "node_modules/")
  );
  return JSON.stringify({ ...value, sources });
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
