/**
 * The lines as they are shown: those of the text, further broken where they are wrapped. Line numbers are from 0.
 *
 * Invariants: V1. no soft break falls on the start of a line of the text; V2. outside the ranges in `tasks` the breaks are those of wrapping
 * everything anew (law W1 of `wrap.ts` is what lets an edit re-wrap only around itself).
 *
 * @module
 */

import { Breaks } from "../text/breaks.ts";
import { countNewlines } from "../text/measure.ts";
import type { Rope } from "../text/rope.ts";
import { graphemeBefore, graphemeFloor } from "./graphemes.ts";
import { Reader } from "./reader.ts";
import type { Ruler } from "./ruler.ts";
import { LineWrap, unknownStretches } from "./wrap.ts";
import { WrapTasks } from "./wrap_tasks.ts";

/** One line as shown. */
export interface VisualLine {
  readonly start: number;
  /** Behind its line feed, if it has one. */
  readonly end: number;
  /** The number of the text's line, from 0; only on its first visual line. */
  readonly logical: number | undefined;
}

/** Which lines as shown were replaced: `removed` from `start` on, by `added`. */
export interface LineChange {
  readonly start: number;
  readonly removed: number;
  readonly added: number;
}

/** What an edit replaced, as `Delta.summary` says. */
export interface EditedRange {
  readonly from: number;
  readonly to: number;
  readonly newLength: number;
}

const BATCH_LINES = 500;
/** A paragraph with more lines than this is told by what really changed in it; a shorter one as a whole, as the protocol's core does. */
const LONG_PARAGRAPH = 200;
/** Offsets further apart than this are looked up one by one. */
const SPARSE_UNITS = 2000;
/** The most stretches whose widths are asked for at once: the protocol's. */
const MOST_STRETCHES = 10_000;

export class Lines {
  readonly #breaks = new Breaks();
  readonly #tasks = new WrapTasks();
  #ruler: Ruler | undefined;

  /** Whether wrapping has nothing left to do. */
  get isConverged(): boolean {
    return this.#ruler === undefined || this.#tasks.isDone;
  }

  get isWrapped(): boolean {
    return this.#ruler !== undefined;
  }

