/**
 * Turning lines into comments and back.
 *
 * @module
 */

import { Delta, DeltaBuilder } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import type { LineRange } from "./indent.ts";
import type { Language } from "./language.ts";

interface Line {
  readonly start: number;
  readonly text: string;
}

/**
 * Makes lines comments, or, if all that have text are comments already, takes the marks away. No change where the language has no
 * comments or there is no text.
 */
export function toggleComment(text: Rope, ranges: readonly LineRange[], language: Language): Delta {
  const mark = language.comments?.line;
  const block = language.comments?.block;
  const changes = new DeltaBuilder(text.length);
  const groups = ranges.map((range) => filled(text, range)).filter(({ length }) => length > 0);
  if (mark !== undefined) {
    const all = groups.flat();
    const isOff = all.every((line) => line.text.trimStart().startsWith(mark));
    const column = Math.min(...all.map((line) => leading(line.text)));
    for (const line of all) {
      if (isOff) unmark(changes, line.start + leading(line.text), line.text.trimStart(), mark);
      else changes.replace(line.start + column, line.start + column, `${mark} `);
    }
  } else if (block !== undefined) {
    const [open, close] = block;
    const isOff = groups.every((lines) =>
      lines[0]!.text.trimStart().startsWith(open) && lines.at(-1)!.text.trimEnd().endsWith(close)
    );
    for (const lines of groups) {
      const first = lines[0]!;
      const last = lines.at(-1)!;
      const start = first.start + leading(first.text);
      const end = last.start + last.text.trimEnd().length;
      if (isOff) unblock(changes, text, start, end, open, close);
      else changes.replace(start, start, `${open} `).replace(end, end, ` ${close}`);
    }
  } else return Delta.identity(text.length);
  return changes.build();
}

function filled(text: Rope, { first, end }: LineRange): Line[] {
  const lines: Line[] = [];
  for (let line = first; line < Math.min(end, text.lines); line++) {
    const start = text.lineStart(line);
    const content = text.sliceString(start, text.lineEnd(line));
    if (content.trim() !== "") lines.push({ start, text: content });
  }
  return lines;
}

function leading(line: string): number {
  return /^[ \t]*/.exec(line)![0].length;
}

function unmark(changes: DeltaBuilder, at: number, code: string, mark: string): void {
  const space = code[mark.length] === " " ? 1 : 0;
  changes.replace(at, at + mark.length + space, "");
}

function unblock(
  changes: DeltaBuilder,
  text: Rope,
  start: number,
  end: number,
  open: string,
  close: string,
): void {
  const inner = text.sliceString(start + open.length, end - close.length);
  const before = inner.startsWith(" ") ? 1 : 0;
  const after = inner.length > before && inner.endsWith(" ") ? 1 : 0;
  changes.replace(start, start + open.length + before, "");
  changes.replace(end - close.length - after, end, "");
}
