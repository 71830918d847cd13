/** Unix times as the eight bytes in which tables hold them. @module */

/** `at` in Unix milliseconds. */
export function timeBytes(at: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, at);
  return bytes;
}

/** The time; undefined where there is none. */
export function timeOf(bytes: Uint8Array | undefined): number | undefined {
  return bytes && new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0);
}
