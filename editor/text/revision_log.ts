/**
 * What each revision is: one event of the log, with its author, priority and undo group, and what it did to the text that was newest
 * then. Revisions that go on like the two before them (as while somebody types) are one run, so that a keystroke costs a comparison.
 *
 * @module
 */

import { GroupIndex, placesOf } from "./group_index.ts";

/** One step of what an event did: at `at`, `removed` made way for `inserted`. Later steps count in the text after earlier ones. */
export interface Patch {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
}

/** LVs from `start` to before `end`. */
export interface LvRange {
  readonly start: number;
  readonly end: number;
}

interface Writer {
  readonly author: string;
  readonly priority: number;
  /** Indices of the author's runs, ascending; those of other priorities are among them. */
  readonly runs: number[];
}

/** Revisions that differ from the one before by the same amounts. */
interface Run {
  /** Index of the first, counted from the first one known. */
  readonly first: number;
  count: number;
  readonly writer: Writer;
  /** Of the first revision: one past its last LV, length of the text, undo group. */
  readonly end: number;
  readonly length: number;
  readonly group: number;
  /** What each following one adds. */
  endStep: number;
  lengthStep: number;
  groupStep: number;
}

export class RevisionLog {
  /** The oldest revision that is known. */
  first: number;
  /** LVs end here before the first known event. */
  #floor: number;
  /** Length of the text at revision `first`. */
  #firstLength: number;
  /** How many events are known: that of revision `first + 1` has index 0. */
  #count = 0;
  #runs: Run[] = [];
  /** All runs but the last. */
  readonly #groups = new GroupIndex();
  /** Indices of the runs of each author, ascending. */
  readonly #runsOfAuthor = new Map<string, number[]>();
  // The last run and its last revision.
  #last: Run | undefined;
  #lastEnd = 0;
  #lastLength = 0;
  #lastGroup = 0;
  readonly #writers = new Map<string, Writer>();
  /** For events that met others: what they did here. The log itself says it of the rest. */
  readonly #patches = new Map<number, readonly Patch[]>();

  constructor(first: number, length: number, floor: number) {
    this.first = first;
    this.#firstLength = length;
    this.#floor = floor;
  }

  /** The newest revision. */
  get last(): number {
    return this.first + this.#count;
  }

  /** Notes an event that ends before LV `end` and leaves a text of `length` units. */
  push(end: number, length: number, author: string, priority: number, group: number): void {
    const run = this.#last;
    if (run !== undefined && run.writer.author === author && run.writer.priority === priority) {
      if (run.count === 1) {
        run.endStep = end - this.#lastEnd;
        run.lengthStep = length - this.#lastLength;
        run.groupStep = group - this.#lastGroup;
        run.count = 2;
      } else if (
        end - this.#lastEnd === run.endStep && length - this.#lastLength === run.lengthStep &&
        group - this.#lastGroup === run.groupStep
      ) run.count++;
      else this.#begin(end, length, run.writer, group);
    } else this.#begin(end, length, this.#writerOf(author, priority), group);
    this.#count++;
    this.#lastEnd = end;
    this.#lastLength = length;
    this.#lastGroup = group;
  }

  /** Takes back the newest entry. */
  pop(): void {
    this.#patches.delete(this.last);
    const run = this.#last!;
    this.#count--;
    if (--run.count === 0) {
      this.#runs.pop();
      run.writer.runs.pop();
      const index = this.#runs.length - 1;
      if (index >= 0) this.#groups.takeBack(this.#runs[index]!, index);
    }
    this.#toLast();
  }

  /** Notes what the newest event did, where the log does not say it. */
  setPatches(patches: readonly Patch[]): void {
    this.#patches.set(this.last, patches);
  }

  /** Whether the log says what every known revision did. */
  get isLinear(): boolean {
    return this.#patches.size === 0;
  }

  /** What a revision did, where it met others; undefined where the log says it. */
  patchesOf(revision: number): readonly Patch[] | undefined {
    return this.#patches.get(revision);
  }

  /** Length of the text at a revision. */
  lengthAt(revision: number): number {
    if (revision === this.first) return this.#firstLength;
    const { run, step } = this.#find(revision);
    return run.length + step * run.lengthStep;
  }

  /** One past the last LV of what is known at a revision. */
  endOf(revision: number): number {
    if (revision === this.first) return this.#floor;
    if (revision === this.last) return this.#lastEnd;
    const { run, step } = this.#find(revision);
    return run.end + step * run.endStep;
  }

  groupOf(revision: number): number {
    const { run, step } = this.#find(revision);
    return run.group + step * run.groupStep;
  }

  authorOf(revision: number): string {
    return this.#find(revision).run.writer.author;
  }

  priorityOf(revision: number): number {
    return this.#find(revision).run.writer.priority;
  }

  /** The LVs of a group's events from revision `from` on, in ranges [start, end), ascending. O(log runs), then by what is found. */
  *ofGroup(group: number, from: number): Generator<LvRange, void, undefined> {
    const index = Math.max(0, from - this.first - 1);
    const last = this.#runs.length - 1;
    for (const run of this.#groups.runsOf(group, this.#runAt(index))) {
      const range = this.#ofGroupIn(run, group, index);
      if (range !== undefined) yield range;
    }
    // The last one still grows and is in no index.
    const range = last < 0 ? undefined : this.#ofGroupIn(last, group, index);
    if (range !== undefined) yield range;
  }

