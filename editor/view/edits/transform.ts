/**
 * Edits that change text into other text: case, numbers.
 *
 * @module
 */

import { type Delta, DeltaBuilder } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import type { Reader } from "../reader.ts";
import { maxOf, minOf, type Region } from "../selection.ts";
import { wordAfter, wordAt } from "../words.ts";

/** What is selected, changed by `change`. */
export function transformRegions(
  text: Rope,
  regions: readonly Region[],
  change: (text: string) => string,
): Delta {
  const builder = new DeltaBuilder(text.length);
  for (const region of regions) {
    const content = text.sliceString(minOf(region), maxOf(region));
    builder.replace(minOf(region), maxOf(region), change(content));
  }
  return builder.build();
}

/** Every word that a region touches begins with a capital and goes on small. */
export function capitalize(reader: Reader, regions: readonly Region[]): Delta {
  const { text } = reader;
  const builder = new DeltaBuilder(text.length);
  let last = 0;
  for (const region of regions) {
    let at: number | undefined = minOf(region);
    while (at !== undefined) {
      const [start, end] = wordAt(reader, at);
      if (start >= last && start < end) {
        builder.replace(start, end, capitalized(text.sliceString(start, end)));
        last = end;
      }
      at = end > maxOf(region) ? undefined : wordAfter(reader, end);
    }
  }
  return builder.build();
}

function capitalized(word: string): string {
  const [first = ""] = word;
  return first.toUpperCase() + word.slice(first.length).toLowerCase();
}

/** `chars` in the case of `model`: all capitals, or a capital first; as it is for anything else. */
export function caseLike(model: string, chars: string): string {
  const [first = ""] = model;
  const isUpper = (text: string) => text === text.toUpperCase() && text !== text.toLowerCase();
  if (!isUpper(first)) return chars;
  if (isUpper(model) && [...model].length > 1) return chars.toUpperCase();
  const [head = ""] = chars;
  return head.toUpperCase() + chars.slice(head.length);
}

const NUMBER = /^[+-]?\d+$/;
/** Zeros before a number do not count; more digits than this are no number. */
const MOST_DIGITS = 1000;
const LOWEST = -(2n ** 127n);
const HIGHEST = 2n ** 127n - 1n;

/** The whole number at each region's active end, by `by` larger; others stay, and those that would leave 128 bits. */
export function changeNumbers(reader: Reader, regions: readonly Region[], by: bigint): Delta {
  const { text } = reader;
  const builder = new DeltaBuilder(text.length);
  let last = 0;
  for (const region of regions) {
    const [word, end] = wordAt(reader, region.end);
    const start = word > 0 && reader.unit(word - 1) === 0x2d ? word - 1 : word;
    if (start < last || end - start > MOST_DIGITS) continue;
    const digits = text.sliceString(start, end);
    if (!NUMBER.test(digits)) continue;
    const number = digits.startsWith("+") ? BigInt(digits.slice(1)) : BigInt(digits);
    if (number < LOWEST || number > HIGHEST || number + by < LOWEST || number + by > HIGHEST) continue;
    builder.replace(start, end, String(number + by));
    last = end;
  }
  return builder.build();
}
