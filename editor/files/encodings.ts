/**
 * The libraries for encodings other than UTF-8 and UTF-16, loaded when a file first needs them: they are more than half of what the
 * editor would otherwise load before its first answer.
 *
 * @module
 */

import type { analyse } from "chardet";
import type iconv from "iconv-lite";

interface Encodings {
  readonly iconv: typeof iconv;
  readonly analyse: typeof analyse;
}

let loaded: Encodings | undefined;

/** Thrown where the libraries are needed but not there; see `withEncodings`. */
class NotLoaded extends Error {}

/** Loads them; the second time nothing happens. */
export async function loadEncodings(): Promise<void> {
  if (loaded !== undefined) return;
  const [iconv, chardet] = await Promise.all([import("iconv-lite"), import("chardet")]);
  loaded = { iconv: iconv.default, analyse: chardet.analyse };
}

/** The libraries. @throws an error that `withEncodings` turns into loading them */
export function encodings(): Encodings {
  if (loaded === undefined) throw new NotLoaded("The libraries for encodings are not loaded");
  return loaded;
}

/** What `work` gives, done again where it turned out to need the libraries. */
export async function withEncodings<T>(work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof NotLoaded)) throw error;
    await loadEncodings();
    return work();
  }
}
