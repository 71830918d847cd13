/**
 * Tells a syntax tree what changed in its text, so that the next parse can keep what did not.
 *
 * @module
 */

import { Edit, type Point, type Tree } from "web-tree-sitter";
import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";

/** More changes than this are told as so many wider ones: each costs a walk down the tree. */
const EDIT_LIMIT = 128;

/** The row and column of an offset, in UTF-16 units, as tree-sitter has them. */
export function pointAt(text: Rope, offset: number): Point {
  const row = text.lineAt(offset);
  return { row, column: offset - text.lineStart(row) };
}

/**
 * What restricts a query to [from, to). By rows and columns, because web-tree-sitter 0.27 takes its `startIndex` and `endIndex` for bytes of
 * UTF-16, two a unit.
 */
export function queryWindow(
  text: Rope,
  from: number,
  to: number,
): { startPosition: Point; endPosition: Point } {
  return { startPosition: pointAt(text, from), endPosition: pointAt(text, to) };
}

/** Applies a change to the tree of the text before it. The tree then fits `after` but must be parsed anew. */
export function editTree(tree: Tree, delta: Delta, before: Rope, after: Rope): void {
  for (const edit of treeEdits(delta, before, after)) tree.edit(edit);
}

/** The edits of a change, last first, so that each is in offsets of the text before. */
function* treeEdits(delta: Delta, before: Rope, after: Rope): Generator<Edit> {
  const { from, to, insert } = delta;
  const width = Math.max(1, Math.ceil(from.length / EDIT_LIMIT));
  let growth = after.length - before.length;
  for (let last = from.length - 1; last >= 0; last -= width) {
    const first = Math.max(0, last - width + 1);
    const newEnd = to[last]! + growth;
    for (let at = last; at >= first; at--) growth -= insert[at]!.length - (to[at]! - from[at]!);
    const startIndex = from[first]!;
    // Where the earlier changes have not been told yet, what stands before them is where it was.
    const newEndIndex = newEnd - growth;
    const startPosition = pointAt(before, startIndex);
    const rows = after.lineAt(newEnd) - after.lineAt(startIndex + growth);
    const column = newEnd - after.lineStart(after.lineAt(newEnd));
    yield new Edit({
      startIndex,
      oldEndIndex: to[last]!,
      newEndIndex,
      startPosition,
      oldEndPosition: pointAt(before, to[last]!),
      newEndPosition: rows === 0
        ? { row: startPosition.row, column: startPosition.column + newEndIndex - startIndex }
        : { row: startPosition.row + rows, column },
    });
  }
}
