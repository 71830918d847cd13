/**
 * Finds plugins on disk: each folder below the given ones, or they themselves, with a `manifest.toml`.
 *
 * @module
 */

import { isAbsolute, join } from "node:path";
import { parse } from "smol-toml";
import { messageOf } from "../../core/errors.ts";
import { isObject, type JsonObject } from "../../core/json.ts";
import { type Manifest, parseManifest } from "./manifest.ts";

/** A plugin that can be started. */
export interface FoundPlugin {
  readonly manifest: Manifest;
  readonly folder: string;
  /** The program to run. */
  readonly command: string;
  /** Settings that come with its languages: `LANGUAGE.toml` beside the manifest. */
  readonly defaults: ReadonlyMap<string, JsonObject>;
}

/** Where plugins are looked for: those of the front end's folder, what it brings along, and the setting `plugin_search_path`. */
export interface PluginFolders {
  readonly configDir?: string;
  readonly extrasDir?: string;
  readonly searchPath?: readonly string[];
}

/** The plugins of `folders`, each folder's in the order of their names; of two with one name the first. What cannot be read is reported. */
export async function discoverPlugins(
  folders: readonly string[],
  report: (problem: string) => void,
): Promise<FoundPlugin[]> {
  const found = new Map<string, FoundPlugin>();
  for (const folder of folders) {
    for (const place of [folder, ...await subfolders(folder)]) {
      try {
        const plugin = await readPlugin(place);
        if (plugin === undefined) continue;
        if (found.has(plugin.manifest.name)) {
          report(`There are two plugins "${plugin.manifest.name}": "${place}" is left out`);
        } else found.set(plugin.manifest.name, plugin);
      } catch (error) {
        report(`Cannot use plugin in "${place}": ${messageOf(error)}`);
      }
    }
  }
  return [...found.values()];
}

async function subfolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(folder)) if (!isFile) names.push(name);
  } catch { /* no such folder: no plugins */ }
  return names.sort().map((name) => join(folder, name));
}

async function readPlugin(folder: string): Promise<FoundPlugin | undefined> {
  const text = await readText(join(folder, "manifest.toml"));
  if (text === undefined) return undefined;
  const manifest = parseManifest(text);
  const { execPath } = manifest;
  // A bare name is looked for on the PATH, anything with a slash beside the manifest.
  const command = isAbsolute(execPath) || !/[\\/]/.test(execPath) ? execPath : join(folder, execPath);
  const defaults = new Map<string, JsonObject>();
  for (const { name } of manifest.languages) {
    const settings = await readText(join(folder, `${name.replaceAll("/", "_")}.toml`));
    if (settings === undefined) continue;
    const table: unknown = JSON.parse(JSON.stringify(parse(settings)));
    if (isObject(table)) defaults.set(name, table);
  }
  return { manifest, folder, command, defaults };
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}
