/**
 * A file as text.
 *
 * @module
 */

import { open } from "node:fs/promises";
import { SymphonyError } from "../../core/errors.ts";
import { decode, type Decoded, decodeUtf8 } from "./decode.ts";
import { withEncodings } from "./encodings.ts";
import { fileError } from "./file_error.ts";
import { filePlace } from "./file_place.ts";
import { type FileStamp, fileState, sameContent } from "./file_stamp.ts";
import { type LineEndings, lineEndings, type TextForm } from "./text_form.ts";

/** V8's longest string, one byte a character; a larger text could not be handed to anyone in one piece. */
export const MOST_FILE_BYTES = 512 * 1024 * 1024 - 64;

/** A file that was read. */
export interface LoadedFile {
  /** The file's one name; see filePlace. */
  readonly path: string;
  readonly chunks: readonly string[];
  readonly form: TextForm;
  readonly lines: LineEndings;
  readonly stamp: FileStamp;
  /** True where this user cannot write the file, or its mode lets nobody write. */
  readonly readOnly: boolean;
}

export interface LoadOptions {
  /** The encoding, where it is known; else it is found out. */
  readonly encoding?: string;
}

const LONG_BYTES = 1 << 20;

// A log that grows while it is read is taken as it was in one of the readings; a file that is replaced is read anew.
const MOST_READINGS = 3;

/**
 * Reads the file at `path`, links followed.
 * @throws SymphonyError `not-found`, `permission`, `bad-input` (a folder; wrong encoding), `unsupported` (binary, a
 * device, over 512 MB), `io`
 */
export async function loadFile(path: string, options: LoadOptions = {}): Promise<LoadedFile> {
  const place = await filePlace(path);
  for (let reading = 1;; reading++) {
    const before = await readable(place);
    const bytes = await readAll(place, before.sizeBytes);
    const after = await fileState(place);
    if (after !== undefined && reading < MOST_READINGS && !sameContent(before, after.stamp)) continue;
    const { chunks, form } = await decodeNamed(place, bytes, options.encoding);
    const readOnly = await isReadOnly(place);
    // The stamp of before: if the file changed in the last reading, the next look finds the difference.
    return { path: place, chunks, form, lines: lineEndings(chunks), stamp: before, readOnly };
  }
}

/** The stamp of what is at `place`. @throws SymphonyError where it is nothing that can be edited */
async function readable(place: string): Promise<FileStamp> {
  const state = await fileState(place);
  if (state === undefined) {
    throw new SymphonyError("not-found", `Cannot open "${place}": there is no such file`);
  }
  if (state.kind === "folder") {
    throw new SymphonyError("bad-input", `Cannot open "${place}": it is a folder, expected a file`);
  }
  if (state.kind === "other") {
    throw new SymphonyError(
      "unsupported",
      `Cannot open "${place}": it is a device, pipe or socket, expected a file`,
    );
  }
  if (state.stamp.sizeBytes > MOST_FILE_BYTES) {
    const megabytes = Math.round(state.stamp.sizeBytes / 1024 ** 2);
    throw new SymphonyError(
      "unsupported",
      `Cannot open "${place}": it has ${megabytes} MB, at most 512 are possible`,
    );
  }
  return state.stamp;
}

async function readAll(place: string, sizeBytes: number): Promise<Uint8Array> {
  try {
    // One reading of the known size; what has been appended since is left for the next look.
    const file = await open(place, "r");
    try {
      const bytes = new Uint8Array(sizeBytes);
      let at = 0;
      while (at < sizeBytes) {
        const { bytesRead } = await file.read(bytes, at, sizeBytes - at, at);
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes.subarray(0, at);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(`read "${place}"`, error);
  }
}

async function decodeNamed(
  place: string,
  bytes: Uint8Array,
  encoding: string | undefined,
): Promise<Decoded> {
  try {
    const isLong = bytes.length > LONG_BYTES && (encoding === undefined || encoding === "utf-8");
    const utf8 = isLong ? await decodeUtf8(bytes) : undefined;
    return utf8 ?? await withEncodings(() => decode(bytes, encoding));
  } catch (error) {
    if (!(error instanceof SymphonyError)) throw error;
    const message = error.message.replace(/the file(?= as|:)/, `"${place}"`);
    throw new SymphonyError(error.code, message, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

/** True where this user cannot write the file, or its mode lets nobody write (which counts for the superuser too). */
export async function isReadOnly(place: string): Promise<boolean> {
  const state = await fileState(place);
  if (state !== undefined && (state.mode & 0o222) === 0) return true;
  // Opening asks the system itself; the runtime's access() only reads the mode.
  return await open(place, "r+").then((file) => file.close().then(() => false), () => true);
}
