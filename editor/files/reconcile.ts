/**
 * Two texts made from one: the change that brings theirs into ours, or where they contradict. Only the part between what
 * all begin and end with is compared, so that a small change of a large file costs little.
 *
 * @module
 */

import { diffTexts } from "../../core/merge/text_diff.ts";
import { mergeTexts } from "../../core/merge/text_merge.ts";
import { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import { commonHead, commonTail } from "./replacement.ts";

/** A place where both changed the same lines differently. */
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
  /** `delta` brings in the rest. */
  | { readonly kind: "conflict"; readonly places: readonly Contradiction[]; readonly delta: Delta };

/** Where more than this differs it becomes one replacement, instead of being compared line by line. */
const MOST_COMPARED_UNITS = 16 << 20;
/** Of three texts together: a second of work, about. */
const MOST_MERGED_UNITS = 32 << 20;

/** The change that takes `from` to `to`, in as many small parts as lines and words tell apart. */
export function difference(from: Rope, to: Rope): Delta {
  const head = lineStartBefore(from, commonHead(from, to));
  const tail = commonTail(from, to, Math.min(from.length, to.length) - head);
  const [old, fresh] = [from.length - tail, to.length - tail];
  if (old - head + fresh - head > MOST_COMPARED_UNITS) {
    return Delta.replace(from.length, head, old, to.sliceString(head, fresh));
  }
  const changes = diffTexts(from.sliceString(head, old), to.sliceString(head, fresh));
  return Delta.of(
    from.length,
    changes.map(({ from, to, insert }) => ({ from: from + head, to: to + head, insert })),
  );
}

/** The change of `ours` that brings in `theirs`, both made from `base`. */
export function reconcile(base: Rope, ours: Rope, theirs: Rope): Reconciled {
  if (ours.equals(base) || ours.equals(theirs)) return { kind: "merged", delta: difference(ours, theirs) };
  if (theirs.equals(base)) return { kind: "merged", delta: Delta.identity(ours.length) };
  const head = lineStartBefore(base, Math.min(commonHead(base, ours), commonHead(base, theirs)));
  const shortest = Math.min(base.length, ours.length, theirs.length) - head;
  const tail = lineStartAfter(
    base,
    Math.min(commonTail(base, ours, shortest), commonTail(base, theirs, shortest)),
  );
  if (base.length + ours.length + theirs.length - 3 * (head + tail) > MOST_MERGED_UNITS) {
    return reconcileCoarsely(base, ours, theirs);
  }
  const middle = (rope: Rope) => rope.sliceString(head, rope.length - tail);
  const merge = mergeTexts(middle(base), middle(ours), middle(theirs));
  const changes = merge.changes.map(({ from, to, insert }) => ({ from: from + head, to: to + head, insert }));
  const delta = Delta.of(ours.length, changes);
  if (merge.conflicts.length > 0) {
    const places = merge.conflicts.map(({ base, ours, theirs }) => ({
      from: ours.from + head,
      to: ours.to + head,
      base: base.text,
      ours: ours.text,
      theirs: theirs.text,
    }));
    return { kind: "conflict", places, delta };
  }
  return { kind: "merged", delta };
}

/** The same for texts that differ too much for their lines to be compared: each side has changed one place, from its first difference to its last. */
function reconcileCoarsely(base: Rope, ours: Rope, theirs: Rope): Reconciled {
  const [mine, other] = [changedPart(base, ours), changedPart(base, theirs)];
  const growth = ours.length - base.length;
  if (mine.to < other.from || other.to < mine.from) {
    const shift = mine.to < other.from ? growth : 0;
    const insert = theirs.sliceString(other.from, other.to + theirs.length - base.length);
    return {
      kind: "merged",
      delta: Delta.replace(ours.length, other.from + shift, other.to + shift, insert),
    };
  }
  const from = Math.min(mine.from, other.from);
  const to = Math.max(mine.to, other.to);
  const place = {
    from,
    to: to + growth,
    base: base.sliceString(from, to),
    ours: ours.sliceString(from, to + growth),
    theirs: theirs.sliceString(from, to + theirs.length - base.length),
  };
  return { kind: "conflict", places: [place], delta: Delta.identity(ours.length) };
}

/** The lines of `base` that are not in `text`, as one range. */
function changedPart(base: Rope, text: Rope): { readonly from: number; readonly to: number } {
  const from = lineStartBefore(base, commonHead(base, text));
  const tail = lineStartAfter(base, commonTail(base, text, Math.min(base.length, text.length) - from));
  return { from, to: base.length - tail };
}

/** Merging goes by whole lines. */
function lineStartBefore(rope: Rope, offset: number): number {
  return rope.lineStart(rope.lineAt(offset));
}

/** How much of a common tail begins with a whole line. */
function lineStartAfter(rope: Rope, tail: number): number {
  const at = rope.length - tail;
  const line = rope.lineAt(at);
  return rope.lineStart(line) === at ? tail : rope.length - rope.lineStart(line + 1);
}
