/**
 * Brackets that belong together, by the tree: one in a string or comment belongs to nothing.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { TreeView } from "../highlight.ts";
import type { TextRange } from "../syntax_tree.ts";
import { nodeAt, rangeOf } from "./enclosing.ts";

/** Both sides of a pair. */
export interface BracketPair {
  readonly open: TextRange;
  readonly close: TextRange;
}

/** What closes what, over all languages; a grammar uses some of them. */
const PAIRS: readonly (readonly [open: string, close: string])[] = [
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["<", ">"],
  ["${", "}"],
  ["#{", "}"],
  ["[[", "]]"],
  ["((", "))"],
  ["$(", ")"],
  ["start_tag", "end_tag"],
  ["do", "end"],
  ["do", "done"],
  ["if", "fi"],
  ["if", "end"],
  ["while", "end"],
  ["for", "end"],
  ["unless", "end"],
  ["case", "esac"],
  ["case", "end"],
  ["begin", "end"],
  ["def", "end"],
  ["class", "end"],
  ["module", "end"],
  ["function", "end"],
  ["then", "end"],
  ["repeat", "until"],
];

/** The pair whose one side is at `offset` or ends there; undefined where there is none. */
export function matchingBracket(view: TreeView, offset: number): BracketPair | undefined {
  for (const place of [offset, offset - 1]) {
    if (place < 0 || place >= view.text.length) continue;
    for (let node = nodeAt(view, place, place + 1); node !== null; node = node.parent) {
      const pair = pairOf(node);
      if (pair !== undefined) return pair;
      // Only the bracket itself, or the tag around it.
      if (node.isNamed && !node.type.endsWith("_tag") && node.type !== "tag_name") break;
    }
  }
  return undefined;
}

/** The innermost pair around a range. */
export function enclosingBrackets(view: TreeView, from: number, to: number = from): BracketPair | undefined {
  for (let node = nodeAt(view, from, to); node !== null; node = node.parent) {
    for (const child of node.children) {
      if (child.isNamed || child.endIndex > from) continue;
      const pair = pairOf(child);
      if (pair !== undefined && pair.open.to <= from && pair.close.from >= to) return pair;
    }
  }
  return undefined;
}

/** The pair a node is a side of. */
function pairOf(node: Node): BracketPair | undefined {
  const parent = node.parent;
  if (parent === null || node.isMissing) return undefined;
  const isTag = node.type === "start_tag" || node.type === "end_tag";
  if (node.isNamed && !isTag) return undefined;
  for (const [open, close] of PAIRS) {
    if (node.type === open) {
      const other = parent.children.findLast((child) =>
        child.type === close && child.startIndex >= node.endIndex && !child.isMissing
      );
      if (other !== undefined) return { open: rangeOf(node), close: rangeOf(other) };
    } else if (node.type === close) {
      const other = parent.children.find((child) => child.type === open && child.endIndex <= node.startIndex);
      if (other !== undefined) return { open: rangeOf(other), close: rangeOf(node) };
    }
  }
  return undefined;
}
