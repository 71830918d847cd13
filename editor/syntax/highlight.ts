/**
 * From a syntax tree to spans of scopes: what the highlight query finds in a range, flattened so that the innermost and latest capture of
 * each place decides, on top of the scopes around it.
 *
 * @module
 */

import type { QueryCapture, Tree } from "web-tree-sitter";
import type { Rope } from "../text/rope.ts";
import { keywordScope } from "./capture_scopes.ts";
import type { LoadedGrammar } from "./grammar.ts";
import type { InjectionParser } from "./injections.ts";
import { queryWindow } from "./tree_edit.ts";
import { ROOT, type ScopeTable } from "./scope_table.ts";

/** A range with one stack of scopes; offsets in UTF-16 units. */
export interface ScopeSpan {
  readonly from: number;
  readonly to: number;
  /** In the scope table. */
  readonly stack: number;
}

/** A tree, and where its text stands in the whole one. */
export interface TreeView {
  readonly tree: Tree;
  readonly grammar: LoadedGrammar;
  /** The text of the tree. */
  readonly text: Rope;
  /** Added to offsets of the tree. */
  readonly offset: number;
  /** The stack below everything the tree gives. */
  readonly base: number;
}

/** Languages inside languages inside languages; deeper ones stay plain. */
const NESTING_LIMIT = 3;

let canvas = new Int32Array(16_384);

/**
 * The spans of [from, to), ascending, of offsets in the whole text; places with no scope but the file's are left out.
 */
export function highlightRange(
  view: TreeView,
  range: { readonly from: number; readonly to: number },
  table: ScopeTable,
  injections: InjectionParser,
): ScopeSpan[] {
  const { from, to } = range;
  if (from >= to) return [];
  if (canvas.length < to - from) canvas = new Int32Array(2 * (to - from));
  const paint = canvas.subarray(0, to - from).fill(view.base);
  paintTree(view, from, to, paint, table);
  paintInjections(view, from, to, paint, table, injections, 1);
  return spansOf(paint, from);
}

function paintInjections(
  view: TreeView,
  from: number,
  to: number,
  paint: Int32Array,
  table: ScopeTable,
  injections: InjectionParser,
  depth: number,
): void {
  if (depth > NESTING_LIMIT) return;
  for (const { language, ...inner } of injections.inside(view, from, to)) {
    const base = table.push(view.base, language.scope);
    const nested: TreeView = { ...inner, base };
    paintTree(nested, from, to, paint, table);
    paintInjections(nested, from, to, paint, table, injections, depth + 1);
  }
}

interface Painted {
  readonly from: number;
  readonly to: number;
  readonly capture: QueryCapture;
}

function paintTree(view: TreeView, from: number, to: number, paint: Int32Array, table: ScopeTable): void {
  const { query, scopes, isPlain } = view.grammar.highlights();
  const captures: Painted[] = [];
  const startIndex = Math.max(0, from - view.offset);
  const endIndex = Math.min(view.text.length, to - view.offset);
  if (startIndex >= endIndex) return;
  for (const capture of query.captures(view.tree.rootNode, queryWindow(view.text, startIndex, endIndex))) {
    if (!scopes.has(capture.name)) continue;
    const start = capture.node.startIndex + view.offset;
    const end = capture.node.endIndex + view.offset;
    if (end > from && start < to && start < end) captures.push({ from: start, to: end, capture });
  }
  // What encloses comes first; of one range the pattern that says more, then the later one, replaces what the one before gave.
  captures.sort((one, other) =>
    one.from - other.from || other.to - one.to ||
    Number(isPlain[other.capture.patternIndex]) - Number(isPlain[one.capture.patternIndex])
  );
  let last: Painted | undefined;
  let below = ROOT;
  for (const painted of captures) {
    const start = Math.max(painted.from, from) - from;
    const end = Math.min(painted.to, to) - from;
    if (last === undefined || last.from !== painted.from || last.to !== painted.to) below = paint[start]!;
    last = painted;
    paint.fill(stackOf(painted, view, below, table), start, end);
  }
}

function stackOf({ from, to, capture }: Painted, view: TreeView, below: number, table: ScopeTable): number {
  const meaning = view.grammar.highlights().scopes.get(capture.name)!;
  // What an outer language painted here is not around this one's text.
  const parent = Math.max(below, view.base);
  switch (meaning.kind) {
    case "reset":
      return view.base;
    case "scope":
      return table.push(parent, meaning.scope);
    case "keyword": {
      const { node } = capture;
      const word = node.isNamed
        ? view.text.sliceString(from - view.offset, Math.min(to, from + 40) - view.offset)
        : node.type;
      return table.push(parent, keywordScope(/^\S*/.exec(word)![0], meaning.suffix));
    }
  }
}

function spansOf(paint: Int32Array, offset: number): ScopeSpan[] {
  const spans: ScopeSpan[] = [];
  for (let at = 0; at < paint.length;) {
    const stack = paint[at]!;
    const start = at;
    while (at < paint.length && paint[at] === stack) at++;
    if (stack !== ROOT) spans.push({ from: start + offset, to: at + offset, stack });
  }
  return spans;
}
