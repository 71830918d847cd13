/**
 * Where content is cut, so that versions of a large file share what did not change: a rolling hash of the last bytes
 * decides, not their place (FastCDC: Xia et al., USENIX ATC 2016, with normalised chunking). Deterministic for ever:
 * equal content is cut alike by every version of the program.
 *
 * @module
 */

export const MIN_CHUNK_BYTES = 16 * 1024;
export const AVERAGE_CHUNK_BYTES = 64 * 1024;
export const MAX_CHUNK_BYTES = 256 * 1024;

/** Cuts are rarer before the average size (17 bits must be 0) than after it (14). The upper bits know most bytes. */
const BEFORE_AVERAGE = 0xffff_8000 | 0;
const AFTER_AVERAGE = 0xfffc_0000 | 0;

const gear = gearTable();

/** 256 fixed random words (mulberry32 of seed 1). */
function gearTable(): Uint32Array {
  let state = 1;
  return Uint32Array.from({ length: 256 }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  });
}

/** The end of the chunk that begins at `start`, at most at the end of `bytes`. */
export function chunkEnd(bytes: Uint8Array, start: number): number {
  const left = bytes.length - start;
  if (left <= MIN_CHUNK_BYTES) return bytes.length;
  const average = start + Math.min(left, AVERAGE_CHUNK_BYTES);
  const end = start + Math.min(left, MAX_CHUNK_BYTES);
  let hash = 0;
  let at = start + MIN_CHUNK_BYTES;
  for (; at < average; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0;
    if ((hash & BEFORE_AVERAGE) === 0) return at + 1;
  }
  for (; at < end; at++) {
    hash = ((hash << 1) + gear[bytes[at]!]!) | 0;
    if ((hash & AFTER_AVERAGE) === 0) return at + 1;
  }
  return end;
}

/** The pieces of `bytes`, views into it, in order; one empty piece for nothing. */
export function* chunksOf(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    const end = chunkEnd(bytes, start);
    yield bytes.subarray(start, end);
    start = end;
  }
}
