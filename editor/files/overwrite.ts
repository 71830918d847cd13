/**
 * A file overwritten in place, for where a new file cannot take its name.
 *
 * What lies beyond the old end is written first: if the disk is full the file is cut back and stays as it was. Only
 * then are the old bytes overwritten, which needs no new room, and a longer rest is cut off. A machine that stops
 * between leaves a mixture; the buffer's journal has the text.
 *
 * @module
 */

import { type FileHandle, open } from "node:fs/promises";
import { type FileStamp, fileState } from "./file_stamp.ts";

/** Overwrites the file at `place`. @throws the system's error; where the disk was full the file is as it was */
export async function overwrite(place: string, bytes: Iterable<Uint8Array>): Promise<FileStamp | undefined> {
  // All of it first: a character that cannot be encoded must be found before anything is written.
  const content = [...bytes];
  const file = await open(place, "r+");
  try {
    const oldSize = (await file.stat()).size;
    const newSize = content.reduce((sum, piece) => sum + piece.length, 0);
    try {
      await writeAll(file, from(content, oldSize), oldSize);
      if (newSize > oldSize) await file.datasync();
    } catch (error) {
      await file.truncate(oldSize);
      throw error;
    }
    await writeAll(file, upTo(content, oldSize), 0);
    if (newSize < oldSize) await file.truncate(newSize);
    await file.sync();
  } finally {
    await file.close();
  }
  return (await fileState(place))?.stamp;
}

/** Writes every piece, the first at `offset`. */
export async function writeAll(
  file: FileHandle,
  pieces: Iterable<Uint8Array>,
  offset: number,
): Promise<void> {
  let at = offset;
  for (const piece of pieces) {
    for (let done = 0; done < piece.length;) {
      const { bytesWritten } = await file.write(piece, done, piece.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }
}

function* from(pieces: readonly Uint8Array[], offset: number): Generator<Uint8Array> {
  let at = 0;
  for (const piece of pieces) {
    if (at + piece.length > offset) yield piece.subarray(Math.max(0, offset - at));
    at += piece.length;
  }
}

function* upTo(pieces: readonly Uint8Array[], offset: number): Generator<Uint8Array> {
  let at = 0;
  for (const piece of pieces) {
    if (at >= offset) return;
    yield piece.subarray(0, Math.min(piece.length, offset - at));
    at += piece.length;
  }
}
