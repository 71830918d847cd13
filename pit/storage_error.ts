/**
 * What the disk, the operating system or LMDB said, as the error that the rest of the program knows.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../core/errors.ts";

const diskFull =
  /no space left|disk quota|quota exceeded|MDB_MAP_FULL|map full|mapsize|file too large|ENOSPC|EDQUOT|EFBIG/i;
const forbidden = /permission denied|read-only file system|EACCES|EROFS|EPERM/i;
const damaged = /MDB_CORRUPTED|MDB_PAGE_NOTFOUND|MDB_INVALID|MDB_VERSION_MISMATCH|not an LMDB file/i;

const diskFullCodes = new Set<unknown>([28, 122, 27, -30792, "ENOSPC", "EDQUOT", "EFBIG"]);

/** Translates `error`, met while trying to `action`; a SymphonyError passes unchanged. */
export function storageError(action: string, error: unknown): SymphonyError {
  if (error instanceof SymphonyError) return error;
  const message = messageOf(error);
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (diskFullCodes.has(code) || diskFull.test(message)) {
    return new SymphonyError("disk-full", `Cannot ${action}: the disk is full`, {
      cause: error,
      hint: "Free some space, or give a folder on another disk with --data; what was stored before is intact",
    });
  }
  if (forbidden.test(message)) {
    return new SymphonyError("permission", `Cannot ${action}: ${message}`, {
      cause: error,
      hint: "Make the folder writable for this user, or give another one with --data",
    });
  }
  if (damaged.test(message)) {
    return new SymphonyError("corrupt", `Cannot ${action}: ${message}`, {
      cause: error,
      hint: "Restore pit.mdb from a copy, or give another folder with --data",
    });
  }
  return new SymphonyError("io", `Cannot ${action}: ${message}`, { cause: error });
}

/**
 * The same for a failed write to the file `name` in `folder`. LMDB calls a write that only partly fitted an
 * input/output error, so that one is tried out: a scratch file is written where the next write would have been.
 */
export function writeError(action: string, error: unknown, folder: string, name: string): SymphonyError {
  const known = storageError(action, error);
  if (known.code !== "io" || !/input\/output error|EIO/i.test(known.message)) return known;
  try {
    writeScratch(`${folder}/.scratch-${crypto.randomUUID()}`, Deno.statSync(`${folder}/${name}`).size);
    return known;
  } catch (found) {
    const tried = storageError(action, found);
    return tried.code === "disk-full" ? tried : known;
  }
}

const scratchBytes = 256 * 1024;

function writeScratch(path: string, offset: number): void {
  using file = Deno.openSync(path, { createNew: true, write: true });
  try {
    file.seekSync(offset, Deno.SeekMode.Start);
    for (let left = scratchBytes; left > 0;) left -= file.writeSync(new Uint8Array(left));
    file.syncSync();
  } finally {
    Deno.removeSync(path);
  }
}
