/**
 * A change of a text, as data: which ranges of the old text are replaced by what. The form between processes is xi's list of copies and
 * inserts (`elements`); inside it is three columns, ascending and normalised: no two changes touch, none is empty, an
 * insert stands before what is deleted at the same place.
 *
 * Laws (property tests): `a.compose(b).apply(t) = b.apply(a.apply(t))`; `d.invert(t).apply(d.apply(t)) = t`; for two changes of one text
 * `a.compose(b.transform(a, "after"))` equals `b.compose(a.transform(b, "before"))`; `mapOffsets` is `mapOffset` of each.
 *
 * Offsets are UTF-16 units. `toUtf8` and `fromUtf8` convert, given the text.
 *
 * @module
 */

import { Rope } from "./rope.ts";

/** Which side of text inserted exactly there an offset keeps: before it or after it. */
export type Bias = -1 | 1;

/** Whether an insert at the same place as another one lands before or after it. */
export type Side = "before" | "after";

/** `from` to `to` of the old text becomes `insert`. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** xi's form: a range of the old text kept, or new text. */
export type DeltaElement = { readonly copy: readonly [number, number] } | { readonly insert: string };

export class Delta {
  /** Length of the text this applies to. */
  readonly baseLength: number;
  /** Length of the text this gives. */
  readonly newLength: number;
  /** Columns of the changes, one entry each; read only. Fit for `Rope.replaceAll`. */
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly insert: readonly string[];
  /** What all changes up to and with the n-th add to the length. */
  #growth: number[] | undefined;

  /** For `DeltaBuilder`: the columns must be normalised. */
  constructor(
    baseLength: number,
    newLength: number,
    from: number[],
    to: number[],
    insert: readonly string[],
  ) {
    this.baseLength = baseLength;
    this.newLength = newLength;
    this.from = from;
    this.to = to;
    this.insert = insert;
  }

  /** No change of a text of `length` units. */
  static identity(length: number): Delta {
    return new Delta(length, length, [], [], []);
  }

  /** One replacement. @throws RangeError where the range is not in the text. */
  static replace(baseLength: number, from: number, to: number, insert: string): Delta {
    return new DeltaBuilder(baseLength).replace(from, to, insert).build();
  }

  /** Changes in ascending order that do not overlap. @throws RangeError otherwise. */
  static of(baseLength: number, changes: Iterable<Change>): Delta {
    const builder = new DeltaBuilder(baseLength);
    for (const { from, to, insert } of changes) builder.replace(from, to, insert);
    return builder.build();
  }

  /** From xi's form. @throws RangeError where copies leave the text, overlap or descend. */
  static fromElements(baseLength: number, elements: Iterable<DeltaElement>): Delta {
    const parts = new DeltaBuilder(baseLength);
    for (const element of elements) {
      if ("copy" in element) parts.copy(element.copy[0], element.copy[1]);
      else parts.insert(element.insert);
    }
    return parts.finish();
  }

  /** How many separate changes. */
  get size(): number {
    return this.from.length;
  }

  get isIdentity(): boolean {
    return this.from.length === 0;
  }

  /** The changes, ascending, in offsets of the old text. */
  *changes(): Generator<Change, void, undefined> {
    for (let at = 0; at < this.from.length; at++) {
      yield { from: this.from[at]!, to: this.to[at]!, insert: this.insert[at]! };
    }
  }

  /** xi's form. */
  elements(): DeltaElement[] {
    const elements: DeltaElement[] = [];
    let done = 0;
    for (let at = 0; at < this.from.length; at++) {
      if (this.from[at]! > done) elements.push({ copy: [done, this.from[at]!] });
      if (this.insert[at] !== "") elements.push({ insert: this.insert[at]! });
      done = this.to[at]!;
    }
    if (done < this.baseLength) elements.push({ copy: [done, this.baseLength] });
    return elements;
  }

  /** The changed text. @throws RangeError where `text` is not as long as the base. */
  apply(text: Rope): Rope {
    this.#checkBase(text.length);
    return this.isIdentity ? text : text.replaceAll(this);
  }

  /** The changed text, for strings. @throws RangeError where `text` is not as long as the base. */
  applyToString(text: string): string {
    this.#checkBase(text.length);
    let result = "";
    let done = 0;
    for (let at = 0; at < this.from.length; at++) {
      result += text.slice(done, this.from[at]!) + this.insert[at]!;
      done = this.to[at]!;
    }
    return result + text.slice(done);
  }

  /** This, then `next`, as one. @throws RangeError where `next` does not begin where this ends. */
  compose(next: Delta): Delta {
    if (next.baseLength !== this.newLength) {
      throw new RangeError(
        `Cannot compose: the first gives ${this.newLength} units, the second takes ${next.baseLength}`,
      );
    }
    if (this.isIdentity) return next;
    if (next.isIdentity) return this;
    const parts = new DeltaBuilder(this.baseLength);
    const reader = new DeltaReader(this);
    for (let at = 0; at < next.from.length; at++) {
      reader.emit(parts, next.from[at]!);
      parts.insert(next.insert[at]!);
      reader.emit(undefined, next.to[at]!);
    }
    reader.emit(parts, next.baseLength);
    return parts.finish();
  }