  #ofGroupIn(at: number, group: number, index: number): LvRange | undefined {
    const run = this.#runs[at]!;
    const [first, to] = placesOf(run, group);
    const from = Math.max(first, index - run.first);
    if (from >= to) return undefined;
    const start = from > 0 ? run.end + (from - 1) * run.endStep : this.#startOf(at);
    return { start, end: run.end + (to - 1) * run.endStep };
  }

  /** The first LV of a run. */
  #startOf(at: number): number {
    const before = this.#runs[at - 1];
    return before === undefined ? this.#floor : before.end + (before.count - 1) * before.endStep;
  }

  /** The group of the event that holds `lv`, and where the last of those that follow it in the same group ends. */
  groupAt(lv: number): { readonly group: number; readonly end: number } {
    const { run, step } = this.#ofLv(lv);
    const isOne = run.count === 1 || run.groupStep === 0;
    const last = isOne ? run.count - 1 : step;
    return { group: run.group + (isOne ? 0 : step * run.groupStep), end: run.end + last * run.endStep };
  }

  /** The revisions of an author, newest first, in stretches; `group` is what all of one have, undefined where they differ. */
  *ofAuthor(
    author: string,
  ): Generator<
    { readonly from: number; readonly to: number; readonly group: number | undefined },
    void,
    undefined
  > {
    const own = this.#runsOfAuthor.get(author) ?? [];
    for (let at = own.length - 1; at >= 0; at--) {
      const run = this.#runs[own[at]!]!;
      const from = this.first + 1 + run.first;
      const isOne = run.count === 1 || run.groupStep === 0;
      yield { from, to: from + run.count - 1, group: isOne ? run.group : undefined };
    }
  }

  /** The revision whose event holds `lv`. */
  revisionOf(lv: number): number {
    const { run, step } = this.#ofLv(lv);
    return this.first + 1 + run.first + step;
  }

  /** Forgets everything before a revision. */
  forget(revision: number): void {
    const count = revision - this.first;
    if (count <= 0) return;
    const length = this.lengthAt(revision);
    const floor = this.endOf(revision);
    this.#firstLength = length;
    this.#floor = floor;
    this.#runs = this.#runs.filter((run) => run.first + run.count > count).map((run) => {
      const step = Math.max(0, count - run.first);
      return {
        ...run,
        first: run.first + step - count,
        count: run.count - step,
        end: run.end + step * run.endStep,
        length: run.length + step * run.lengthStep,
        group: run.group + step * run.groupStep,
      };
    });
    this.#groups.clear();
    for (const runs of this.#runsOfAuthor.values()) runs.length = 0;
    for (const [index, run] of this.#runs.entries()) {
      run.writer.runs.push(index);
      if (index < this.#runs.length - 1) this.#groups.add(run, index);
    }
    this.#count -= count;
    this.first = revision;
    this.#toLast();
    for (const known of [...this.#patches.keys()]) if (known <= revision) this.#patches.delete(known);
  }

  #begin(end: number, length: number, writer: Writer, group: number): void {
    const run = {
      first: this.#count,
      count: 1,
      writer,
      end,
      length,
      group,
      endStep: 0,
      lengthStep: 0,
      groupStep: 0,
    };
    if (this.#last !== undefined) this.#groups.add(this.#last, this.#runs.length - 1);
    writer.runs.push(this.#runs.length);
    this.#runs.push(run);
    this.#last = run;
  }

  /** Finds the last run and revision anew. */
  #toLast(): void {
    const run = this.#last = this.#runs[this.#runs.length - 1];
    const steps = run === undefined ? 0 : run.count - 1;
    this.#lastEnd = run === undefined ? this.#floor : run.end + steps * run.endStep;
    this.#lastLength = run === undefined ? this.#firstLength : run.length + steps * run.lengthStep;
    this.#lastGroup = run === undefined ? 0 : run.group + steps * run.groupStep;
  }

  #find(revision: number): { readonly run: Run; readonly step: number } {
    const index = revision - this.first - 1;
    const run = this.#runs[this.#runAt(index)]!;
    return { run, step: index - run.first };
  }

  #ofLv(lv: number): { readonly run: Run; readonly step: number } {
    const runs = this.#runs;
    let low = 0;
    let high = runs.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = runs[middle]!;
      if (run.end + (run.count - 1) * run.endStep > lv) high = middle;
      else low = middle + 1;
    }
    const run = runs[low]!;
    return { run, step: lv < run.end ? 0 : Math.floor((lv - run.end) / run.endStep) + 1 };
  }

  /** The last run that does not begin behind an entry; -1 where there is none. */
  #runAt(index: number): number {
    const runs = this.#runs;
    let low = -1;
    let high = runs.length - 1;
    if (high < 0 || runs[high]!.first <= index) return high;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (runs[middle]!.first <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #writerOf(author: string, priority: number): Writer {
    const key = `${priority} ${author}`;
    let writer = this.#writers.get(key);
    if (writer === undefined) {
      let runs = this.#runsOfAuthor.get(author);
      if (runs === undefined) this.#runsOfAuthor.set(author, runs = []);
      this.#writers.set(key, writer = { author, priority, runs });
    }
    return writer;
  }
}
