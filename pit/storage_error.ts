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
