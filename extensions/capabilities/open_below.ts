/**
 * Opens a file below the workspace for reading.
 *
 * Invariant: a file that is handed out was, after it was opened, found under its name, and no link, in a folder that is
 * held below the workspace. One that is swapped between check and use is another file, and refused.
 *
 * @module
 */

import { basename, dirname } from "node:path";
import { ExtensionFailure } from "../sdk/failure.ts";
import { holdFolder } from "./held_folder.ts";
import { outside, realBelow } from "./workspace_path.ts";

/** Opens a regular file for reading, sure that it lies below `root`. The caller closes it. */
export async function openBelow(
  root: string,
  path: string,
): Promise<{ file: Deno.FsFile; info: Deno.FileInfo }> {
  const real = await realBelow(root, path);
  if (real === root) throw noFile(path);
  using folder = holdFolder(root, dirname(real));
  const place = folder.at(basename(real));
  // A pipe would block on opening and a device has no end, so only regular files are opened at all.
  if (!(await Deno.lstat(place)).isFile) throw noFile(path);
  const file = await Deno.open(place, { read: true });
  try {
    const info = await file.stat();
    folder.verify();
    const now = await Deno.lstat(place);
    const isSame = now.isFile && now.ino === info.ino && now.dev === info.dev;
    if (!isSame) throw outside(path);
    folder.verify();
    return { file, info };
  } catch (error) {
    file.close();
    throw error;
  }
}

function noFile(path: string): ExtensionFailure {
  return new ExtensionFailure("input", `Cannot read "${path}": not a file`);
}

/** The refusal of a file that has more bytes than may be read. */
export function tooLarge(path: string, size: number, most: number): ExtensionFailure {
  return new ExtensionFailure("input", `Cannot read "${path}": ${size} bytes are over the limit of ${most}`);
}

/** The bytes of an open file, `most` of them. @throws ExtensionFailure where there are more */
export async function readAll(
  file: Deno.FsFile,
  size: number,
  most: number,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  // The file may grow while it is read, so its stated size is only where the buffer starts.
  let buffer = new Uint8Array(size + 1);
  let length = 0;
  for (;;) {
    const count = await file.read(buffer.subarray(length));
    if (count === null) return buffer.slice(0, length);
    length += count;
    if (length > most) throw tooLarge(path, length, most);
    if (length === buffer.length) {
      const larger = new Uint8Array(buffer.length * 2);
      larger.set(buffer);
      buffer = larger;
    }
  }
}
