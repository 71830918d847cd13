/**
 * Indentation: tabs typed, lines moved in and out.
 *
 * @module
 */

import { type Delta, DeltaBuilder } from "../../text/delta.ts";
import type { Rope } from "../../text/rope.ts";
import { maxOf, minOf, type Region } from "../selection.ts";
import { lineRange, linesOf } from "./line_ranges.ts";

/** What the settings say of tabs. */
export interface TabRules {
  /** Columns. */
  readonly size: number;
  /** Whether spaces are written in place of tab characters. */
  readonly spaces: boolean;
  /** Whether backspace takes a tab stop's worth of spaces. */
  readonly stops: boolean;
}

function tabText({ size, spaces }: TabRules, width = size): string {
  return spaces ? " ".repeat(width) : "\t";
}

/** The tab key: a region of several lines is indented, any other one replaced by what leads to the next tab stop. */
export function insertTab(text: Rope, regions: readonly Region[], tabs: TabRules): Delta {
  const changes: { from: number; to: number; insert: string }[] = [];
  let indented = -1;
  for (const region of regions) {
    const [first, end] = lineRange(text, region);
    if (end - first > 1) {
      for (let line = Math.max(first, indented + 1); line < end; line++) {
        const start = text.lineStart(line);
        changes.push({ from: start, to: start, insert: tabText(tabs) });
        indented = line;
      }
    } else {
      const start = text.lineStart(text.lineAt(region.start));
      const column = text.bytesAt(region.start) - text.bytesAt(start);
      const insert = tabText(tabs, tabs.size - column % tabs.size);
      changes.push({ from: minOf(region), to: maxOf(region), insert });
    }
  }
  // A region may begin on a line that a caret before it is on: the start of that line comes first.
  changes.sort((a, b) => a.from - b.from);
  const builder = new DeltaBuilder(text.length);
  let last = 0;
  for (const { from, to, insert } of changes) {
    if (from >= last) builder.replace(from, to, insert);
    last = Math.max(last, to);
  }
  return builder.build();
}

/** Whether the tab key is about lines for these regions: it counts as indentation then. */
export function tabIndents(text: Rope, regions: readonly Region[]): boolean {
  const [first, end] = lineRange(text, regions[0] as Region);
  return regions.length > 1 || end - first > 1;
}

/** One tab at the start of every line the regions touch. */
export function indent(text: Rope, regions: readonly Region[], tabs: TabRules): Delta {
  const builder = new DeltaBuilder(text.length);
  for (const line of linesOf(text, regions)) {
    const start = text.lineStart(line);
    builder.replace(start, start, tabText(tabs));
  }
  return builder.build();
}

const BLANKS = /^[^\S\r]*/;

/** One tab less at the start of every line the regions touch, or as much of one as there is. */
export function outdent(text: Rope, regions: readonly Region[], tabs: TabRules): Delta {
  const tab = tabText(tabs);
  const builder = new DeltaBuilder(text.length);
  for (const line of linesOf(text, regions)) {
    const start = text.lineStart(line);
    const head = text.sliceString(start, text.snap(Math.min(start + tab.length, text.lineEnd(line))));
    const blank = (BLANKS.exec(head) as RegExpExecArray)[0].length;
    // A head of blanks that is no tab is left alone, unless there is nothing else on the line.
    const isPart = blank < head.length || head.length < tab.length;
    if (head === tab || isPart) builder.replace(start, start + (head === tab ? tab.length : blank), "");
  }
  return builder.build();
}