  /** What undoes this, given the text it was made for. */
  invert(base: Rope): Delta {
    this.#checkBase(base.length);
    const parts = new DeltaBuilder(this.newLength);
    let shift = 0;
    for (let at = 0; at < this.from.length; at++) {
      const start = this.from[at]! + shift;
      const length = this.insert[at]!.length;
      parts.replace(start, start + length, base.sliceString(this.from[at]!, this.to[at]!));
      shift += length - (this.to[at]! - this.from[at]!);
    }
    return parts.build();
  }

  /**
   * This change as it is on a text that `other`, made from the same text, has changed already. Where both insert at one place this
   * lands on `side` of the other. What `other` inserted is never deleted.
   */
  transform(other: Delta, side: Side): Delta {
    if (other.baseLength !== this.baseLength) {
      throw new RangeError(`Cannot transform: bases of ${this.baseLength} and ${other.baseLength} units`);
    }
    if (other.isIdentity || this.isIdentity) return this.isIdentity ? Delta.identity(other.newLength) : this;
    const parts = new DeltaBuilder(other.newLength);
    let next = 0; // the first of the other's changes that does not end before ours begins
    let shift = 0; // what the other's changes before that add
    for (let at = 0; at < this.from.length; at++) {
      const from = this.from[at]!;
      const to = this.to[at]!;
      while (next < other.size && other.to[next]! <= from && (other.from[next]! < from || side === "after")) {
        shift += other.insert[next]!.length - (other.to[next]! - other.from[next]!);
        next++;
      }
      const meets = next < other.size &&
        (other.from[next]! < from || (other.from[next] === from && side === "after"));
      const place = meets ? other.from[next]! + shift + other.insert[next]!.length : from + shift;
      parts.replace(place, place, this.insert[at]!);
      let done = from;
      while (next < other.size && other.from[next]! < to) {
        if (other.from[next]! > done) parts.replace(done + shift, other.from[next]! + shift, "");
        if (other.to[next]! > to) {
          done = to;
          break;
        }
        done = Math.max(done, other.to[next]!);
        shift += other.insert[next]!.length - (other.to[next]! - other.from[next]!);
        next++;
      }
      if (done < to) parts.replace(done + shift, to + shift, "");
    }
    return parts.build();
  }

  /**
   * Where `offset` of the old text is in the new one. At an insert it stays before (`-1`) or goes after it (`1`); inside what was
   * replaced it goes after the replacement, as in xi. O(log changes).
   */
  mapOffset(offset: number, bias: Bias): number {
    let low = 0;
    let high = this.from.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.from[middle]! < offset || (this.from[middle] === offset && bias > 0)) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return offset;
    // The last change that begins before the offset; inside its range the offset goes to its end.
    return Math.max(offset, this.to[low - 1]!) + this.#grown()[low - 1]!;
  }

  /** `mapOffset` of ascending offsets in one pass, O(offsets + changes). One bias for all, or one each. */
  mapOffsets(offsets: ArrayLike<number>, bias: Bias | ArrayLike<number>): number[] {
    const mapped: number[] = new Array(offsets.length);
    const growth = this.#grown();
    let next = 0;
    for (let at = 0; at < offsets.length; at++) {
      const offset = offsets[at]!;
      const after = (typeof bias === "number" ? bias : bias[at]!) > 0;
      while (next < this.from.length && this.from[next]! < offset) next++;
      // Not kept in `next`: a later offset at the same place may have the other bias.
      const low = next < this.from.length && after && this.from[next] === offset ? next + 1 : next;
      mapped[at] = low === 0 ? offset : Math.max(offset, this.to[low - 1]!) + growth[low - 1]!;
    }
    return mapped;
  }

  /** The smallest range of the old text outside of which nothing changed, and how long it is now; undefined for no change. */
  summary(): { readonly from: number; readonly to: number; readonly newLength: number } | undefined {
    if (this.isIdentity) return undefined;
    const from = this.from[0]!;
    const to = this.to.at(-1)!;
    return { from, to, newLength: to - from + this.newLength - this.baseLength };
  }

  /** This change in UTF-8 byte offsets of `base`, in xi's form. */
  toUtf8(base: Rope): { readonly baseLength: number; readonly elements: DeltaElement[] } {
    const elements = this.elements().map((element): DeltaElement =>
      "copy" in element ? { copy: [base.bytesAt(element.copy[0]), base.bytesAt(element.copy[1])] } : element
    );
    return { baseLength: base.bytes, elements };
  }

  /** A change given in UTF-8 byte offsets of `base`. @throws RangeError as `fromElements`, and for another base length. */
  static fromUtf8(base: Rope, baseBytes: number, elements: Iterable<DeltaElement>): Delta {
    if (baseBytes !== base.bytes) {
      throw new RangeError(`Cannot read a delta for ${baseBytes} bytes: the text has ${base.bytes}`);
    }
    const converted: DeltaElement[] = [];
    for (const element of elements) {
      if ("copy" in element) {
        const [from, to] = element.copy;
        converted.push({ copy: [base.offsetOfBytes(from), base.offsetOfBytes(to)] });
      } else converted.push(element);
    }
    return Delta.fromElements(base.length, converted);
  }

  equals(other: Delta): boolean {
    if (this.baseLength !== other.baseLength || this.size !== other.size) return false;
    return this.from.every((from, at) =>
      from === other.from[at] && this.to[at] === other.to[at] && this.insert[at] === other.insert[at]
    );
  }

  #grown(): number[] {
    if (this.#growth !== undefined) return this.#growth;
    let sum = 0;
    this.#growth = this.from.map((from, at) => sum += this.insert[at]!.length - (this.to[at]! - from));
    return this.#growth;
  }

  #checkBase(length: number): void {
    if (length !== this.baseLength) {
      throw new RangeError(`Cannot apply a change of ${this.baseLength} units to a text of ${length}`);
    }
  }
}

