/**
 * Deltas and subsets together: a delta taken apart into what it inserts and what it deletes, carried to a text that still has (or no
 * longer has) what was deleted, and put together again.
 *
 * @module
 */

import { Delta, DeltaBuilder } from "./delta.ts";
import type { Rope } from "./rope.ts";
import { Subset, SubsetBuilder } from "./subset.ts";

/** Only the inserts of a delta, and what it deletes of its base. `deletes.expand(insertedBy(inserts))` of the text the inserts give is the delta. */
export function factor(delta: Delta): { readonly inserts: Delta; readonly deletes: Subset } {
  const inserts = new DeltaBuilder(delta.baseLength);
  const deleted: [number, number][] = [];
  for (const { from, to, insert } of delta.changes()) {
    inserts.replace(from, from, insert);
    deleted.push([from, to]);
  }
  return { inserts: inserts.build(), deletes: Subset.ofRanges(delta.baseLength, deleted) };
}

/** What of the text it gives a delta has inserted. */
export function insertedBy(delta: Delta): Subset {
  const builder = new SubsetBuilder();
  let done = 0;
  for (const { from, to, insert } of delta.changes()) {
    builder.add(from - done, 0).add(insert.length, 1);
    done = to;
  }
  return builder.add(delta.baseLength - done, 0).build();
}

/**
 * Inserts into what `deleted` leaves of a text, as inserts into the whole text; next to deleted units they go `after` or before them. The
 * delta must only insert.
 */
export function expandInserts(inserts: Delta, deleted: Subset, after: boolean): Delta {
  const builder = new DeltaBuilder(deleted.length);
  const kept = [...deleted.ranges(false)];
  let next = 0;
  let before = 0; // kept units before range `next`
  for (const { from, insert } of inserts.changes()) {
    // The range in which, or at whose end, the insert goes; at its beginning where it goes after what is deleted there.
    while (
      next < kept.length && (after ? before + size(kept[next]!) <= from : before + size(kept[next]!) < from)
    ) {
      before += size(kept[next]!);
      next++;
    }
    const range = kept[next];
    let place = after ? deleted.length : 0;
    if (range !== undefined && (after || from > before)) place = range[0] + from - before;
    builder.replace(place, place, insert);
  }
  return builder.build();
}

/** Inserts into a text, as inserts into what `deleted` leaves of it. The delta must only insert. */
export function shrinkInserts(inserts: Delta, deleted: Subset): Delta {
  const places = deleted.placesIn(inserts.from, false);
  const builder = new DeltaBuilder(deleted.rest);
  places.forEach((place, at) => builder.replace(place, place, inserts.insert[at]!));
  return builder.build();
}

/**
 * The change from a text without `from` to the text without `to`, both sets of one text. `tombstones` is the text of `from`'s units.
 */
export function synthesize(tombstones: Rope, from: Subset, to: Subset): Delta {
  const builder = new DeltaBuilder(from.rest);
  let gone = 0;
  let here = 0;
  for (const [length, isGone, willBeGone] of from.zip(to)) {
    if (isGone === 0) {
      if (willBeGone === 0) builder.copy(here, here + length);
      here += length;
    } else {
      if (willBeGone === 0) builder.insert(tombstones.sliceString(gone, gone + length));
      gone += length;
    }
  }
  return builder.finish();
}

/** Whether a delta only deletes one range. */
export function isSimpleDelete(delta: Delta): boolean {
  return delta.size === 1 && delta.insert[0] === "";
}

/** What a delta inserts if that, in one place, is all it does; else undefined. */
export function simpleInsert(delta: Delta): string | undefined {
  return delta.size === 1 && delta.from[0] === delta.to[0] ? delta.insert[0] : undefined;
}

function size([from, to]: readonly [number, number]): number {
  return to - from;
}
