/**
 * What every author did, in the order in which it came here, as runs: one local version number (LV) for each unit inserted or
 * deleted and for each toggle of an undo group. Positions are those of the text the author saw at that moment.
 *
 * Typing on and deleting on extend the last run, so a history costs memory by the run and two bytes by the unit. Deletes keep the
 * text they took away.
 *
 * @module
 */

import { UnitStore } from "./unit_store.ts";

export const INSERT = 0;
/** Unit by unit at the same place. */
export const DELETE = 1;
/** Unit by unit towards the start: the first LV is the last unit in the text. */
export const DELETE_BACK = 2;
/** Of an undo group; `at` is the index of the toggle in `Toggles`. */
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
  /** The LV the next operation gets. */
  end = 0;
  /** From here on the text of deletes is not known yet: they are being merged. */
  unknownFrom = Infinity;
  /** What was inserted or deleted, by LV. */
  readonly #units = new UnitStore();
  /** Whether the next operation may extend the last run. */
  #open = false;
  /** Where an insert extends the last run; -1 where none does. */
  #next = -1;

  /** The next operation begins a run of its own: its positions belong to another version. */
  close(): void {
    this.#open = false;
    this.#next = -1;
  }

  insert(at: number, text: string): void {
    const { length } = text;
    if (at === this.#next) {
      this.length[this.length.length - 1]! += length;
      this.end += length;
    } else this.#push(INSERT, at, length);
    this.#next = at + length;
    if (length === 1) this.#units.push(text.charCodeAt(0));
    else this.#units.append(text);
  }

  /** `text` is what stood from `at` on. */
  remove(at: number, text: string): void {
    const last = this.start.length - 1;
    const { length } = text;
    if (this.#open && last >= 0) {
      const kind = this.kind[last]!;
      const before = this.length[last]!;
      if (kind === DELETE && this.at[last] === at) {
        this.length[last] = before + length;
        this.end += length;
        this.#units.append(text);
        return;
      }
      if ((kind === DELETE_BACK || (kind === DELETE && before === 1)) && at + length === this.at[last]) {
        this.kind[last] = DELETE_BACK;
        this.at[last] = at;
        this.length[last] = before + length;
        this.end += length;
        this.#units.appendReversed(text);
        return;
      }
    }
    this.#push(DELETE, at, length);
    this.#units.append(text);
  }

  /** A delete whose text is not known yet; `setRemoved` follows. */
  removeUnknown(at: number, length: number): void {
    this.#push(DELETE, at, length);
    this.#units.reserve(length);
  }

  /** Says what a delete that begins at `lv` took away. */
  setRemoved(lv: number, text: string): void {
    this.#units.set(lv, text);
  }

  toggle(index: number): void {
    this.#push(TOGGLE, index, 1);
    this.#units.push(0);
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

  /** The text of `length` units inserted from `lv` on. */
  inserted(lv: number, length: number): string {
    return this.#units.text(lv, lv + length);
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
    const text = this.#units.text(from, to);
    if (this.kind[run] !== DELETE_BACK || text.length === 1) return text;
    let reversed = "";
    for (let at = text.length - 1; at >= 0; at--) reversed += text[at]!;
    return reversed;
  }

  /** Forgets every operation from `lv` on, which must begin a run. */
  truncate(lv: number): void {
    let runs = this.start.length;
    while (runs > 0 && this.start[runs - 1]! >= lv) runs--;
    for (const column of [this.start, this.kind, this.at, this.length]) column.length = runs;
    this.#units.truncate(lv);
    this.end = lv;
    this.close();
  }

  /** Forgets every operation before `lv`. */
  drop(lv: number): void {
    if (this.start.length === 0 || lv <= this.start[0]!) return;
    let run = this.start.length;
    if (lv < this.end) {
      run = this.runOf(lv);
      if (this.start[run]! < lv) {
        const part = { kind: 0, at: 0, length: 0 };
        this.part(run, lv, this.start[run]! + this.length[run]!, part);
        this.at[run] = part.at;
        this.length[run] = part.length;
        this.start[run] = lv;
      }
    } else this.close();
    this.start = this.start.slice(run);
    this.kind = this.kind.slice(run);
    this.at = this.at.slice(run);
    this.length = this.length.slice(run);
    this.#units.drop(lv);
  }

  #push(kind: number, at: number, length: number): void {
    this.start.push(this.end);
    this.kind.push(kind);
    this.at.push(at);
    this.length.push(length);
    this.end += length;
    this.#open = true;
    this.#next = -1;
  }
}
