/**
 * Finding extensions: folders with a manifest. What cannot be read is a problem with a place and never hides the others.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import type { ExtensionId } from "../../core/ids.ts";
import { type Manifest, MANIFEST_FILE } from "../manifest/manifest.ts";
import { readManifest } from "../manifest/read_manifest.ts";

export type Origin = "bundled" | "user" | "given";

/** An extension that is there, not yet loaded. */
export interface Discovered {
  readonly manifest: Manifest;
  /** Absolute path. */
  readonly folder: string;
  readonly origin: Origin;
}

export interface DiscoveryProblem {
  readonly where: string;
  readonly message: string;
}

export interface Places {
  readonly bundled: string | undefined;
  readonly user: string;
  /** Each an extension, or a folder of extensions. */
  readonly given: readonly string[];
}

/**
 * All extensions in the places, by id. One that was given goes before one the user installed, and that before a bundled
 * one only where ids differ: nobody takes the name of a bundled extension.
 */
export async function discover(
  places: Places,
): Promise<{ readonly found: readonly Discovered[]; readonly problems: readonly DiscoveryProblem[] }> {
  const problems: DiscoveryProblem[] = [];
  const found = new Map<ExtensionId, Discovered>();
  const folders: { folder: string; origin: Origin }[] = [];
  if (places.bundled !== undefined) folders.push(...await below(places.bundled, "bundled"));
  for (const given of places.given) {
    if (await isFile(`${given}/${MANIFEST_FILE}`)) folders.push({ folder: given, origin: "given" });
    else {
      const inside = await below(given, "given");
      if (inside.length === 0) {
        problems.push({ where: given, message: `No ${MANIFEST_FILE} in it or in its folders` });
      }
      folders.push(...inside);
    }
  }
  folders.push(...await below(places.user, "user"));
  for (const { folder, origin } of folders) {
    const manifest = await manifestIn(folder, problems);
    if (manifest === undefined) continue;
    const before = found.get(manifest.id);
    if (before === undefined) found.set(manifest.id, { manifest, folder, origin });
    else {problems.push({
        where: folder,
        message: `Extension ${manifest.id} is already in ${before.folder}; this one is left out`,
      });}
  }
  return { found: [...found.values()], problems };
}

async function below(folder: string, origin: Origin): Promise<{ folder: string; origin: Origin }[]> {
  const folders: string[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (
        (entry.isDirectory || entry.isSymlink) && await isFile(`${folder}/${entry.name}/${MANIFEST_FILE}`)
      ) {
        folders.push(`${folder}/${entry.name}`);
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !(error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  return folders.sort().map((path) => ({ folder: path, origin }));
}

async function manifestIn(folder: string, problems: DiscoveryProblem[]): Promise<Manifest | undefined> {
  const file = `${folder}/${MANIFEST_FILE}`;
  try {
    const read = readManifest(await Deno.readFile(file), file);
    for (const { line, column, message, hint } of read.problems) {
      problems.push({ where: `${file}:${line}:${column}`, message: `${message}. ${hint}` });
    }
    return read.manifest;
  } catch (error) {
    problems.push({ where: file, message: messageOf(error) });
    return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isFile, () => false);
}
