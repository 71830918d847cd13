/**
 * A look at LMDB's file before LMDB looks at it: the library ends the whole process when the file is not its own.
 *
 * The file begins with two meta pages. In each: a magic number at byte 24, the format at 28, the page size at 48, the
 * root pages of its two inner tables at 88 and 136, in the machine's byte order.
 *
 * @module
 */

import { SymphonyError } from "../core/errors.ts";

const MAGIC = 0xbeefc0de;
const LMDB_FORMAT = 2;
const HEADER_BYTES = 160;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const isLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Refuses a file that is there, is not empty and cannot be LMDB's, or was cut off.
 * @throws SymphonyError `corrupt`; what the file system throws
 */
export function checkHeader(path: string): void {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  using _ = file;
  const { size } = file.statSync();
  if (size === 0) return;
  const first = readAt(file, 0);
  // LMDB's own pages are powers of two from 512 on; the second meta page follows the first.
  const pageBytes = first.getUint32(48, isLittle);
  if (!isMeta(first) || pageBytes < 512 || size < 2 * pageBytes) throw notOurs(path);
  const second = readAt(file, pageBytes);
  if (!isMeta(second)) throw notOurs(path);
  // Asked again, since another process may have let the file grow meanwhile; it grows before a meta page says so.
  const sizeNow = file.statSync().size;
  for (const meta of [first, second]) {
    for (const at of [88, 136]) {
      const root = meta.getBigUint64(at, isLittle);
      if (root !== NO_PAGE && root >= BigInt(Math.ceil(sizeNow / pageBytes))) throw cutOff(path, sizeNow);
    }
  }
}

function readAt(file: Deno.FsFile, offset: number): DataView {
  const bytes = new Uint8Array(HEADER_BYTES);
  file.seekSync(offset, Deno.SeekMode.Start);
  file.readSync(bytes);
  return new DataView(bytes.buffer);
}

function isMeta(meta: DataView): boolean {
  return meta.getUint32(24, isLittle) === MAGIC && (meta.getUint32(28, isLittle) & 0xffff) === LMDB_FORMAT;
}

const hint = "Restore the file from a copy, move it away to start anew, or give another folder with --data";

function notOurs(path: string): SymphonyError {
  return new SymphonyError("corrupt", `Cannot open "${path}": it is not a Symphony database`, { hint });
}

function cutOff(path: string, size: number): SymphonyError {
  return new SymphonyError("corrupt", `Cannot open "${path}": it was cut off after ${size} bytes`, { hint });
}
