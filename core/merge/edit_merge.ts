/**
 * Many edits of one text, each by somebody else and none knowing of the others, brought together three-way one after the other
 * (text_merge.ts). Where two contradict, the one that comes first in the list stands in the text, and both are told with
 * who wrote them.
 *
 * @module
 */

import { commonEdges } from "./common_edges.ts";
import { diffSequences } from "./sequence_diff.ts";
import type { TextChange } from "./text_diff.ts";
import { mergeTexts, type TextRange } from "./text_merge.ts";
import { PartNumbers } from "./text_parts.ts";

/** A whole text that somebody made from the base. */
export interface ProposedEdit {
  readonly by: string;
  readonly text: string;
}

/** One reading of a place that is contradicted. */
export interface EditSide {
  readonly by: string;
  readonly text: string;
}

/** Lines of the base of which two or more edits want something different. */
export interface EditConflict {
  readonly base: TextRange;
  /** Whose text the merge holds there. */
  readonly kept: string;
  /** In the order of the edits; two that want the same are told both. */
  readonly sides: readonly EditSide[];
}

export interface EditMerge {
  readonly text: string;
  /** Ascending by where they are in the base; empty where all edits go together. */
  readonly conflicts: readonly EditConflict[];
}

/** Merges all `edits` of `base`. The same edits in the same order give the same text. O(edits × text). */
export function mergeEdits(base: string, edits: readonly ProposedEdit[]): EditMerge {
  const changes = edits.map(({ text }) => changedLines(base, text));
  const contradicted: TextRange[] = [];
  let text = edits[0]?.text ?? base;
  for (const edit of edits.slice(1)) {
    const merge = mergeTexts(base, text, edit.text);
    text = merge.text;
    for (const conflict of merge.conflicts) contradicted.push(conflict.base);
  }
  const places = widened(contradicted, changes.flat());
  return {
    text,
    conflicts: places.map(({ from, to }) => {
      const sides = edits.flatMap((edit, at) => {
        const own = changes[at] as readonly TextChange[];
        if (!own.some((change) => touches(change, { from, to }))) return [];
        return [{ by: edit.by, text: edit.text.slice(moved(own, from, "before"), moved(own, to, "after")) }];
      });
      return { base: { from, to, text: base.slice(from, to) }, kept: sides[0]?.by ?? "", sides };
    }),
  };
}

/** The whole lines that an edit changed, ascending. */
function changedLines(base: string, text: string): TextChange[] {
  if (base === text) return [];
  const numbers = new PartNumbers();
  const { start, end } = commonEdges(base, [text]);
  const a = numbers.lines(base, start, base.length - end);
  const b = numbers.lines(text, start, text.length - end);
  return diffSequences(a.ids, b.ids).map(({ aFrom, aTo, bFrom, bTo }) => ({
    from: a.starts[aFrom]!,
    to: a.starts[aTo]!,
    insert: text.slice(b.starts[bFrom], b.starts[bTo]),
  }));
}

interface Place {
  readonly from: number;
  readonly to: number;
}

function touches(one: Place, other: Place): boolean {
  return one.from <= other.to && one.to >= other.from;
}

/** The places with all changes that touch them, so that no change is cut; places that touch then become one. */
function widened(places: readonly Place[], changes: readonly Place[]): Place[] {
  if (places.length === 0) return [];
  // Changes that touch one another belong together; a place takes the group that it touches.
  const groups: { from: number; to: number; isContradicted: boolean }[] = [];
  const marked = [
    ...changes.map(({ from, to }) => ({ from, to, isContradicted: false })),
    ...places.map(({ from, to }) => ({ from, to, isContradicted: true })),
  ].sort((a, b) => a.from - b.from || a.to - b.to);
  for (const one of marked) {
    const last = groups.at(-1);
    if (last === undefined || one.from > last.to) groups.push(one);
    else {
      last.to = Math.max(last.to, one.to);
      last.isContradicted ||= one.isContradicted;
    }
  }
  return groups.filter(({ isContradicted }) => isContradicted).map(({ from, to }) => ({ from, to }));
}

/** Where an offset of the base is after the changes; what is inserted at it stands before or after the place that is meant. */
function moved(changes: readonly TextChange[], offset: number, side: "before" | "after"): number {
  let shift = 0;
  for (const { from, to, insert } of changes) {
    if (from > offset || (from === offset && side === "before")) break;
    if (to > offset) return side === "before" ? from + shift : from + shift + insert.length;
    shift += insert.length - (to - from);
  }
  return offset + shift;
}

/** The merged text with every side of each conflict between git's markers, each with who wrote it. */
export function withEditMarkers(base: string, edits: readonly ProposedEdit[]): string {
  const { text: merged, conflicts } = mergeEdits(base, edits);
  if (conflicts.length === 0) return merged;
  // Outside the conflicts all edits go together: merged once more with the base's own lines in the conflicts.
  let result = "";
  let done = 0;
  for (const { base: { from, to, text }, sides } of conflicts) {
    result += between(base, edits, done, from);
    const distinct = sides.filter((side, at) => sides.findIndex((other) => other.text === side.text) === at);
    for (const [at, side] of distinct.entries()) {
      const authors = sides.filter((other) => other.text === side.text).map(({ by }) => by).join(", ");
      result += at === 0
        ? `<<<<<<< ${authors}\n${lines(side.text)}||||||| base\n${lines(text)}`
        : `======= ${authors}\n${lines(side.text)}`;
    }
    result += ">>>>>>>\n";
    done = to;
  }
  return result + between(base, edits, done, base.length);
}

/** All edits' text for a part of the base in which nothing is contradicted. */
function between(base: string, edits: readonly ProposedEdit[], from: number, to: number): string {
  const part = edits.map(({ by, text }) => {
    const changes = changedLines(base, text);
    const start = from === 0 ? 0 : moved(changes, from, "after");
    const end = to === base.length ? text.length : moved(changes, to, "before");
    return { by, text: text.slice(start, Math.max(start, end)) };
  });
  return mergeEdits(base.slice(from, to), part).text;
}

function lines(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
