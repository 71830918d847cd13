/**
 * Text into a file, such that a fault leaves the old file or the new one, never a part.
 *
 * The new content goes into a temporary file beside the target, is forced to the disk and takes the target's place by
 * a rename; mode and owner are carried over, links are followed. Where a rename would change what the user has made
 * (a file with several names, one whose owner this user may not give away, a folder that takes no new files), the file
 * is overwritten instead, in an order that keeps the old content until the room for the new one is certain.
 *
 * Not carried over, because the runtime cannot read them: access lists and extended attributes.
 *
 * @module
 */

import { chmod, chown, open, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { SymphonyError } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { encode } from "./encode.ts";
import { loadEncodings } from "./encodings.ts";
import { fileError, isAbsent } from "./file_error.ts";
import { filePlace } from "./file_place.ts";
import { type FileStamp, type FileState, fileState, sameContent } from "./file_stamp.ts";
import { isReadOnly } from "./load.ts";
import { overwrite, writeAll } from "./overwrite.ts";
import type { TextForm } from "./text_form.ts";

/** Why a file was left as it is: someone else has written to it, or it may not be written. */
export type SaveRefusal = "changed-outside" | "read-only";

export interface SavedFile {
  readonly path: string;
  readonly stamp: FileStamp;
}

export interface SaveOptions {
  /** The state that the file must be in: a stamp, `absent`, or undefined for any. A file that is gone is made again. */
  readonly expected?: FileStamp | "absent" | undefined;
  /** Told the name of the temporary file before it exists, so that it can be removed after a crash. */
  readonly onTemporary?: (path: string) => void;
}

/**
 * Writes a text given in pieces to `path`.
 * @throws SymphonyError `disk-full`, `permission`, `not-found` (no such folder), `bad-input` (a folder is there),
 * `unsupported` (a character that the encoding lacks; a device), `io`; the file is then as it was
 */
export async function saveFile(
  path: string,
  chunks: Iterable<string>,
  form: TextForm,
  options: SaveOptions = {},
): Promise<Result<SavedFile, SaveRefusal>> {
  const place = await filePlace(path);
  const state = await fileState(place);
  if (state !== undefined && state.kind !== "file") {
    const [code, what] = state.kind === "folder"
      ? ["bad-input", "a folder"] as const
      : ["unsupported", "a device"] as const;
    throw new SymphonyError(code, `Cannot save "${place}": it is ${what}, expected a file`);
  }
  const { expected } = options;
  if (state !== undefined && expected !== undefined) {
    if (expected === "absent" || !sameContent(state.stamp, expected)) return err("changed-outside");
  }
  if (state !== undefined && await isReadOnly(place)) return err("read-only");
  if (form.encoding !== "utf-8") await loadEncodings();
  const bytes = encode(chunks, form);
  try {
    const written = state !== undefined && state.links > 1
      ? await overwrite(place, bytes)
      : await replace(place, bytes, state, options);
    return written === undefined ? err("changed-outside") : ok({ path: place, stamp: written });
  } catch (error) {
    throw fileError(`save "${place}"`, error);
  }
}

/** The stamp of the new file; undefined where the old one has changed meanwhile. */
async function replace(
  place: string,
  bytes: Iterable<Uint8Array>,
  before: FileState | undefined,
  options: SaveOptions,
): Promise<FileStamp | undefined> {
  const temporary = temporaryName(place);
  options.onTemporary?.(temporary);
  let made = false;
  try {
    // An existing file's content may be secret: nobody else reads the temporary one until it has the right mode.
    const file = await open(temporary, "wx", before === undefined ? 0o666 : 0o600).catch((error) => {
      if (before !== undefined && isRefused(error)) return undefined;
      throw error;
    });
    if (file === undefined) return await overwrite(place, bytes);
    made = true;
    try {
      await writeAll(file, bytes, 0);
      if (before !== undefined && !await carryOver(temporary, before)) {
        await file.close();
        return await overwrite(place, await takenBack(temporary));
      }
      await file.sync();
    } finally {
      await file.close().catch(() => undefined);
    }
    if (!await unchanged(place, before)) return undefined;
    await rename(temporary, place);
    made = false;
    await syncFolder(dirname(place));
    return (await fileState(place))?.stamp;
  } finally {
    if (made) await rm(temporary, { force: true });
  }
}

/** Gives the temporary file the mode and owner of `before`; false where this user may not. */
async function carryOver(temporary: string, before: FileState): Promise<boolean> {
  const made = await fileState(temporary);
  if (made === undefined) return false;
  if (made.userId !== before.userId || made.groupId !== before.groupId) {
    const given = await chown(temporary, before.userId, before.groupId).then(() => true, () => false);
    if (!given) return false;
  }
  // After the owner, since giving a file away clears its set-id bits.
  await chmod(temporary, before.mode);
  return true;
}

/** The bytes of the temporary file, read before it is removed; the text's own pieces are used up. */
async function takenBack(temporary: string): Promise<Uint8Array[]> {
  return [await Deno.readFile(temporary)];
}

async function unchanged(place: string, before: FileState | undefined): Promise<boolean> {
  const now = await fileState(place);
  if (before === undefined || now === undefined) return now === undefined;
  return sameContent(now.stamp, before.stamp);
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    // Some file systems do not know it; the rename itself has happened.
    if (isAbsent(error)) throw error;
  }
}

function temporaryName(place: string): string {
  const chance = crypto.randomUUID().slice(0, 8);
  // A name has at most 255 bytes.
  return `${dirname(place)}/.${basename(place).slice(0, 60)}.${Deno.pid}-${chance}.saving`;
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    (error.code === "EACCES" || error.code === "EPERM" || error.code === "EROFS");
}
