/**
 * A part of a sequence, each element with a count of how often it is in it: which units of a text are deleted, and by how many. Stored
 * as runs.
 *
 * Laws (property tests), with `a` a set of what `b` leaves of a text `s`: deleting `a.expandUnion(b)` from `s` gives what deleting `b`, then `a`, gives;
 * what `a.expand(b)` deletes from `s` is what `a` deletes from the rest; `a.expand(b).shrink(b)` is `a`; the complement of a complement has the
 * same elements, once each.
 *
 * @module
 */

import type { Rope } from "./rope.ts";

export class Subset {
  /** Length and count of each run; no run is empty, no two that follow each other have one count. */
  readonly lengths: readonly number[];
  readonly counts: readonly number[];

  /** For `SubsetBuilder`: the runs must be normalised. */
  constructor(lengths: readonly number[], counts: readonly number[]) {
    this.lengths = lengths;
    this.counts = counts;
  }

  /** No element of a sequence of `length`. */
  static none(length: number): Subset {
    return new SubsetBuilder().add(length, 0).build();
  }

  /** The elements of some ranges, ascending and apart. @throws RangeError otherwise. */
  static ofRanges(length: number, ranges: Iterable<readonly [from: number, to: number]>): Subset {
    const builder = new SubsetBuilder();
    for (const [from, to] of ranges) {
      if (!(from >= builder.length && from <= to && to <= length)) {
        throw new RangeError(
          `Cannot add ${from} to ${to}: ranges ascend, the last ends at ${builder.length}`,
        );
      }
      builder.add(from - builder.length, 0).add(to - from, 1);
    }
    return builder.add(length - builder.length, 0).build();
  }

  /** Elements of the sequence this is a part of. */
  get length(): number {
    return this.lengths.reduce((sum, length) => sum + length, 0);
  }

  /** How many elements are not in the set: the length of the text once it is deleted. */
  get rest(): number {
    return this.lengths.reduce((sum, length, run) => this.counts[run] === 0 ? sum + length : sum, 0);
  }

  get isEmpty(): boolean {
    return this.counts.every((count) => count === 0);
  }

  /** The ranges of elements that are in the set, or of those that are not. */
  *ranges(inside = true): Generator<readonly [from: number, to: number], void, undefined> {
    let at = 0;
    let from = -1;
    for (let run = 0; run < this.lengths.length; run++) {
      const isIn = (this.counts[run]! > 0) === inside;
      if (isIn && from < 0) from = at;
      if (!isIn && from >= 0) {
        yield [from, at];
        from = -1;
      }
      at += this.lengths[run]!;
    }
    if (from >= 0) yield [from, at];
  }

  /** `text` without the elements of the set. @throws RangeError where it has another length. */
  deleteFrom(text: Rope): Rope {
    if (text.length !== this.length) {
      throw new RangeError(`Cannot delete from a text of ${text.length} units: the set is of ${this.length}`);
    }
    const ranges = [...this.ranges()];
    return text.replaceAll({
      from: ranges.map(([from]) => from),
      to: ranges.map(([, to]) => to),
      insert: ranges.map(() => ""),
    });
  }

  /** Both sets; counts add up. @throws RangeError for a set of another length, as do all that take two. */
  union(other: Subset): Subset {
    return this.#combine(other, (a, b) => a + b);
  }

  /** This set without the other; counts are taken away, none below zero. */
  subtract(other: Subset): Subset {
    return this.#combine(other, (a, b) => Math.max(0, a - b));
  }

  /** What differs: the bits of the counts that differ. */
  xor(other: Subset): Subset {
    return this.#combine(other, (a, b) => a ^ b);
  }

  /** What is not in the set, each once. */
  complement(): Subset {
    return this.#combine(this, (count) => count === 0 ? 1 : 0);
  }

  /** This set of what `other` leaves, as a set of the whole. */
  expand(other: Subset): Subset {
    return this.#spread(other, false);
  }

  /** `expand`, with the elements of `other` besides. */
  expandUnion(other: Subset): Subset {
    return this.#spread(other, true);
  }

  /** This set of the whole, as a set of what `other` leaves. */
  shrink(other: Subset): Subset {
    const builder = new SubsetBuilder();
    for (const [length, count, otherCount] of this.zip(other)) {
      if (otherCount === 0) builder.add(length, count);
    }
    return builder.build();
  }

  /**
   * Where each of some ascending places is counted among the elements in the set (or those outside): the number of them before it.
   */
  placesIn(places: readonly number[], inside = true): number[] {
    const ranges = [...this.ranges(inside)];
    let next = 0;
    let before = 0;
    return places.map((place) => {
      while (next < ranges.length && ranges[next]![1] <= place) {
        before += ranges[next]![1] - ranges[next]![0];
        next++;
      }
      const open = ranges[next];
      return open === undefined || place <= open[0] ? before : before + place - open[0];
    });
  }

  equals(other: Subset): boolean {
    return this.lengths.length === other.lengths.length &&
      this.lengths.every((length, run) =>
        length === other.lengths[run] && this.counts[run] === other.counts[run]
      );
  }

  /** Runs in which the counts of both sets stay the same. */
  *zip(
    other: Subset,
  ): Generator<readonly [length: number, count: number, otherCount: number], void, undefined> {
    if (other.length !== this.length) {
      throw new RangeError(`Cannot combine sets of ${this.length} and ${other.length} elements`);
    }
    let run = 0;
    let left = 0;
    for (let at = 0; at < other.lengths.length; at++) {
      for (let length = other.lengths[at]!; length > 0;) {
        if (left === 0) left = this.lengths[run++]!;
        const step = Math.min(left, length);
        yield [step, this.counts[run - 1]!, other.counts[at]!];
        left -= step;
        length -= step;
      }
    }
  }

  #combine(other: Subset, combine: (a: number, b: number) => number): Subset {
    const builder = new SubsetBuilder();
    for (const [length, a, b] of this.zip(other)) builder.add(length, combine(a, b));
    return builder.build();
  }

  #spread(other: Subset, union: boolean): Subset {
    if (other.rest !== this.length) {
      throw new RangeError(`Cannot expand a set of ${this.length} elements: the other leaves ${other.rest}`);
    }
    const builder = new SubsetBuilder();
    let run = 0;
    let left = 0;
    for (let at = 0; at < other.lengths.length; at++) {
      if (other.counts[at]! > 0) {
        builder.add(other.lengths[at]!, union ? other.counts[at]! : 0);
        continue;
      }
      for (let length = other.lengths[at]!; length > 0;) {
        if (left === 0) left = this.lengths[run++]!;
        const step = Math.min(left, length);
        builder.add(step, this.counts[run - 1]!);
        left -= step;
        length -= step;
      }
    }
    return builder.build();
  }
}

/** Makes a set run by run. */
export class SubsetBuilder {
  readonly #lengths: number[] = [];
  readonly #counts: number[] = [];
  length = 0;

  /** The next `length` elements are in the set `count` times. */
  add(length: number, count: number): this {
    if (length <= 0) return this;
    this.length += length;
    const last = this.#lengths.length - 1;
    if (last >= 0 && this.#counts[last] === count) this.#lengths[last]! += length;
    else {
      this.#lengths.push(length);
      this.#counts.push(count);
    }
    return this;
  }

  build(): Subset {
    return new Subset(this.#lengths, this.#counts);
  }
}
