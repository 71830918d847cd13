/**
 * A rope of text that comes in pieces.
 *
 * @module
 */

import { Rope } from "../text/rope.ts";

/** The rope of all pieces, in order. */
export function ropeOfChunks(chunks: Iterable<string>): Rope {
  let rope = Rope.empty;
  for (const chunk of chunks) rope = rope.concat(Rope.of(chunk));
  return rope;
}
