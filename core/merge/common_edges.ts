/**
 * What several texts begin and end with, in whole lines: found by comparing long pieces, so that large texts with small differences
 * cost little.
 *
 * @module
 */

const STEP = 1 << 15;

/** How many units all texts begin with and, of the rest, end with; both counts stop at line borders. */
export function commonEdges(
  first: string,
  others: readonly string[],
): { readonly start: number; readonly end: number } {
  let start = first.length;
  for (const other of others) start = Math.min(start, commonStart(first, other, start));
  // A line belongs to what is common only whole.
  start = start === 0 ? 0 : first.lastIndexOf("\n", start - 1) + 1;
  let end = first.length - start;
  for (const other of others) {
    end = Math.min(end, commonEnd(first, other, Math.min(end, other.length - start)));
  }
  // The line feed before the first whole line has to be common, too.
  const border = first.indexOf("\n", first.length - end);
  return { start, end: border === -1 ? 0 : first.length - border - 1 };
}

function commonStart(a: string, b: string, most: number): number {
  const limit = Math.min(a.length, b.length, most);
  let at = 0;
  while (at < limit) {
    const to = Math.min(limit, at + STEP);
    if (a.slice(at, to) !== b.slice(at, to)) break;
    at = to;
  }
  while (at < limit && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonEnd(a: string, b: string, most: number): number {
  let size = 0;
  while (size < most) {
    const to = Math.min(most, size + STEP);
    if (a.slice(a.length - to, a.length - size) !== b.slice(b.length - to, b.length - size)) break;
    size = to;
  }
  while (size < most && a.charCodeAt(a.length - size - 1) === b.charCodeAt(b.length - size - 1)) size++;
  return size;
}
