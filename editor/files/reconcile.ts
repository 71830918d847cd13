/**
 * Two texts made from one: the change that brings theirs into ours, or where they contradict.
 *
 * @module
 */

import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import { replacement } from "./replacement.ts";

/** A place where both changed the same text differently. */
export interface Contradiction {
  /** In ours. */
  readonly from: number;
  readonly to: number;
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

export type Reconciled =
  | { readonly kind: "merged"; readonly delta: Delta }
  | { readonly kind: "conflict"; readonly places: readonly Contradiction[] };

/** The change of `ours` that brings in `theirs`, both made from `base`. */
export function reconcile(base: Rope, ours: Rope, theirs: Rope): Reconciled {
  if (ours.equals(base) || ours.equals(theirs)) return { kind: "merged", delta: replacement(ours, theirs) };
  if (theirs.equals(base)) return { kind: "merged", delta: replacement(ours, ours) };
  const [mine, other] = [replacement(base, ours), replacement(base, theirs)];
  const [a, b] = [[...mine.changes()][0], [...other.changes()][0]];
  if (a === undefined || b === undefined || a.to < b.from || b.to < a.from) {
    return { kind: "merged", delta: other.transform(mine, "after") };
  }
  const [from, to] = [Math.min(a.from, b.from), Math.max(a.to, b.to)];
  const part = (delta: Delta, rope: Rope) =>
    [delta.mapOffset(from, -1), delta.mapOffset(to, 1), rope] as const;
  const [oursFrom, oursTo] = part(mine, ours);
  const [theirsFrom, theirsTo] = part(other, theirs);
  return {
    kind: "conflict",
    places: [{
      from: oursFrom,
      to: oursTo,
      base: base.sliceString(from, to),
      ours: ours.sliceString(oursFrom, oursTo),
      theirs: theirs.sliceString(theirsFrom, theirsTo),
    }],
  };
}
