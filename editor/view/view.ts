/**
 * One view of a buffer: what is selected, what is visible, how lines are wrapped, what was searched for, and what the front end knows
 * of it. Pure: it is told what happens and says what to draw (`render.ts`).
 *
 * Invariant: the selection is never empty.
 *
 * @module
 */

import type { BufferChange } from "../buffers.ts";
import type { Rope } from "../text/rope.ts";
import type { RegexCompiler } from "./find/query.ts";
import { Search } from "./find/search.ts";
import { CURSOR, LineShadow, STYLES } from "./line_shadow.ts";
import { type LineChange, Lines } from "./lines.ts";
import type { Ground } from "./movement.ts";
import { Reader } from "./reader.ts";
import type { Ruler } from "./ruler.ts";
import { caret, type Drift, isCaret, maxOf, minOf, Selection } from "./selection.ts";
import type { Granularity } from "./events.ts";

/** Where a drag began: the unit under the pointer then, and the regions that stay. */
export interface DragOrigin {
  readonly base: Selection;
  readonly min: number;
  readonly max: number;
  readonly granularity: Granularity;
}

/** A replacement, and whether the front end has been told. */
export interface Replacement {
  readonly chars: string;
  readonly preserveCase: boolean;
}

/** Until the front end says how many lines are visible. */
const FIRST_HEIGHT = 10;

export class View {
  readonly id: string;
  readonly lines: Lines = new Lines();
  readonly shadow: LineShadow = new LineShadow();
  readonly search: Search;
  #text: Rope;
  #reader: Reader;
  selection: Selection = Selection.of(caret(0));
  /** The first visible line. */
  firstLine = 0;
  /** Visible lines. */
  height = FIRST_HEIGHT;
  /** Pixels, for wrapping. */
  width = 0;
  /** The visible columns (UTF-8 bytes), where the front end takes parts of long lines. */
  columns: readonly [from: number, to: number] = [0, 0];
  /** The offset to be scrolled to with the next update. */
  scrollTo: number | undefined = 0;
  drag: DragOrigin | undefined;
  highlightFind = false;
  replacement: Replacement | undefined;
  /** Whether the front end has yet to be told of the replacement. */
  replacementIsNews = false;

  constructor(id: string, text: Rope, compile: RegexCompiler) {
    this.id = id;
    this.#text = text;
    this.#reader = new Reader(text);
    this.search = new Search(compile);
    this.setDirty();
  }

  /** The newest text. */
  get text(): Rope {
    return this.#text;
  }

  get reader(): Reader {
    return this.#reader;
  }

  /** What movements depend on. */
  get ground(): Ground {
    return { reader: this.#reader, lines: this.lines, height: this.height };
  }

  /** How many lines are shown. */
  get lineCount(): number {
    return this.lines.count(this.#text);
  }

  /** The line that shows an offset. */
  lineAt(offset: number): number {
    return this.lines.lineAt(this.#text, offset);
  }

  /** The front end has to be given every line anew. */
  setDirty(): void {
    this.shadow.invalidateAll(this.lineCount);
  }

  /** Selects, and scrolls to the last region. */
  select(selection: Selection): void {
    this.selectQuietly(selection);
    this.scrollToCaret();
  }

  /** Selects without scrolling. */
  selectQuietly(selection: Selection): void {
    this.#invalidateSelection();
    this.selection = selection;
    this.#invalidateSelection();
  }

  /** Makes the last region's active end visible. */
  scrollToCaret(): void {
    const { end } = this.selection.last;
    const line = this.lineAt(end);
    if (line < this.firstLine) this.firstLine = line;
    else if (this.firstLine + this.height <= line) this.firstLine = line - Math.max(0, this.height - 1);
    this.scrollTo = end;
  }

  /** The front end shows lines `first` to `last`. */
  scroll(first: number, last: number): void {
    this.firstLine = Math.max(0, first);
    this.height = Math.max(0, Math.max(0, last) - this.firstLine);
  }

  /** Wraps by another ruler, or not at all; `wrapSome` does the work. */
  setRuler(ruler: Ruler | undefined): void {
    this.lines.setRuler(this.#text, ruler);
  }

  /** Wraps the next batch of lines. False where there was nothing to do. */
  wrapSome(): boolean {
    const change = this.lines.wrapSome(this.#text, this.firstLine, this.height);
    if (change !== undefined) this.#linesChanged(change);
    return change !== undefined;
  }

  /** Whether something visible is not wrapped yet. */
  get needsWrap(): boolean {
    return this.lines.needsWrap(this.#text, this.firstLine, this.firstLine + this.height + 1);
  }

  /** Follows an edit of the buffer. */
  follow(change: BufferChange): void {
    const { delta, before, after, kind } = change;
    this.#text = after;
    this.#reader = new Reader(after);
    const summary = delta.summary();
    if (summary === undefined) return;
    const lines = this.lines.edit(after, before, summary);
    if (lines === undefined) this.setDirty();
    else this.#linesChanged(lines);
    this.drag = undefined;
    this.search.edit(delta, after);
    const drift: Drift = kind === "transpose" ? "inside" : kind === "surround" ? "outside" : "default";
    this.selection = this.selection.map(delta, true, drift);
    this.scrollToCaret();
  }

  /** What is between two offsets looks different. */
  invalidateStyles(from: number, to: number): void {
    const last = this.lineAt(to);
    const isWhole = this.lines.lineStart(this.#text, last) === to && to > from;
    this.shadow.invalidate(this.lineAt(from), isWhole ? last : last + 1, STYLES);
  }

  #linesChanged({ start, removed, added }: LineChange): void {
    this.shadow.edit(start, removed, added);
  }

  #invalidateSelection(): void {
    const { selection } = this;
    const first = this.lineAt(minOf(selection.first));
    const last = this.lineAt(maxOf(selection.last)) + 1;
    this.shadow.invalidate(first, last, selection.regions.every(isCaret) ? CURSOR : CURSOR | STYLES);
  }
}