  /** Wraps by another ruler, or not at all. Breaks stay until they are made anew where only the limit changes. */
  setRuler(text: Rope, ruler: Ruler | undefined): void {
    if (ruler === undefined || this.#ruler?.isColumns !== ruler.isColumns) this.#breaks.clear();
    this.#ruler = ruler;
    this.#tasks.clear();
    if (ruler !== undefined) this.#tasks.add(0, text.length);
  }

  /** How many lines are shown. */
  count(text: Rope): number {
    return text.lines + this.#breaks.length;
  }

  /** The line that shows `offset`; at a break, the later one. */
  lineAt(text: Rope, offset: number): number {
    return text.lineAt(offset) + (this.#ruler === undefined ? 0 : this.#breaks.count(offset));
  }

  /** The lines of ascending offsets. Many close together are found in one pass over the text between them. */
  linesAt(text: Rope, offsets: readonly number[]): number[] {
    const last = offsets.at(-1);
    if (last === undefined) return [];
    const first = offsets[0] as number;
    if ((last - first) / offsets.length > SPARSE_UNITS) {
      return offsets.map((offset) => this.lineAt(text, offset));
    }
    const lines: number[] = [];
    let line = text.lineAt(first);
    let start = first;
    let next = 0;
    for (const chunk of text.chunks(first, last)) {
      let counted = 0;
      for (; next < offsets.length && (offsets[next] as number) < start + chunk.length; next++) {
        const at = (offsets[next] as number) - start;
        line += countNewlines(chunk, counted, at);
        counted = at;
        lines.push(line);
      }
      line += countNewlines(chunk, counted, chunk.length);
      start += chunk.length;
    }
    for (; next < offsets.length; next++) lines.push(line);
    if (this.#breaks.length === 0) return lines;
    return lines.map((number, index) => number + this.#breaks.count(offsets[index] as number));
  }

  /** Where a line begins; the end of the text for lines past the last. */
  lineStart(text: Rope, line: number): number {
    if (line >= this.count(text)) return text.length;
    if (this.#breaks.length === 0) return text.lineStart(line);
    // The last line of the text that begins at or before the one asked for.
    let low = 0;
    let high = Math.min(line, text.lines - 1) + 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (middle + this.#breaks.count(text.lineStart(middle)) <= line) low = middle;
      else high = middle;
    }
    const start = text.lineStart(low);
    const before = this.#breaks.count(start);
    const rest = line - low - before;
    return rest === 0 ? start : this.#breaks.at(before + rest - 1) ?? text.length;
  }

  /** Line and column (UTF-8 bytes) of `offset`. */
  place(text: Rope, offset: number): readonly [line: number, column: number] {
    const line = this.lineAt(text, offset);
    return [line, text.bytesAt(offset) - text.bytesAt(this.lineStart(text, line))];
  }

  /** The offset at a line and column (UTF-8 bytes): brought into the line and to the start of a grapheme cluster. */
  offsetAt(reader: Reader, line: number, column: number): number {
    const { text } = reader;
    const bytes = text.bytesAt(this.lineStart(text, line)) + column;
    let offset = text.length;
    if (bytes >= text.bytes) {
      if (this.lineAt(text, offset) <= line) return offset;
    } else offset = graphemeFloor(reader, text.offsetOfBytes(bytes));
    const next = this.lineStart(text, line + 1);
    return offset >= next ? graphemeBefore(reader, next) ?? offset : offset;
  }

  /** The line of the text that the visual line `line` is part of, with its line feed. */
  paragraphAt(text: Rope, line: number): readonly [start: number, end: number] {
    const logical = text.lineAt(this.lineStart(text, line));
    return [text.lineStart(logical), text.lineStart(logical + 1)];
  }

  /** At most `most` lines from `line` on. */
  *from(text: Rope, line: number, most: number): Generator<VisualLine, void, undefined> {
    const total = this.count(text);
    let start = this.lineStart(text, line);
    let logical = text.lineAt(start);
    let soft = this.#breaks.count(start);
    let nextLogical = text.lineStart(logical + 1);
    let isFirst = start === text.lineStart(logical);
    for (let at = line; at < Math.min(total, line + most); at++) {
      const next = this.#breaks.at(soft) ?? Infinity;
      const isSoft = next < nextLogical;
      const end = isSoft ? next : nextLogical;
      yield { start, end, logical: isFirst ? logical : undefined };
      if (isSoft) soft++;
      else if (++logical < text.lines) nextLogical = text.lineStart(logical + 1);
      isFirst = !isSoft;
      start = end;
    }
  }

  /** Whether lines `first` to `last` hold what is not wrapped yet. */
  needsWrap(text: Rope, first: number, last: number): boolean {
    if (this.isConverged) return false;
    return this.#tasks.overlaps(this.lineStart(text, first), this.lineStart(text, last));
  }

  /** The stretches whose widths have to be asked for before `wrapSome` can go on; none where it can. */
  unknown(text: Rope, firstVisible: number): string[] {
    const task = this.#nextTask(text, firstVisible);
    if (task === undefined || this.#ruler === undefined) return [];
    return unknownStretches(text, task.start, this.#ruler, MOST_STRETCHES);
  }

  /**
   * Wraps the next batch: what is visible first, at least a screen, in whole paragraphs where they are not endless. Undefined where there is
   * nothing to do.
   */
  wrapSome(
    text: Rope,
    firstVisible: number,
    height: number,
    most: number = BATCH_LINES,
  ): LineChange | undefined {
    const ruler = this.#ruler;
    const task = this.#nextTask(text, firstVisible);
    if (ruler === undefined || task === undefined) return undefined;
    const batch = Math.max(most, height);
    let unknown = false;
    const wrap = new LineWrap(text, task.start, ruler, () => unknown = true);
    const found: number[] = [];
    let end = task.start;
    for (let lines = 0;; lines++) {
      const next = wrap.next();
      // A front end that has not told its widths yet is asked before the next batch.
      if (unknown && lines > height) break;
      end = next ?? text.length;
      const isHard = next === undefined || text.charCodeAt(end - 1) === 0x0a;
      if (!isHard) found.push(end);
      if ((isHard && lines > batch) || lines > batch * 8) break;
      if (end >= task.end && (isHard || this.#isBreak(end))) break;
    }
    const start = this.lineAt(text, task.start);
    const from = this.#breaks.count(task.start);
    const to = this.#breaks.count(end);
    const hard = text.lineAt(end) - text.lineAt(task.start) + 1;
    this.#breaks.splice(from, to, found, 0);
    this.#tasks.remove(task.start, end);
    return { start, removed: to - from + hard, added: found.length + hard };
  }

  /** Follows an edit. Undefined where too much is unknown to say which lines changed. */
  edit(text: Rope, before: Rope, edited: EditedRange): LineChange | undefined {
    const { from, to, newLength } = edited;
    const first = text.lineAt(from);
    const oldLast = before.lineAt(to);
    const newLast = text.lineAt(from + newLength);
    if (this.#ruler === undefined) {
      return { start: first, removed: oldLast - first + 1, added: newLast - first + 1 };
    }
    const shift = newLength - (to - from);
    const wasConverged = this.isConverged;
    this.#tasks.edit(from, to, newLength);
    const start = text.lineStart(first);
    const end = text.lineStart(newLast + 1);
    const change = this.#rewrap(text, start, end, edited, shift, oldLast - first + 1, newLast - first + 1);
    return wasConverged ? change : undefined;
  }

  /** Wraps the paragraphs `start` to `end` of `text` anew, as far as the edit has an effect. */
  #rewrap(
    text: Rope,
    start: number,
    end: number,
    edited: EditedRange,
    shift: number,
    oldHard: number,
    newHard: number,
  ): LineChange {
    const { from, to, newLength } = edited;
    const breaks = this.#breaks;
    const first = breaks.count(start); // the first break inside
    const last = breaks.count(end - shift); // the first behind
    // Two lines up: the edit may let the first stretch of its line move up, or change the break before it.
    const restart = Math.max(first, breaks.count(from) - 2);
    const origin = restart === first ? start : breaks.at(restart - 1) as number;
    let unknown = false;
    const wrap = new LineWrap(text, origin, this.#ruler as Ruler, () => unknown = true);
    const found: number[] = [];
    let old = restart;
    let rejoined = last;
    for (let next = wrap.next(); next !== undefined && next < end; next = wrap.next()) {
      if (next >= from + newLength) {
        while (old < last && (breaks.at(old) as number) + shift < next) old++;
        const known = breaks.at(old);
        if (old < last && known !== undefined && known >= to && known + shift === next) {
          // Behind a line feed that came with the edit the old break is no longer one.
          rejoined = text.charCodeAt(next - 1) === 0x0a ? old + 1 : old;
          break;
        }
      }
      if (text.charCodeAt(next - 1) !== 0x0a) found.push(next);
    }
    const removedSoft = last - first;
    const oldStart = text.lineAt(start) + first;
    breaks.splice(restart, rejoined, found, shift);
    if (this.#tasks.overlaps(start, end)) this.#tasks.add(start, end);
    else if (unknown) this.#tasks.add(origin, end);
    const removed = oldHard + removedSoft;
    const kept = last - rejoined;
    const added = newHard + (restart - first) + found.length + kept;
    if (removed <= LONG_PARAGRAPH) return { start: oldStart, removed, added };
    const above = restart - first;
    return { start: oldStart + above, removed: removed - above - kept, added: added - above - kept };
  }

  #isBreak(offset: number): boolean {
    return this.#breaks.at(this.#breaks.count(offset) - 1) === offset;
  }

  #nextTask(text: Rope, firstVisible: number): { readonly start: number; readonly end: number } | undefined {
    if (this.isConverged) return undefined;
    const visible = this.lineStart(text, firstVisible);
    return this.#tasks.next(text.lineStart(text.lineAt(visible)));
  }
}
