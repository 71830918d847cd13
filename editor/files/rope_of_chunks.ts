/**
 * A rope of text that comes in pieces, made with turns for others in between.
 *
 * @module
 */

import { Rope } from "../text/rope.ts";
import { Breath } from "./breath.ts";

/** Pieces of a file are a quarter of a megabyte; so many at once take a few milliseconds. */
const AT_ONCE = 8;

/** The rope of all pieces, in order. */
export async function ropeOfChunks(chunks: readonly string[]): Promise<Rope> {
  const breath = new Breath();
  let rope = Rope.empty;
  for (let at = 0; at < chunks.length; at += AT_ONCE) {
    rope = rope.concat(Rope.ofChunks(chunks.slice(at, at + AT_ONCE)));
    const pause = breath.take();
    if (pause !== undefined) await pause;
  }
  return rope;
}
