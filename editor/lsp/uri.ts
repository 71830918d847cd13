/**
 * URIs of documents. Servers write the same file in several ways (`file:///c%3A/x`, `file://localhost/x`, needless
 * escapes), so files are compared by path, never by URI.
 *
 * @module
 */

import { fileURLToPath, pathToFileURL } from "node:url";

/** The URI of the file at an absolute path. */
export function uriOfPath(path: string): string {
  return pathToFileURL(path).href;
}

/** The path of a `file:` URI; undefined for any other, and for one that names no local file. */
export function pathOfUri(uri: unknown): string | undefined {
  if (typeof uri !== "string" || !/^file:/i.test(uri)) return undefined;
  try {
    const url = new URL(uri);
    if (url.hostname === "localhost") url.hostname = "";
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** One name for a document, however its URI is written. */
export function documentKey(uri: string): string {
  return pathOfUri(uri) ?? uri;
}
