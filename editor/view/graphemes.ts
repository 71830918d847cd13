/**
 * Steps by extended grapheme cluster (UAX #29, as the runtime knows it), in a rope. ASCII costs two reads; anything else looks at
 * a window that begins where a cluster certainly does.
 *
 * @module
 */

import type { Reader } from "./reader.ts";

const WINDOW = 64;
/** A run of characters outside ASCII longer than this is cut: no cluster of a real text is. */
const LONGEST = 8192;

let segmenter: Intl.Segmenter | undefined;

function segments(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** Whether a cluster certainly begins between two units: both ASCII, and not CR LF. */
function parts(before: number, after: number): boolean {
  return before < 0x80 && after < 0x80 && !(before === 0x0d && after === 0x0a);
}

/** The end of the cluster that begins at `offset`; undefined at the end of the text. */
export function graphemeAfter(reader: Reader, offset: number): number | undefined {
  const { length } = reader;
  if (offset >= length) return undefined;
  if (offset + 1 === length || parts(reader.unit(offset), reader.unit(offset + 1))) return offset + 1;
  for (let size = WINDOW;; size *= 4) {
    const end = reader.text.snap(offset + size);
    const cluster = segments(reader.text.sliceString(offset, end)).containing(0);
    const size16 = cluster?.segment.length ?? 1;
    if (offset + size16 < end || end === length || size > LONGEST) return offset + size16;
  }
}

/** The start of the cluster that ends at `offset`; undefined at the start of the text. */
export function graphemeBefore(reader: Reader, offset: number): number | undefined {
  if (offset <= 0) return undefined;
  if (offset === 1 || parts(reader.unit(offset - 2), reader.unit(offset - 1))) return offset - 1;
  const from = safeStart(reader, offset - 1);
  const window = reader.text.sliceString(from, offset);
  return from + (segments(window).containing(window.length - 1)?.index ?? window.length - 1);
}

/** The last start of a cluster at or before `offset`, which is inside the text. */
export function graphemeFloor(reader: Reader, offset: number): number {
  if (offset <= 0 || offset >= reader.length) return offset;
  if (parts(reader.unit(offset - 1), reader.unit(offset))) return offset;
  const from = safeStart(reader, offset);
  const to = reader.text.snap(offset + WINDOW, 1);
  return from +
    (segments(reader.text.sliceString(from, to)).containing(offset - from)?.index ?? offset - from);
}

/** A place at or before `offset` where a cluster begins: before the ASCII character that heads a run of others. */
function safeStart(reader: Reader, offset: number): number {
  const first = Math.max(0, offset - LONGEST);
  let at = offset;
  while (at > first && !(parts(reader.unit(at - 1), reader.unit(at)) && at < offset)) at--;
  return reader.text.snap(at);
}
