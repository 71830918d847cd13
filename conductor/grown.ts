/** Arrays of numbers that grow. @module */

/** `values` itself where it has room for `length`, else a copy twice as long with `fill` behind. */
export function grown(values: Float64Array, length: number, fill: number): Float64Array {
  if (length <= values.length) return values;
  const copy = new Float64Array(Math.max(length, values.length * 2)).fill(fill);
  copy.set(values);
  return copy;
}
