/**
 * A record of the log as it is stored: JSON as it stands, or squeezed (raw DEFLATE behind one byte that no JSON begins
 * with).
 *
 * @module
 */

import { deflateRaw, inflateRawSync } from "node:zlib";

/** JSON begins with a bracket. */
const SQUEEZED = 1;

/** True for what `squeeze` gave. */
export function isSqueezed(bytes: Uint8Array): boolean {
  return bytes[0] === SQUEEZED;
}

/** The text's bytes, squeezed; done beside other work. */
export function squeeze(text: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    deflateRaw(new TextEncoder().encode(text), (error, squeezed) => {
      if (error !== null) return reject(error);
      const bytes = new Uint8Array(1 + squeezed.length);
      bytes[0] = SQUEEZED;
      bytes.set(squeezed, 1);
      resolve(bytes);
    });
  });
}

/** The bytes of the text. @throws Error where they are damaged */
export function unsqueeze(bytes: Uint8Array): Uint8Array {
  return inflateRawSync(bytes.subarray(1));
}
