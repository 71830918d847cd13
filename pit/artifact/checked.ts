/**
 * Checksums (CRC-32) of what no content hash covers: headers of records, compressed forms, labels and versions. They are there
 * to find flipped bits, not to keep out who wants to deceive.
 *
 * @module
 */

import * as zlib from "node:zlib";
import { SymphonyError } from "../../core/errors.ts";

const native = zlib as unknown as { readonly crc32?: (bytes: Uint8Array, value?: number) => number };

/** CRC-32 as in zip and PNG (polynomial 0xEDB88320). */
export const crc32: (bytes: Uint8Array, value?: number) => number = native.crc32 ?? crc32Of;

let table: Uint32Array | undefined;

function crc32Of(bytes: Uint8Array, value = 0): number {
  table ??= Uint32Array.from({ length: 256 }, (_, at) => {
    let rest = at;
    for (let bit = 0; bit < 8; bit++) rest = (rest & 1) === 0 ? rest >>> 1 : (rest >>> 1) ^ 0xedb88320;
    return rest >>> 0;
  });
  let crc = ~value;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] as number);
  return ~crc >>> 0;
}

/** JSON with a checksum behind it. */
export function checkedJsonBytes(value: unknown): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const bytes = new Uint8Array(text.length + 5);
  bytes.set(text);
  bytes[text.length] = 0;
  new DataView(bytes.buffer).setUint32(text.length + 1, crc32(text));
  return bytes;
}

/** Reads `checkedJsonBytes`, and JSON of older versions, which has no checksum. @throws SymphonyError `corrupt` */
export function readCheckedJson(bytes: Uint8Array, what: string): unknown {
  const end = bytes.length - 5;
  const isChecked = end > 0 && bytes[end] === 0;
  const text = isChecked ? bytes.subarray(0, end) : bytes;
  const wrong = (cause?: unknown) =>
    new SymphonyError("corrupt", `Cannot read ${what}: it is damaged`, { cause });
  if (isChecked && new DataView(bytes.buffer, bytes.byteOffset).getUint32(end + 1) !== crc32(text)) {
    throw wrong();
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch (cause) {
    throw wrong(cause);
  }
}
