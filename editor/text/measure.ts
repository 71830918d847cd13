/**
 * What a piece of well-formed text weighs in each unit: UTF-8 bytes, code points, newlines (its UTF-16 length it knows itself).
 *
 * @module
 */

/** Sums over a text. A text is ASCII where `bytes` equals its length, and without surrogates where `points` does. */
export interface Measure {
  readonly bytes: number;
  readonly points: number;
  readonly newlines: number;
}

/** UTF-8 bytes of `text` between two UTF-16 offsets that do not cut a pair. */
export function countBytes(text: string, from: number, to: number): number {
  let bytes = to - from;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    // Each half of a pair counts two bytes, a whole pair four.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1;
  }
  return bytes;
}

/** Code points of `text` between two UTF-16 offsets that do not cut a pair. */
export function countPoints(text: string, from: number, to: number): number {
  let points = to - from;
  for (let at = from; at < to; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) points--;
  return points;
}

/** Line feeds of `text` between two UTF-16 offsets. */
export function countNewlines(text: string, from: number, to: number): number {
  let newlines = 0;
  for (let at = text.indexOf("\n", from); at !== -1 && at < to; at = text.indexOf("\n", at + 1)) newlines++;
  return newlines;
}

/** The UTF-16 offset in `text` after `bytes` UTF-8 bytes; one inside a code point counts as its start. */
export function offsetAfterBytes(text: string, bytes: number): number {
  let at = 0;
  for (let left = bytes; left > 0 && at < text.length;) {
    const unit = text.charCodeAt(at);
    const isPair = (unit & 0xfc00) === 0xd800;
    left -= unit <= 0x7f ? 1 : unit <= 0x7ff ? 2 : isPair ? 4 : 3;
    if (left < 0) break;
    at += isPair ? 2 : 1;
  }
  return at;
}

/** The UTF-16 offset in `text` after `points` code points. */
export function offsetAfterPoints(text: string, points: number): number {
  let at = 0;
  for (let left = points; left > 0 && at < text.length; left--) {
    at += (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
  }
  return at;
}

/** The UTF-16 offset in `text` after its `count`-th line feed, which must be there. */
export function offsetAfterNewlines(text: string, count: number): number {
  let at = 0;
  for (let left = count; left > 0; left--) at = text.indexOf("\n", at) + 1;
  return at;
}

/** True where a cut at `offset` would part the halves of a surrogate pair. */
export function cutsPair(text: string, offset: number): boolean {
  return offset > 0 && offset < text.length && (text.charCodeAt(offset) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800;
}

/** `text` with every lone surrogate replaced by U+FFFD, as every UTF-8 encoder does; the same string where there is none. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
