/**
 * Paths that an extension gives: below the workspace, whatever links say.
 *
 * Invariant: a file that is handed out was, after it was opened, found at a path without links below the workspace's
 * own real path. A link that is swapped between check and use changes the file's identity and is refused.
 *
 * @module
 */

import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";

/** The workspace's real path. @throws ExtensionFailure of class `input` where there is no such folder. */
export async function realRoot(workspace: string): Promise<string> {
  try {
    return await Deno.realPath(workspace);
  } catch (cause) {
    throw new ExtensionFailure("input", `Cannot open workspace "${workspace}": no such folder`, { cause });
  }
}

/** The absolute path that `path` names below `root`. @throws ExtensionFailure where it leads out. */
export function below(root: string, path: string): string {
  if (path.includes("\0")) throw new ExtensionFailure("input", "Cannot use a path with a NUL character");
  if (path.length > 4096) {
    throw new ExtensionFailure("input", "Cannot use a path longer than 4096 characters");
  }
  const absolute = isAbsolute(path) ? resolve(path) : resolve(join(root, path));
  if (isWithin(root, absolute)) return absolute;
  throw outside(path);
}

/** True where `path` is `root` or lies below it. */
export function isWithin(root: string, path: string): boolean {
  const from = relative(root, path);
  return from === "" || (from !== ".." && !from.startsWith(`..${sep}`) && !isAbsolute(from));
}

/** The refusal of a path that leads out of the workspace. */
export function outside(path: string): ExtensionFailure {
  return new ExtensionFailure("permission", `Cannot reach "${path}": it leads out of the workspace`);
}

/** The real path of something that exists, checked to lie below `root`. */
export async function realBelow(root: string, path: string): Promise<string> {
  const real = await Deno.realPath(below(root, path));
  if (!isWithin(root, real)) throw outside(path);
  return real;
}

/** True where `path` leads to the opened file, below `root`. */
function isStillThere(root: string, path: string, { ino, dev }: Deno.FileInfo): boolean {
  const real = Deno.realPathSync(below(root, path));
  if (!isWithin(root, real)) return false;
  const now = Deno.lstatSync(real);
  return now.ino === ino && now.dev === dev;
}

/** Looks at where an open file is, back to back and without a turn between them. */
const CHECKS = 3;

/** Opens a regular file for reading, sure that it lies below `root`. The caller closes it. */
export async function openBelow(
  root: string,
  path: string,
): Promise<{ file: Deno.FsFile; info: Deno.FileInfo }> {
  const real = await realBelow(root, path);
  // A pipe would block on opening and a device has no end, so only regular files are opened at all.
  if (!(await Deno.lstat(real)).isFile) {
    throw new ExtensionFailure("input", `Cannot read "${path}": not a file`);
  }
  const file = await Deno.open(real, { read: true });
  try {
    const info = await file.stat();
    // Somebody who swaps a folder for a link between the two looks of one check would have to do so in each.
    for (let check = 0; check < CHECKS; check++) {
      if (!isStillThere(root, path, info)) throw outside(path);
    }
    return { file, info };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The platform's error as a typed failure that names the path. */
export function pathFailure(error: unknown, doing: string, path: string): Error {
  if (error instanceof ExtensionFailure) return error;
  if (error instanceof Deno.errors.NotFound) {
    return new ExtensionFailure("input", `Cannot ${doing} "${path}": no such file or folder`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new ExtensionFailure("permission", `Cannot ${doing} "${path}": the system refuses access`);
  }
  const detail = error instanceof Error ? error.message : String(error);
  return new ExtensionFailure("input", `Cannot ${doing} "${path}": ${detail}`, { cause: error });
}
