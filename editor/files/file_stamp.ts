/**
 * Which file it was, and in which state: what tells whether anyone else has written to it since.
 *
 * @module
 */

import { stat } from "node:fs/promises";
import { fileError, isAbsent } from "./file_error.ts";

/** One state of one file. Times in nanoseconds as decimal text, so that a stamp is plain JSON and exact. */
export interface FileStamp {
  readonly device: string;
  readonly inode: string;
  readonly sizeBytes: number;
  readonly modifiedNs: string;
  readonly changedNs: string;
}

/** What a path names, beside its stamp. */
export interface FileState {
  readonly stamp: FileStamp;
  readonly kind: "file" | "folder" | "other";
  /** Permission bits, set-id bits included. */
  readonly mode: number;
  readonly userId: number;
  readonly groupId: number;
  /** How many names the file has. */
  readonly links: number;
}

/** The state of what is at `path`, links followed; undefined where there is nothing. @throws SymphonyError */
export async function fileState(path: string): Promise<FileState | undefined> {
  try {
    const info = await stat(path, { bigint: true });
    return {
      stamp: {
        device: String(info.dev),
        inode: String(info.ino),
        sizeBytes: Number(info.size),
        modifiedNs: String(info.mtimeNs),
        changedNs: String(info.ctimeNs),
      },
      kind: info.isFile() ? "file" : info.isDirectory() ? "folder" : "other",
      mode: Number(info.mode) & 0o7777,
      userId: Number(info.uid),
      groupId: Number(info.gid),
      links: Number(info.nlink),
    };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw fileError(`look at "${path}"`, error);
  }
}

/** True where both stamps name the same file with the same content; a change of mode or owner alone does not count. */
export function sameContent(a: FileStamp, b: FileStamp): boolean {
  return sameFile(a, b) && a.sizeBytes === b.sizeBytes && a.modifiedNs === b.modifiedNs;
}

/** True where both stamps name the same file, whatever is in it. */
export function sameFile(a: FileStamp, b: FileStamp): boolean {
  return a.device === b.device && a.inode === b.inode;
}
