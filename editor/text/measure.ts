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

/** A measure to be filled anew by each `measureText`: no garbage in the hot path. */
export class Weight implements Measure {
  bytes = 0;
  points = 0;
  newlines = 0;
}

/** Texts above this length are searched by the engine's own loop. */
const LONG = 64;

/** Measures `text` between two UTF-16 offsets that do not cut a pair. */
export function measureText(text: string, from: number, to: number, into: Weight): void {
  let bytes = to - from;
  let points = bytes;
  let newlines = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit <= 0x7f) {
      if (unit === 10) newlines++;
    } else if (unit <= 0x7ff) bytes++;
    else if ((unit & 0xf800) !== 0xd800) bytes += 2;
    else {
      // Each half of a pair counts two bytes, a whole pair four.
      bytes++;
      if (unit >= 0xdc00) points--;
    }
  }
  into.bytes = bytes;
  into.points = points;
  into.newlines = newlines;
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

/** True where `text` has a surrogate pair. */
export function hasPair(text: string): boolean {
  if (text.length > LONG) return /[\ud800-\udbff]/.test(text);
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) return true;
  return false;
}

/** `text` with every lone surrogate replaced by U+FFFD, as every UTF-8 encoder does; the same string where there is none. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