/** Makes a delta from changes in ascending order (`replace`, `build`) or from copies and inserts (`copy`, `insert`, `finish`). */
export class DeltaBuilder {
  readonly #baseLength: number;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #insert: string[] = [];
  #growth = 0;
  #at = 0;
  #pending = "";

  constructor(baseLength: number) {
    this.#baseLength = baseLength;
  }

  /** [from, to) becomes `insert`. @throws RangeError outside the text or before the end of the change before. */
  replace(from: number, to: number, insert: string): this {
    if (!(from >= this.#at && from <= to && to <= this.#baseLength)) {
      throw new RangeError(
        `Cannot replace ${from} to ${to}: changes ascend, the last ends at ${this.#at}, the text has ${this.#baseLength}`,
      );
    }
    if (from > this.#at) this.#flush(this.#at);
    this.#begin(from);
    this.#pending += insert;
    this.#at = to;
    return this;
  }

  /** Keeps [from, to) of the old text and drops what lies between the last copy and this. */
  copy(from: number, to: number): this {
    if (!(from >= this.#at && from <= to && to <= this.#baseLength)) {
      throw new RangeError(
        `Cannot copy ${from} to ${to}: copies ascend, the last ends at ${this.#at}, the text has ${this.#baseLength}`,
      );
    }
    if (from === to) return this;
    this.#begin(this.#at);
    this.#at = from;
    this.#flush(from);
    this.#at = to;
    return this;
  }

  /** New text here. */
  insert(text: string): this {
    this.#begin(this.#at);
    this.#pending += text;
    return this;
  }

  /** The delta; what follows the last change is kept. */
  build(): Delta {
    this.#flush(this.#at);
    return new Delta(this.#baseLength, this.#baseLength + this.#growth, this.#from, this.#to, this.#insert);
  }

  /** The delta; what follows the last copy is dropped. */
  finish(): Delta {
    this.#begin(this.#at);
    this.#at = this.#baseLength;
    return this.build();
  }

  #start = -1;

  #begin(from: number): void {
    if (this.#start === -1) this.#start = from;
  }

  #flush(to: number): void {
    if (this.#start === -1) return;
    if (this.#start < to || this.#pending !== "") {
      this.#from.push(this.#start);
      this.#to.push(to);
      this.#insert.push(this.#pending);
      this.#growth += this.#pending.length - (to - this.#start);
    }
    this.#start = -1;
    this.#pending = "";
  }
}

/** Reads the text a delta gives, from left to right, as pieces of the old text and new text. */
class DeltaReader {
  readonly #delta: Delta;
  #change = 0;
  #newAt = 0;
  #oldAt = 0;
  /** How much of the current change's insert has been read. */
  #inserted = 0;

  constructor(delta: Delta) {
    this.#delta = delta;
  }

  /** Reads up to `end` of the new text into `parts`, or past it where `parts` is undefined. */
  emit(parts: DeltaBuilder | undefined, end: number): void {
    const { from, to, insert, baseLength } = this.#delta;
    while (this.#newAt < end) {
      const start = this.#change < from.length ? from[this.#change]! : baseLength;
      if (this.#oldAt < start) {
        const length = Math.min(start - this.#oldAt, end - this.#newAt);
        parts?.copy(this.#oldAt, this.#oldAt + length);
        this.#oldAt += length;
        this.#newAt += length;
        continue;
      }
      const text = insert[this.#change]!;
      const length = Math.min(text.length - this.#inserted, end - this.#newAt);
      if (length > 0) parts?.insert(text.slice(this.#inserted, this.#inserted + length));
      this.#inserted += length;
      this.#newAt += length;
      if (this.#inserted === text.length) {
        this.#oldAt = to[this.#change]!;
        this.#inserted = 0;
        this.#change++;
      }
    }
  }
}
