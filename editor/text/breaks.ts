/**
 * The places where wrapping breaks lines: ascending offsets in runs, each with its own base, so that an edit shifts what lies
 * behind it by touching one number a run. With n breaks every operation costs O(log n + n / 512).
 *
 * @module
 */

const FULL = 1024;

export class Breaks {
  /** Offsets relative to the run's base. */
  #runs: number[][] = [];
  #bases: number[] = [];
  /** How many breaks lie before each run. */
  #before: number[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** How many breaks lie at or before `offset`. */
  count(offset: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#first(middle) <= offset) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return 0;
    const run = low - 1;
    const values = this.#runs[run] as number[];
    const relative = offset - (this.#bases[run] as number);
    low = 0;
    high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[middle] as number) <= relative) low = middle + 1;
      else high = middle;
    }
    return (this.#before[run] as number) + low;
  }

  /** The break with this index; undefined where there is none. */
  at(index: number): number | undefined {
    if (!(index >= 0 && index < this.#length)) return undefined;
    const run = this.#runOf(index);
    return (this.#bases[run] as number) +
      ((this.#runs[run] as number[])[index - (this.#before[run] as number)] as number);
  }

  /** Replaces the breaks `from` to `to` (indices) with `offsets` and adds `shift` to all that follow. */
  splice(from: number, to: number, offsets: readonly number[], shift: number): void {
    if (this.#length === 0) {
      this.#replaceRuns(0, 0, offsets.slice());
      return;
    }
    const first = from >= this.#length ? this.#runs.length - 1 : this.#runOf(from);
    const last = to >= this.#length ? this.#runs.length - 1 : Math.max(first, this.#runOf(to));
    const values: number[] = [];
    const head = this.#runs[first] as number[];
    for (let at = 0; at < from - (this.#before[first] as number); at++) {
      values.push((head[at] as number) + (this.#bases[first] as number));
    }
    for (const offset of offsets) values.push(offset);
    const tail = this.#runs[last] as number[];
    for (let at = to - (this.#before[last] as number); at < tail.length; at++) {
      values.push((tail[at] as number) + (this.#bases[last] as number) + shift);
    }
    if (shift !== 0) {
      for (let run = last + 1; run < this.#bases.length; run++) {
        this.#bases[run] = (this.#bases[run] as number) + shift;
      }
    }
    this.#replaceRuns(first, last + 1, values);
  }

  clear(): void {
    this.#runs = [];
    this.#bases = [];
    this.#before = [];
    this.#length = 0;
  }

  #first(run: number): number {
    return (this.#bases[run] as number) + ((this.#runs[run] as number[])[0] as number);
  }

  #runOf(index: number): number {
    let low = 0;
    let high = this.#before.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#before[middle] as number) <= index) low = middle;
      else high = middle;
    }
    return low;
  }

  /** Puts `values` in the place of runs `from` to `to`. */
  #replaceRuns(from: number, to: number, values: readonly number[]): void {
    const runs: number[][] = [];
    const bases: number[] = [];
    const pieces = values.length <= FULL ? 1 : Math.ceil(values.length / (FULL / 2));
    for (let piece = 0; piece < pieces && values.length > 0; piece++) {
      const start = Math.floor((values.length * piece) / pieces);
      const end = Math.floor((values.length * (piece + 1)) / pieces);
      const base = values[start] as number;
      bases.push(base);
      runs.push(values.slice(start, end).map((value) => value - base));
    }
    this.#runs = [...this.#runs.slice(0, from), ...runs, ...this.#runs.slice(to)];
    this.#bases = [...this.#bases.slice(0, from), ...bases, ...this.#bases.slice(to)];
    this.#before.length = from;
    let before = from === 0
      ? 0
      : (this.#before[from - 1] as number) + (this.#runs[from - 1] as number[]).length;
    for (let run = from; run < this.#runs.length; run++) {
      this.#before.push(before);
      before += (this.#runs[run] as number[]).length;
    }
    this.#length = before;
  }
}
