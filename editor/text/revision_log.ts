/**
 * What each revision is: one event of the log, with its author, priority and undo group, and what it did to the text that was newest
 * then. Columns, so that a keystroke costs a few numbers.
 *
 * @module
 */

/** One step of what an event did: at `at`, `removed` made way for `inserted`. Later steps count in the text after earlier ones. */
export interface Patch {
  readonly at: number;
  readonly removed: string;
  readonly inserted: string;
}

interface Writer {
  readonly author: string;
  readonly priority: number;
}

export class RevisionLog {
  /** The oldest revision that is known. */
  first: number;
  /** LVs end here before the first known event. */
  #floor: number;
  // One entry for each event: that of revision `first + 1` stands at 0.
  #end: number[] = [];
  #length: Int32Array = new Int32Array(64);
  #group: Int32Array = new Int32Array(64);
  #writer: Int32Array = new Int32Array(64);
  /** Length of the text at revision `first`. */
  #firstLength: number;
  readonly #writers: Writer[] = [];
  readonly #writerIndex = new Map<string, number>();
  #lastWriter = -1;
  /** For events that met others: what they did here. The log itself says it of the rest. */
  readonly #patches = new Map<number, readonly Patch[]>();
  #maxGroup = 0;

  constructor(first: number, length: number, floor: number) {
    this.first = first;
    this.#firstLength = length;
    this.#floor = floor;
  }

  /** The newest revision. */
  get last(): number {
    return this.first + this.#end.length;
  }

  /** A group number above all that were seen. */
  get nextGroup(): number {
    return this.#maxGroup + 1;
  }

  /** Counts a group number as seen. */
  sawGroup(group: number): void {
    if (group > this.#maxGroup) this.#maxGroup = group;
  }

  /** Notes an event that ends before LV `end` and leaves a text of `length` units. */
  push(end: number, length: number, author: string, priority: number, group: number): void {
    const at = this.#end.length;
    if (at === this.#length.length) this.#grow();
    this.#end.push(end);
    this.#length[at] = length;
    this.#group[at] = group;
    if (group > this.#maxGroup) this.#maxGroup = group;
    const last = this.#writers[this.#lastWriter];
    if (last === undefined || last.author !== author || last.priority !== priority) {
      this.#lastWriter = this.#writerOf(author, priority);
    }
    this.#writer[at] = this.#lastWriter;
  }

  /** Notes what the newest event did, where the log does not say it, and how long it left the text. */
  setPatches(patches: readonly Patch[], length: number): void {
    this.#patches.set(this.last, patches);
    this.#length[this.#end.length - 1] = length;
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
    return revision === this.first ? this.#firstLength : this.#length[revision - this.first - 1]!;
  }

  /** One past the last LV of what is known at a revision. */
  endOf(revision: number): number {
    return revision === this.first ? this.#floor : this.#end[revision - this.first - 1]!;
  }

  groupOf(revision: number): number {
    return this.#group[revision - this.first - 1]!;
  }

  authorOf(revision: number): string {
    return this.#writers[this.#writer[revision - this.first - 1]!]!.author;
  }

  priorityOf(revision: number): number {
    return this.#writers[this.#writer[revision - this.first - 1]!]!.priority;
  }

  /** The revision whose event holds `lv`. */
  revisionOf(lv: number): number {
    const end = this.#end;
    let low = 0;
    let high = end.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (end[middle]! > lv) high = middle;
      else low = middle + 1;
    }
    return this.first + 1 + low;
  }

  /** Takes back the newest entry. */
  pop(): void {
    this.#patches.delete(this.last);
    this.#end.pop();
  }

  /** Forgets everything before a revision. */
  forget(revision: number): void {
    const count = revision - this.first;
    if (count <= 0) return;
    this.#firstLength = this.lengthAt(revision);
    this.#floor = this.endOf(revision);
    this.#end = this.#end.slice(count);
    this.#length = this.#length.slice(count);
    this.#group = this.#group.slice(count);
    this.#writer = this.#writer.slice(count);
    this.first = revision;
    for (const known of [...this.#patches.keys()]) if (known <= revision) this.#patches.delete(known);
  }

  #writerOf(author: string, priority: number): number {
    const key = `${priority} ${author}`;
    const known = this.#writerIndex.get(key);
    if (known !== undefined) return known;
    this.#writerIndex.set(key, this.#writers.length);
    return this.#writers.push({ author, priority }) - 1;
  }

  #grow(): void {
    const size = Math.max(64, this.#end.length * 2);
    this.#length = grown(this.#length, size);
    this.#group = grown(this.#group, size);
    this.#writer = grown(this.#writer, size);
  }
}

function grown(column: Int32Array, size: number): Int32Array {
  const larger = new Int32Array(size);
  larger.set(column);
  return larger;
}
