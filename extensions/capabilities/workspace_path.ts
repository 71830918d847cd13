/**
 * Paths that an extension gives: below the workspace, whatever links say. What is done at one goes through a folder that is
 * held (`held_folder.ts`), since a path that was checked may lead elsewhere when it is used.
 *
 * @module
 */

import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";

/** How a held folder is called, which says nothing to anybody. */
const OPEN_FOLDER = /\/proc\/self\/fd\/\d+\//g;

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

/** The platform's error as a typed failure that names the path. */
export function pathFailure(error: unknown, doing: string, path: string): Error {
  if (error instanceof ExtensionFailure) return error;
  if (error instanceof Deno.errors.NotFound) {
    return new ExtensionFailure("input", `Cannot ${doing} "${path}": no such file or folder`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new ExtensionFailure("permission", `Cannot ${doing} "${path}": the system refuses access`);
  }
  const detail = (error instanceof Error ? error.message : String(error)).replaceAll(OPEN_FOLDER, "");
  return new ExtensionFailure("input", `Cannot ${doing} "${path}": ${detail}`, { cause: error });
}
