/**
 * How a block of content lies in the store: one byte that says how it is coded, then its bytes as they are or as zstd
 * where that saves enough to pay. The runtime's own zstd where it has one; without one blocks are stored as they are,
 * and what another program compressed is read by a small decompressor.
 *
 * @module
 */

import * as zlib from "node:zlib";
import { decompress } from "fzstd";
import { SymphonyError } from "../../core/errors.ts";

const RAW = 0;
const ZSTD = 1;
/** Less is not worth the time. */
const LEAST_BYTES = 512;
/** It pays where at least an eighth is saved. */
const PAYS = 7 / 8;

interface NativeZstd {
  readonly zstdCompressSync?: (bytes: Uint8Array) => Uint8Array;
  readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array;
}

const native = zlib as unknown as NativeZstd;

/** True for content whose type says that it is compressed already. */
export function isCompressedType(type: string): boolean {
  return /^(image\/(?!svg|bmp)|video\/|audio\/|application\/(zip|gzip|zstd|x-xz|x-7z|pdf|wasm))/.test(type);
}

/** The block as it is stored. */
export function encodeBlock(bytes: Uint8Array, mayCompress: boolean): Uint8Array {
  const packed = mayCompress && bytes.length >= LEAST_BYTES ? native.zstdCompressSync?.(bytes) : undefined;
  const isSmaller = packed !== undefined && packed.length <= bytes.length * PAYS;
  return coded(isSmaller ? ZSTD : RAW, isSmaller ? packed : bytes);
}

/** The content of a stored block. @throws SymphonyError `corrupt` where it cannot be decoded */
export function decodeBlock(stored: Uint8Array): Uint8Array {
  const content = stored.subarray(1);
  switch (stored[0]) {
    case RAW:
      return content;
    case ZSTD:
      try {
        return native.zstdDecompressSync?.(content) ?? decompress(content);
      } catch (cause) {
        throw new SymphonyError("corrupt", "Cannot read a block: its compressed form is damaged", { cause });
      }
    default:
      throw new SymphonyError("corrupt", `Cannot read a block: its coding ${stored[0]} is unknown`);
  }
}

function coded(coding: number, bytes: Uint8Array): Uint8Array {
  const stored = new Uint8Array(bytes.length + 1);
  stored[0] = coding;
  stored.set(bytes, 1);
  return stored;
}
