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

/** Numbers in an entry, and where they stand. */
const ENTRY = 3;
const GROUP = 1;
const WRITER = 2;

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
  /** Three numbers each: length of the text, group, writer. */
  #entries: Int32Array = new Int32Array(ENTRY * 64);
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
    const at = this.#end.length * ENTRY;
    if (at === this.#entries.length) this.#grow();
    this.#end.push(end);
    const entries = this.#entries;
    entries[at] = length;
    entries[at + GROUP] = group;
    if (group > this.#maxGroup) this.#maxGroup = group;
    const last = this.#writers[this.#lastWriter];
    if (last === undefined || last.author !== author || last.priority !== priority) {
      this.#lastWriter = this.#writerOf(author, priority);
    }
    entries[at + WRITER] = this.#lastWriter;
  }

  /** Notes what the newest event did, where the log does not say it, and how long it left the text. */
  setPatches(patches: readonly Patch[], length: number): void {
    this.#patches.set(this.last, patches);
    this.#entries[(this.#end.length - 1) * ENTRY] = length;
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
    return revision === this.first ? this.#firstLength : this.#entries[(revision - this.first - 1) * ENTRY]!;
  }

  /** One past the last LV of what is known at a revision. */
  endOf(revision: number): number {
    return revision === this.first ? this.#floor : this.#end[revision - this.first - 1]!;
  }

  groupOf(revision: number): number {
    return this.#entries[(revision - this.first - 1) * ENTRY + GROUP]!;
  }

  authorOf(revision: number): string {
    return this.#writers[this.#entries[(revision - this.first - 1) * ENTRY + WRITER]!]!.author;
  }

  priorityOf(revision: number): number {
    return this.#writers[this.#entries[(revision - this.first - 1) * ENTRY + WRITER]!]!.priority;
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
    this.#entries = this.#entries.slice(count * ENTRY);
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
    const larger = new Int32Array(Math.max(64, this.#end.length * 2) * ENTRY);
    larger.set(this.#entries);
    this.#entries = larger;
  }
}
