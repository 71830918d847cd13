/**
 * What the operating system says about a file, as the error that callers know.
 *
 * @module
 */

import { type ErrorCode, messageOf, SymphonyError } from "../../core/errors.ts";

const byCode: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ["disk-full", "the disk is full"],
  EDQUOT: ["disk-full", "the quota is used up"],
  EFBIG: ["disk-full", "the file would be larger than the file system allows"],
  EACCES: ["permission", "this user may not do that"],
  EPERM: ["permission", "the operating system forbids it"],
  EROFS: ["permission", "the file system is read-only"],
  ENOENT: ["not-found", "there is no such file or folder"],
  ENOTDIR: ["not-found", "a part of the path is a file, expected a folder"],
  EISDIR: ["bad-input", "it is a folder, expected a file"],
  ELOOP: ["bad-input", "the links lead in a circle"],
  ENAMETOOLONG: ["bad-input", "the name is too long"],
};

/** The error of the system as a SymphonyError: `Cannot <action>: <what happened>`. */
export function fileError(action: string, error: unknown): SymphonyError {
  if (error instanceof SymphonyError) return error;
  const known = byCode[systemCode(error)];
  if (known !== undefined) {
    return new SymphonyError(known[0], `Cannot ${action}: ${known[1]}`, { cause: error });
  }
  return new SymphonyError("io", `Cannot ${action}: ${messageOf(error)}`, { cause: error });
}

/** True where `error` says that there is nothing at the path. */
export function isAbsent(error: unknown): boolean {
  const code = systemCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

function systemCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  if (error instanceof Deno.errors.NotFound) return "ENOENT";
  if (error instanceof Deno.errors.PermissionDenied) return "EACCES";
  return /no space left/i.test(messageOf(error)) ? "ENOSPC" : "";
}
