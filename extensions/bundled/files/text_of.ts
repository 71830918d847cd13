/**
 * Bytes as text, or a failure that says why not.
 *
 * @module
 */

import { ExtensionFailure } from "symphony/sdk";

/** How far a zero byte is looked for; git looks as far. */
const LOOKED_AT = 8_000;

/**
 * UTF-8 without its byte order mark.
 *
 * @throws ExtensionFailure `input` where the bytes are binary or not UTF-8, with the offset of the first bad byte
 */
export function textOf(bytes: Uint8Array, path: string): string {
  if (utf16(bytes)) {
    throw new ExtensionFailure("input", `Cannot read "${path}" as text: it is UTF-16, UTF-8 is needed`);
  }
  const zero = bytes.subarray(0, LOOKED_AT).indexOf(0);
  if (zero >= 0) {
    throw new ExtensionFailure("input", `Cannot read "${path}" as text: it is binary, byte ${zero} is zero`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const offset = firstBadByte(bytes);
    throw new ExtensionFailure("input", `Cannot read "${path}" as text: byte ${offset} is not UTF-8`, {
      cause,
    });
  }
}

function utf16(bytes: Uint8Array): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** By halving: the longest start that decodes, an open sequence at its end allowed. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  // The sequence that went wrong began up to three bytes earlier.
  while (!decodes(bytes.subarray(0, good), false)) good--;
  return good;
}

function decodes(bytes: Uint8Array, stream = true): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
