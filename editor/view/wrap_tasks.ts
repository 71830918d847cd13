/**
 * What is still to be wrapped: ascending ranges of the text that neither overlap nor are empty.
 *
 * @module
 */

export interface Range {
  readonly start: number;
  readonly end: number;
}

export class WrapTasks {
  #ranges: Range[] = [];

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  get isDone(): boolean {
    return this.#ranges.length === 0;
  }

  clear(): void {
    this.#ranges = [];
  }

  /** Adds a range, united with those it overlaps. */
  add(start: number, end: number): void {
    if (end <= start) return;
    let from = start;
    let to = end;
    const before: Range[] = [];
    const after: Range[] = [];
    for (const range of this.#ranges) {
      if (range.end <= start) before.push(range);
      else if (range.start >= end) after.push(range);
      else {
        from = Math.min(from, range.start);
        to = Math.max(to, range.end);
      }
    }
    this.#ranges = [...before, { start: from, end: to }, ...after];
  }

  /** Takes away what has been wrapped. */
  remove(start: number, end: number): void {
    this.#ranges = this.#ranges.flatMap((range) =>
      range.end <= start || range.start >= end ? [range] : [
        { start: range.start, end: Math.min(range.end, start) },
        { start: Math.max(range.start, end), end: range.end },
      ].filter((part) => part.start < part.end)
    );
  }

  /** Moves the ranges along with an edit: `[start, end)` became `length` units. */
  edit(start: number, end: number, length: number): void {
    const shift = length - (end - start);
    const moved: Range[] = [];
    for (const range of this.#ranges) {
      let part: Range;
      if (range.end <= start) part = range;
      else if (range.start <= start) part = { start: range.start, end: Math.max(start, range.end + shift) };
      else part = { start: Math.max(range.start, end) + shift, end: Math.max(range.end, end) + shift };
      if (part.end <= part.start) continue;
      const last = moved.at(-1);
      if (last !== undefined && last.end >= part.start) {
        moved[moved.length - 1] = { start: last.start, end: Math.max(last.end, part.end) };
      } else moved.push(part);
    }
    this.#ranges = moved;
  }

  /** Whether some of `[start, end)` is still to be wrapped. */
  overlaps(start: number, end: number): boolean {
    return this.#ranges.some((range) => range.start < end && range.end > start);
  }

  /** What to do next: from `visible` on first, then the rest. Undefined when done. */
  next(visible: number): Range | undefined {
    const range = this.#ranges.find((one) => one.end > visible);
    if (range === undefined) return this.#ranges.at(-1);
    return { start: Math.max(range.start, visible), end: range.end };
  }
}
