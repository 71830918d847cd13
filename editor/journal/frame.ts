/**
 * A record as one line of a log: eight hex digits, the CRC-32 of what follows them; a space; JSON; a line feed. A line can
 * be read with any tool, and a torn or damaged one is known by its sum.
 *
 * @module
 */

import { crc32 } from "node:zlib";
import type { Json } from "../../core/json.ts";

const SUM_DIGITS = 8;
const SPACE = 32;
const LINE_FEED = 10;
const MOST_SCRATCH = 1 << 20;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

let scratch = new Uint8Array(1 << 12);

/** The line of `record`: a view that is good until the next call. */
export function encodeFrame(record: Json): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(record);
  // Three bytes a unit is the most that UTF-8 takes.
  const most = json.length * 3 + SUM_DIGITS + 2;
  if (scratch.length < most) scratch = new Uint8Array(most * 2);
  // One large record is no reason to keep its room for ever.
  else if (scratch.length > MOST_SCRATCH && most < MOST_SCRATCH) scratch = new Uint8Array(MOST_SCRATCH);
  const { written } = encoder.encodeInto(json, scratch.subarray(SUM_DIGITS + 1));
  const end = SUM_DIGITS + 1 + written;
  scratch[SUM_DIGITS] = SPACE;
  scratch[end] = LINE_FEED;
  encoder.encodeInto(sumOf(scratch.subarray(SUM_DIGITS + 1, end)), scratch);
  return scratch.subarray(0, end + 1);
}

/** What a log holds up to its first line that is torn or damaged. */
export interface Frames {
  readonly records: readonly Json[];
  /** How many bytes the good lines take. */
  readonly goodBytes: number;
  /** True where a good line follows a bad one: then it was not a torn end, the disk or someone has changed the log. */
  readonly isDamaged: boolean;
}

/** Reads a log. Never throws: whatever the bytes are, what is good before the first bad line is given. */
export function decodeFrames(bytes: Uint8Array): Frames {
  const records: Json[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(LINE_FEED, at);
    const record = end < 0 ? undefined : decodeLine(bytes.subarray(at, end));
    if (record === undefined) break;
    records.push(record.value);
    at = end + 1;
  }
  return { records, goodBytes: at, isDamaged: hasGoodLine(bytes, at) };
}

function hasGoodLine(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(LINE_FEED, from) + 1; at > 0 && at < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (end < 0) return false;
    if (decodeLine(bytes.subarray(at, end)) !== undefined) return true;
    at = end + 1;
  }
  return false;
}

function decodeLine(line: Uint8Array): { readonly value: Json } | undefined {
  if (line.length <= SUM_DIGITS + 1 || line[SUM_DIGITS] !== SPACE) return undefined;
  const body = line.subarray(SUM_DIGITS + 1);
  try {
    if (decoder.decode(line.subarray(0, SUM_DIGITS)) !== sumOf(body)) return undefined;
    return { value: JSON.parse(decoder.decode(body)) as Json };
  } catch {
    return undefined;
  }
}

function sumOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(SUM_DIGITS, "0");
}
