/**
 * A response's body, never more of it than was asked for.
 *
 * @module
 */

import { ExtensionFailure } from "symphony/sdk";

/**
 * Reads to the end.
 *
 * @throws ExtensionFailure `input` where there are more than `maxBytes`; the rest is not loaded
 */
export async function bodyBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > maxBytes) {
    await response.body?.cancel();
    throw tooLarge(response.url, `${announced}`, maxBytes);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    // Leaving the loop cancels the stream.
    if (size > maxBytes) throw tooLarge(response.url, `more than ${maxBytes}`, maxBytes);
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function tooLarge(url: string, found: string, maxBytes: number): ExtensionFailure {
  return new ExtensionFailure(
    "input",
    `Answer of ${url} is too large: ${found} bytes, at most ${maxBytes} are taken`,
  );
}

/** Base64, in pieces small enough for the argument list. */
export function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(text);
}
