/**
 * The lines of the text that regions touch.
 *
 * @module
 */

import type { Rope } from "../../text/rope.ts";
import { maxOf, minOf, type Region } from "../selection.ts";

/** The lines `[first, end)` of a region; one that ends at the start of a line does not include that line. */
export function lineRange(text: Rope, region: Region): readonly [first: number, end: number] {
  const first = text.lineAt(minOf(region));
  const last = text.lineAt(maxOf(region));
  return last > first && text.lineStart(last) === maxOf(region) ? [first, last] : [first, last + 1];
}

/** All lines the regions touch, ascending, each once. */
export function linesOf(text: Rope, regions: readonly Region[]): number[] {
  const lines: number[] = [];
  for (const region of regions) {
    const [first, end] = lineRange(text, region);
    for (let line = Math.max(first, (lines.at(-1) ?? -1) + 1); line < end; line++) lines.push(line);
  }
  return lines;
}

/** Ranges `[first, end)` of lines with a region on them, those that touch united; the last line of a region counts always. */
export function lineSpans(text: Rope, regions: readonly Region[]): [first: number, end: number][] {
  const spans: [number, number][] = [];
  for (const region of regions) {
    const first = text.lineAt(minOf(region));
    const end = text.lineAt(maxOf(region)) + 1;
    const last = spans.at(-1);
    if (last !== undefined && first <= last[1]) last[1] = Math.max(last[1], end);
    else spans.push([first, end]);
  }
  return spans;
}
