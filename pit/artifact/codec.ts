/**
 * How a block of content lies in the store: one byte that says how it is coded, then its bytes as they are or as zstd
 * where that saves enough to pay; sealed (vault.ts), one of these encrypted; or where in an archive one of these is. The runtime's own zstd where it has one; without one blocks are stored as they are,
 * and what another program compressed is read by a small decompressor.
 *
 * @module
 */

import * as zlib from "node:zlib";
import { decompress } from "fzstd";
import { SymphonyError } from "../../core/errors.ts";
import { crc32 } from "./checked.ts";

const RAW = 0;
/** Without a checksum; written by older versions. */
const PLAIN_ZSTD = 1;
/** Encrypted; then the key's number, four bytes, the nonce, twelve, and the sealed block. */
export const SEALED = 2;
/** Then JSON: file, offset and length of the stored form. */
export const ELSEWHERE = 3;
/** Then the CRC-32 of what follows, since not every bit of a compressed form shows in what it decodes to. */
const ZSTD = 4;
/** Of zstd, for what lies in archives. */
const ARCHIVE_LEVEL = 12;
/** Less is not worth the time. */
const LEAST_BYTES = 512;
/** It pays where at least an eighth is saved. */
const PAYS = 7 / 8;

interface NativeZstd {
  readonly zstdCompressSync?: (
    bytes: Uint8Array,
    options: { readonly params?: Readonly<Record<number, number>>; readonly pledgedSrcSize: number },
  ) => Uint8Array;
  readonly constants: { readonly "ZSTD_c_compressionLevel"?: number };
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array;
}

const native = zlib as unknown as NativeZstd;

/** True for content whose type says that it is compressed already. */
export function isCompressedType(type: string): boolean {
  return /^(image\/(?!svg|bmp)|video\/|audio\/|application\/(zip|gzip|zstd|x-xz|x-7z|pdf|wasm))/.test(type);
}

/** The block as it is stored. */
export function encodeBlock(bytes: Uint8Array, mayCompress: boolean, level?: number): Uint8Array {
  const parameter = native.constants["ZSTD_c_compressionLevel"];
  const params = level === undefined || parameter === undefined ? {} : { params: { [parameter]: level } };
  // Told the size, zstd makes its tables for a block and not for a stream: 0.3 instead of 20 ms at level 12.
  const options = { ...params, pledgedSrcSize: bytes.length };
  const packed = mayCompress && bytes.length >= LEAST_BYTES
    ? native.zstdCompressSync?.(bytes, options)
    : undefined;
  const isSmaller = packed !== undefined && packed.length <= bytes.length * PAYS;
  if (!isSmaller) return coded(RAW, bytes);
  const checked = new Uint8Array(packed.length + 4);
  new DataView(checked.buffer).setUint32(0, crc32(packed));
  checked.set(packed, 4);
  return coded(ZSTD, checked);
}

/** The stored form for an archive: smaller where time makes it so. What is sealed stays as it is. */
export function archivedBlock(stored: Uint8Array): Uint8Array {
  if (stored[0] === SEALED || stored[0] === ELSEWHERE) return stored;
  const again = encodeBlock(decodeBlock(stored), true, ARCHIVE_LEVEL);
  return again.length < stored.length ? again : stored;
}

/** Where an archived block is. */
export interface Place {
  /** `warm:NAME` or `cold:NAME`. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** The stored form of a block that is in an archive. */
export function placeBytes(place: Place): Uint8Array {
  return coded(ELSEWHERE, new TextEncoder().encode(JSON.stringify(place)));
}

/** Where the block is; undefined for one that is here. @throws SymphonyError `corrupt` */
export function placeOf(stored: Uint8Array): Place | undefined {
  if (stored[0] !== ELSEWHERE) return undefined;
  try {
    const { file, offset, length } = JSON.parse(new TextDecoder().decode(stored.subarray(1))) as Place;
    if (typeof file === "string" && Number.isSafeInteger(offset) && Number.isSafeInteger(length)) {
      return { file, offset, length };
    }
  } catch {
    // Said below.
  }
  throw new SymphonyError("corrupt", "Cannot read a block: the note of its place in the archive is damaged");
}

/** The content of a stored block. @throws SymphonyError `corrupt` where it cannot be decoded */
export function decodeBlock(stored: Uint8Array): Uint8Array {
  const content = stored.subarray(1);
  switch (stored[0]) {
    case RAW:
      return content;
    case PLAIN_ZSTD:
      return decompressed(content);
    case ZSTD: {
      const packed = content.subarray(4);
      const isWhole = content.length >= 4 &&
        new DataView(content.buffer, content.byteOffset).getUint32(0) === crc32(packed);
      if (isWhole) return decompressed(packed);
      throw new SymphonyError("corrupt", "Cannot read a block: its compressed form has changed");
    }
    default:
      throw new SymphonyError("corrupt", `Cannot read a block: its coding ${stored[0]} is unknown`);
  }
}

function decompressed(packed: Uint8Array): Uint8Array {
  try {
    return native.zstdDecompressSync?.(packed) ?? decompress(packed);
  } catch (cause) {
    throw new SymphonyError("corrupt", "Cannot read a block: its compressed form is damaged", { cause });
  }
}

function coded(coding: number, bytes: Uint8Array): Uint8Array {
  const stored = new Uint8Array(bytes.length + 1);
  stored[0] = coding;
  stored.set(bytes, 1);
  return stored;
}
