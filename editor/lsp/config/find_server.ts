/**
 * Where a document's project is and whether a server for it is installed. Asks the file system each time, so that a
 * server installed meanwhile is found.
 *
 * @module
 */

import { realpath } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { ServerDefinition, ServerLaunch } from "./server_definition.ts";

/** A server that can be started. */
export interface FoundServer {
  readonly definition: ServerDefinition;
  readonly executable: string;
  readonly args: readonly string[];
  /** The folder that the server works in. */
  readonly root: string;
}

export interface FindOptions {
  /** False where executables in the project's own `node_modules` are not to be run. */
  readonly useNodeModules: boolean;
  /** Folders that are searched for executables: by default those of the PATH. */
  readonly path?: readonly string[];
}

/** The server of `definition` for a document at `path`; undefined where there is none for it on this machine. */
export async function findServer(
  definition: ServerDefinition,
  path: string,
  options: FindOptions,
): Promise<FoundServer | undefined> {
  const folders = foldersAbove(path);
  const marked = await nearest(folders, definition.rootMarkers);
  if (marked === undefined && definition.needsRoot === true) return undefined;
  // Of two projects around a document the inner one counts.
  const beside = await nearest(folders, definition.yieldsTo ?? []);
  if (beside !== undefined && beside.length >= (marked ?? "").length) return undefined;
  const inner = await nearest(folders, definition.yieldsToInner ?? []);
  if (inner !== undefined && inner.length > (marked ?? "").length) return undefined;
  const root = marked ?? dirname(path);
  for (const launch of definition.launches) {
    const executable = await findExecutable(launch, folders, options);
    if (executable !== undefined) return { definition, executable, args: launch.args, root };
  }
  return undefined;
}

/** The folders that hold `path`, innermost first. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path);; folder = dirname(folder)) {
    folders.push(folder);
    if (dirname(folder) === folder) return folders;
  }
}

/** The innermost folder that holds one of `names`. */
async function nearest(folders: readonly string[], names: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const found = await Promise.all(names.map((name) => exists(join(folder, name))));
    if (found.includes(true)) return folder;
  }
  return undefined;
}

async function findExecutable(
  launch: ServerLaunch,
  folders: readonly string[],
  options: FindOptions,
): Promise<string | undefined> {
  if (isAbsolute(launch.command)) return await fits(launch.command, launch) ? launch.command : undefined;
  const ownFolders = options.useNodeModules
    ? folders.map((folder) => join(folder, "node_modules", ".bin"))
    : [];
  const onPath = options.path ?? (Deno.env.get("PATH") ?? "").split(delimiter).filter((part) => part !== "");
  for (const folder of [...ownFolders, ...onPath]) {
    const executable = join(folder, launch.command);
    if (await fits(executable, launch)) return executable;
  }
  return undefined;
}

async function fits(executable: string, launch: ServerLaunch): Promise<boolean> {
  const info = await Deno.stat(executable).catch(() => undefined);
  if (info?.isFile !== true || info.mode !== null && (info.mode & 0o111) === 0) return false;
  return launch.atLeastMajor === undefined || await majorOf(executable) >= launch.atLeastMajor;
}

/** The major version of the npm package that holds `executable`; 0 where it is in none. */
async function majorOf(executable: string): Promise<number> {
  const file = await realpath(executable).catch(() => executable);
  for (const folder of foldersAbove(file)) {
    const text = await Deno.readTextFile(join(folder, "package.json")).catch(() => undefined);
    const found = text === undefined ? null : /"version"\s*:\s*"(\d+)\./.exec(text);
    if (found !== null) return Number(found[1]);
  }
  return 0;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
