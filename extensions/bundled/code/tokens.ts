/**
 * A file's tokens as numbers, for finding duplicates without its text. Names, numbers and strings count as they are
 * written; comments, white space and import statements do not. Each token is three bytes, a 16-bit hash and how many
 * lines further down it begins (255 says: and more), so that a file's fingerprint is about as long as the file.
 *
 * @module
 */

import type { Span } from "./lines.ts";

export interface TokenSequence {
  /** 16-bit hashes. Two different tokens are taken for the same once in 65,536. */
  readonly hashes: Uint16Array;
  /** The line of each token, counted from 1. */
  readonly lines: Uint32Array;
}

const token =
  /[\p{L}_$][\p{L}\p{N}_$]*|\d[\w.]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|\n|[^\s]/gu;

/** The tokens of `source` outside the spans in `skip`, which are sorted and do not overlap. */
export function tokenize(source: string, skip: readonly Span[]): TokenSequence {
  const hashes: number[] = [];
  const lines: number[] = [];
  let line = 1;
  let next = 0;
  token.lastIndex = 0;
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    while (next < skip.length && (skip[next] as Span).end <= match.index) next++;
    const span = skip[next];
    if (span !== undefined && span.start <= match.index) {
      line += newlines(source, match.index, span.end);
      token.lastIndex = span.end;
      continue;
    }
    const text = match[0];
    if (text === "\n") {
      line++;
      continue;
    }
    hashes.push(hash(text));
    lines.push(line);
    if (text.length > 1 && text.includes("\n")) line += newlines(text, 0, text.length);
  }
  return { hashes: Uint16Array.from(hashes), lines: Uint32Array.from(lines) };
}

function newlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", start); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

/** FNV-1a over UTF-16 units, folded to 16 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  return ((value >>> 16) ^ value) & 0xffff;
}

/** As base64 text. */
export function encodeTokens({ hashes, lines }: TokenSequence): string {
  const bytes: number[] = [];
  let line = 1;
  for (let at = 0; at < hashes.length; at++) {
    const value = hashes[at] as number;
    bytes.push(value >> 8, value & 255);
    let delta = (lines[at] as number) - line;
    for (; delta >= 255; delta -= 255) bytes.push(255);
    bytes.push(delta);
    line = lines[at] as number;
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += 8190) text += String.fromCharCode(...bytes.slice(at, at + 8190));
  return btoa(text);
}

/** Reads what encodeTokens wrote. @throws RangeError on text that it did not write */
export function decodeTokens(data: string): TokenSequence {
  const bytes = atob(data);
  const hashes: number[] = [];
  const lines: number[] = [];
  let line = 1;
  for (let at = 0; at < bytes.length;) {
    if (at + 3 > bytes.length) {
      throw new RangeError(`Cannot read tokens: the data ends inside a token, at byte ${at}`);
    }
    hashes.push(bytes.charCodeAt(at) << 8 | bytes.charCodeAt(at + 1));
    at += 2;
    let delta = bytes.charCodeAt(at++);
    line += delta;
    while (delta === 255 && at < bytes.length) {
      delta = bytes.charCodeAt(at++);
      line += delta;
    }
    lines.push(line);
  }
  return { hashes: Uint16Array.from(hashes), lines: Uint32Array.from(lines) };
}
