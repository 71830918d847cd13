/**
 * The difference of two texts by lines, with unchanged lines around each change, as `diff -u` prints it.
 *
 * @module
 */

import { diffSequences, type Hunk } from "./sequence_diff.ts";
import { PartNumbers } from "./text_parts.ts";

/** Lines that belong together: changed ones and those around them. */
export interface LineHunk {
  /** Of the old text: the first line, from 1, and how many. */
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** Without their line feeds. */
  readonly lines: readonly { readonly sign: " " | "-" | "+"; readonly text: string }[];
}

/** The changed places with `around` unchanged lines on either side; none where the texts are equal. */
export function diffLines(from: string, to: string, around = 3): readonly LineHunk[] {
  const numbers = new PartNumbers();
  const [a, b] = [numbers.lines(from), numbers.lines(to)];
  const groups: Hunk[][] = [];
  for (const hunk of diffSequences(a.ids, b.ids)) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && hunk.aFrom - last.aTo <= 2 * around) groups.at(-1)?.push(hunk);
    else groups.push([hunk]);
  }
  const oldLine = (at: number) => lineOf(from, a.starts, at);
  const newLine = (at: number) => lineOf(to, b.starts, at);
  return groups.map((hunks) => hunkOf(hunks, a.ids.length, around, oldLine, newLine));
}

function hunkOf(
  hunks: readonly Hunk[],
  length: number,
  around: number,
  oldLine: (at: number) => string,
  newLine: (at: number) => string,
): LineHunk {
  const [first, last] = [hunks[0] as Hunk, hunks.at(-1) as Hunk];
  const before = Math.min(around, first.aFrom);
  const after = Math.min(around, length - last.aTo);
  const lines: LineHunk["lines"][number][] = [];
  let at = first.aFrom - before;
  const same = (end: number) => {
    for (; at < end; at++) lines.push({ sign: " ", text: oldLine(at) });
  };
  for (const { aFrom, aTo, bFrom, bTo } of hunks) {
    same(aFrom);
    for (; at < aTo; at++) lines.push({ sign: "-", text: oldLine(at) });
    for (let added = bFrom; added < bTo; added++) lines.push({ sign: "+", text: newLine(added) });
  }
  same(last.aTo + after);
  const [oldLines, newLines] = ["-", "+"].map((sign) =>
    lines.filter((line) => line.sign === sign || line.sign === " ").length
  );
  return {
    oldStart: first.aFrom - before + (oldLines === 0 ? 0 : 1),
    oldLines: oldLines as number,
    newStart: first.bFrom - before + (newLines === 0 ? 0 : 1),
    newLines: newLines as number,
    lines,
  };
}

function lineOf(text: string, starts: Int32Array, at: number): string {
  return text.slice(starts[at], starts[at + 1]).replace(/\n$/, "");
}
