/**
 * Every file below a folder, for what reads whole folders.
 *
 * @module
 */

import { basename } from "node:path";
import { messageOf, SymphonyError } from "../core/errors.ts";

export interface FolderFile {
  /** Below the folder, with `/`. */
  readonly name: string;
  /** @throws SymphonyError `io` | `permission` */
  bytes(): Promise<Uint8Array>;
}

/** Files below `folder`, sorted by name, or the file that it names; links are not followed. @throws SymphonyError `not-found` | `permission` | `io` */
export async function folderFiles(folder: string): Promise<readonly FolderFile[]> {
  if ((await attempt(() => Deno.stat(folder), folder)).isFile) {
    return [{ name: basename(folder), bytes: () => attempt(() => Deno.readFile(folder), folder) }];
  }
  const names: string[] = [];
  await walk(folder, "", names);
  return names.sort().map((name) => ({
    name,
    bytes: () => attempt(() => Deno.readFile(`${folder}/${name}`), `${folder}/${name}`),
  }));
}

async function walk(folder: string, below: string, into: string[]): Promise<void> {
  const place = below === "" ? folder : `${folder}/${below}`;
  const entries = await attempt(() => Array.fromAsync(Deno.readDir(place)), place);
  for (const { name, isDirectory, isFile } of entries) {
    if (isDirectory) await walk(folder, `${below}${name}/`, into);
    else if (isFile) into.push(`${below}${name}`);
  }
}

async function attempt<T>(act: () => Promise<T>, place: string): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new SymphonyError("not-found", `Cannot read ${place}: there is no such file or folder`, {
        cause: error,
      });
    }
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      throw new SymphonyError("permission", `Cannot read ${place}: not permitted`, { cause: error });
    }
    throw new SymphonyError("io", `Cannot read ${place}: ${messageOf(error)}`, { cause: error });
  }
}
