/**
 * Edits that put text where the carets are.
 *
 * @module
 */

import { type Delta, DeltaBuilder } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import { maxOf, minOf, type Region } from "../selection.ts";

/** Every region becomes `chars`. */
export function insert(text: Rope, regions: readonly Region[], chars: string): Delta {
  const builder = new DeltaBuilder(text.length);
  for (const region of regions) builder.replace(minOf(region), maxOf(region), chars);
  return builder.build();
}

/** The n-th region becomes the n-th of `lines`; regions without one stay. */
export function insertLines(text: Rope, regions: readonly Region[], lines: readonly string[]): Delta {
  const builder = new DeltaBuilder(text.length);
  regions.forEach((region, index) => {
    const line = lines[index];
    if (line !== undefined) builder.replace(minOf(region), maxOf(region), line);
  });
  return builder.build();
}

/** `before` and `after` around every region. */
export function surround(text: Rope, regions: readonly Region[], before: string, after: string): Delta {
  const builder = new DeltaBuilder(text.length);
  for (const region of regions) {
    builder.replace(minOf(region), minOf(region), before);
    builder.replace(maxOf(region), maxOf(region), after);
  }
  return builder.build();
}

/** The lines of `chars`; a line ending at its end begins no further one. */
export function linesIn(chars: string): string[] {
  const lines = chars.split("\n");
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  return lines.map((line) => line.endsWith("\r") ? line.slice(0, -1) : line);
}

/** The text of the regions that are no carets, one after another with line feeds between; undefined where all are carets. */
export function extract(text: Rope, regions: readonly Region[]): string | undefined {
  const parts: string[] = [];
  for (const region of regions) {
    if (region.start !== region.end) parts.push(text.sliceString(minOf(region), maxOf(region)));
  }
  return parts.length === 0 ? undefined : parts.join("\n");
}
