/**
 * What plugins mark in one buffer: ranges with data, by type, moved with the text. A mark whose text is edited inside is gone.
 *
 * @module
 */

import type { Json } from "../../core/json.ts";
import type { Delta } from "../text/delta.ts";

/** A mark; offsets in UTF-16 units of the newest text. */
export interface Annotation {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly data: Json;
}

/** Marks of one type that one plugin may keep in a buffer. */
const LIMIT = 100_000;

export class Annotations {
  readonly #byType = new Map<string, Annotation[]>();

  get isEmpty(): boolean {
    return this.#byType.size === 0;
  }

  /** Puts marks (ascending) of a type in the place of those that touch [from, to). */
  replace(type: string, from: number, to: number, marks: readonly Omit<Annotation, "type">[]): void {
    const kept = (this.#byType.get(type) ?? []).filter((mark) => mark.to < from || mark.from > to);
    const all = [...kept, ...marks.map((mark) => ({ ...mark, type }))].sort((one, other) =>
      one.from - other.from
    );
    if (all.length === 0) this.#byType.delete(type);
    else this.#byType.set(type, all.slice(0, LIMIT));
  }

  /** The marks that touch [from, to], by type, ascending. */
  *within(from: number, to: number): Generator<Annotation, void, undefined> {
    for (const marks of this.#byType.values()) {
      for (const mark of marks) {
        if (mark.from > to) break;
        if (mark.to >= from) yield mark;
      }
    }
  }

  apply(delta: Delta): void {
    for (const [type, marks] of this.#byType) {
      const kept: Annotation[] = [];
      for (const mark of marks) {
        const from = delta.mapOffset(mark.from, 1);
        const to = mark.from === mark.to ? from : delta.mapOffset(mark.to, -1);
        if (isEditedInside(delta, mark)) continue;
        kept.push({ ...mark, from, to: Math.max(from, to) });
      }
      if (kept.length === 0) this.#byType.delete(type);
      else this.#byType.set(type, kept);
    }
  }
}

function isEditedInside(delta: Delta, { from, to }: Annotation): boolean {
  let low = 0;
  let high = delta.size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (delta.to[middle]! <= from) low = middle + 1;
    else high = middle;
  }
  return low < delta.size && delta.from[low]! < to;
}
