/**
 * What every author did, in the order in which it came here, as runs: one local version number (LV) for each unit inserted or
 * deleted and for each toggle of an undo group. Positions are those of the text the author saw at that moment.
 *
 * Typing on and deleting on extend the last run, so a history costs memory by the run, not by the keystroke. Deletes keep the text
 * they took away.
 *
 * @module
 */

export const INSERT = 0;
/** Unit by unit at the same place. */
export const DELETE = 1;
/** Unit by unit towards the start: the first LV is the last unit in the text. */
export const DELETE_BACK = 2;
/** Of an undo group; `at` is the index of the toggle in `UndoGroups`. */
export const TOGGLE = 3;

/** Where a part of a run stands: a view on the log that is filled anew by each `part`. */
export interface OpPart {
  kind: number;
  at: number;
  length: number;
}

export class OpLog {
  /** First LV of each run. */
  start: number[] = [];
  kind: number[] = [];
  at: number[] = [];
  length: number[] = [];
  /** What was inserted or deleted, in the order of the text. */
  text: string[] = [];
  /** The LV the next operation gets. */
  end = 0;
  /** Whether the next operation may extend the last run. */
  #open = false;

  /** The next operation begins a run of its own: its positions belong to another version. */
  close(): void {
    this.#open = false;
  }

  insert(at: number, text: string): void {
    const last = this.start.length - 1;
    if (this.#open && this.kind[last] === INSERT && this.at[last]! + this.length[last]! === at) {
      this.text[last] += text;
      this.length[last]! += text.length;
      this.end += text.length;
      return;
    }
    this.#push(INSERT, at, text.length, text);
  }

  /** `text` is what stood from `at` on. */
  remove(at: number, text: string): void {
    const last = this.start.length - 1;
    if (this.#open && last >= 0) {
      const kind = this.kind[last]!;
      const length = this.length[last]!;
      if (kind === DELETE && this.at[last] === at) {
        this.text[last] += text;
        this.length[last] = length + text.length;
        this.end += text.length;
        return;
      }
      if ((kind === DELETE_BACK || (kind === DELETE && length === 1)) && at + text.length === this.at[last]) {
        this.kind[last] = DELETE_BACK;
        this.text[last] = text + this.text[last]!;
        this.at[last] = at;
        this.length[last] = length + text.length;
        this.end += text.length;
        return;
      }
    }
    this.#push(DELETE, at, text.length, text);
  }

  /** A delete whose text is not known yet; `setText` follows. */
  removeUnknown(at: number, length: number): void {
    this.#push(DELETE, at, length, "");
  }

  toggle(index: number): void {
    this.#push(TOGGLE, index, 1, "");
  }

  /** The run that holds `lv`. */
  runOf(lv: number): number {
    const { start } = this;
    let low = 0;
    let high = start.length - 1;
    if (start[high]! <= lv) return high;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (start[middle]! <= lv) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The text of `length` units inserted from `lv` on, which may lie in several runs. */
  inserted(lv: number, length: number): string {
    let text = "";
    let at = lv;
    for (let run = this.runOf(lv); at < lv + length; run++) {
      const offset = at - this.start[run]!;
      const part = this.text[run]!.slice(offset, offset + lv + length - at);
      text += part;
      at += part.length;
    }
    return text;
  }

  /** Where the part of `run` from LV `from` to `to` stands, once what is before it in the run is done. */
  part(run: number, from: number, to: number, into: OpPart): void {
    const offset = from - this.start[run]!;
    const kind = this.kind[run]!;
    into.kind = kind;
    into.length = to - from;
    if (kind === INSERT) into.at = this.at[run]! + offset;
    else if (kind === DELETE_BACK) into.at = this.at[run]! + this.length[run]! - offset - (to - from);
    else into.at = this.at[run]!;
  }

  /** The text of the part of `run` from LV `from` to `to`, in the order of the text. */
  partText(run: number, from: number, to: number): string {
    const offset = from - this.start[run]!;
    const text = this.text[run]!;
    if (this.kind[run] === DELETE_BACK) {
      return text.slice(this.length[run]! - offset - (to - from), this.length[run]! - offset);
    }
    return to - from === text.length ? text : text.slice(offset, offset + to - from);
  }

  /** Forgets every operation from `lv` on, which must begin a run. */
  truncate(lv: number): void {
    let runs = this.start.length;
    while (runs > 0 && this.start[runs - 1]! >= lv) runs--;
    for (const column of [this.start, this.kind, this.at, this.length]) column.length = runs;
    this.text.length = runs;
    this.end = lv;
    this.close();
  }

  /** Forgets every operation before `lv`. */
  drop(lv: number): void {
    if (this.start.length === 0 || lv <= this.start[0]!) return;
    if (lv >= this.end) return this.#clear();
    const run = this.runOf(lv);
    if (this.start[run]! < lv) {
      const part = { kind: 0, at: 0, length: 0 };
      const end = this.start[run]! + this.length[run]!;
      this.part(run, lv, end, part);
      this.text[run] = this.partText(run, lv, end);
      this.at[run] = part.at;
      this.length[run] = part.length;
      this.start[run] = lv;
    }
    this.start = this.start.slice(run);
    this.kind = this.kind.slice(run);
    this.at = this.at.slice(run);
    this.length = this.length.slice(run);
    this.text = this.text.slice(run);
  }

  #clear(): void {
    this.start = [];
    this.kind = [];
    this.at = [];
    this.length = [];
    this.text = [];
    this.close();
  }

  #push(kind: number, at: number, length: number, text: string): void {
    const last = this.text.length - 1;
    // A text put together from keystrokes is a chain of pieces; reading it makes it one string.
    if (last >= 0 && this.length[last]! > 1) this.text[last]!.charCodeAt(0);
    this.start.push(this.end);
    this.kind.push(kind);
    this.at.push(at);
    this.length.push(length);
    this.text.push(text);
    this.end += length;
    this.#open = true;
  }
}
