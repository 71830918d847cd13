/**
 * How far a change of a tree reaches in its highlighting. A query looks at a node's text, its neighbours and what is around it, so a
 * changed place also concerns small nodes around it, and all of the code of another language it stands in.
 *
 * @module
 */

import type { Range } from "../plugins/range_set.ts";
import type { TreeView } from "../syntax/highlight.ts";
import type { InjectionParser } from "../syntax/injections.ts";
import { merged } from "../syntax/syntax_tree.ts";

/** Nodes around a changed place that are taken with it: not longer than this, in UTF-16 units. */
const NODE_LIMIT = 2_048;

/** More places than this are taken as one. */
const PLACES_LIMIT = 64;

/** Ranges, ascending and apart, outside of which every span is as it was. */
export function affectedRange(
  changed: readonly Range[],
  view: TreeView,
  injections: InjectionParser,
): Range[] {
  const places = changed.length <= PLACES_LIMIT
    ? changed
    : [{ from: changed[0]!.from, to: Math.max(...changed.map(({ to }) => to)) }];
  const ranges: Range[] = [];
  for (const { from, to } of places) {
    const around = grown(view, from, to);
    ranges.push(
      around,
      ...injections.around(view, around.from, around.to).filter((piece) =>
        piece.from <= around.to && piece.to >= around.from
      ),
    );
  }
  return merged(ranges);
}

function grown(view: TreeView, from: number, to: number): Range {
  const start = Math.max(0, from - 1);
  const end = Math.min(view.text.length, to + 1);
  const first = nodeAround(view, start);
  const last = nodeAround(view, end);
  return { from: Math.min(start, first.from, last.from), to: Math.max(end, first.to, last.to) };
}

/** The largest node at a place that is within the limit; where even the innermost is longer, that one: a string or comment is one thing. */
function nodeAround(view: TreeView, place: number): Range {
  let range = { from: place, to: place };
  for (let node = view.tree.rootNode.descendantForIndex(place, place); node !== null; node = node.parent) {
    const isShort = node.endIndex - node.startIndex <= NODE_LIMIT;
    if (isShort || node.childCount === 0) range = { from: node.startIndex, to: node.endIndex };
    if (!isShort) break;
  }
  return range;
}
