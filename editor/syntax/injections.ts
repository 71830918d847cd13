/**
 * Code of another language inside a file: scripts in HTML, regular expressions and documentation comments in JavaScript, templates.
 *
 * Each piece is parsed on its own when it is shown, and kept while its text stays the same. Pieces that a grammar wants read as one
 * (templates) are parsed together as far as they lie near what is shown.
 *
 * @module
 */

import type { Node, Parser, QueryMatch, Range, Tree } from "web-tree-sitter";
import { Rope } from "../text/rope.ts";
import { type LoadedGrammar, loadGrammar } from "./grammar.ts";
import type { TreeView } from "./highlight.ts";
import type { Language } from "./language.ts";
import { languageCalled } from "./language_of.ts";
import { readAt, type TextRange } from "./syntax_tree.ts";
import { queryWindow } from "./tree_edit.ts";

/** A tree of another language: a view of it without the stack below. */
export interface InjectedTree extends Omit<TreeView, "base"> {
  readonly language: Language;
}

/** Parsed pieces that are kept. */
const KEPT = 64;

/** A piece longer than this is parsed only around what is shown, in UTF-16 units. */
const PIECE_LIMIT = 65_536;

/** How far around what is shown pieces are parsed. */
const MARGIN = 16_384;

/** Pieces in one range; a file that has more stays plain there. */
const COUNT_LIMIT = 4_000;

/** What a parse of a piece may take, in milliseconds; beyond that it stays plain. */
const PIECE_MS = 25;

/** Stops a parse that takes longer than `ms`. */
export function deadline(ms: number): () => boolean {
  const end = performance.now() + ms;
  return () => performance.now() >= end;
}

interface Piece {
  readonly tree: Tree;
  readonly text: Rope;
}

interface Found {
  readonly language: Language;
  readonly ranges: TextRange[];
  readonly isCombined: boolean;
}

export class InjectionParser {
  readonly #parsers = new Map<string, Parser>();
  readonly #pieces = new Map<string, Piece>();
  #combined: Tree[] = [];

  /** The trees of other languages that touch [from, to) of the whole text. They are valid until the next call of `release`. */
  *inside(view: TreeView, from: number, to: number): Generator<InjectedTree> {
    for (const { language, ranges, isCombined } of this.#find(view, from, to)) {
      const grammar = loadable(language);
      if (grammar === undefined) continue;
      const tree = isCombined ? this.#together(view, grammar, ranges) : undefined;
      if (tree !== undefined) yield { language, grammar, tree, text: view.text, offset: view.offset };
      if (isCombined) continue;
      for (const range of ranges) {
        const clipped = clip(view.text, range, from - view.offset, to - view.offset);
        const piece = this.#piece(grammar, view.text.sliceString(clipped.from, clipped.to));
        if (piece !== undefined) yield { language, grammar, ...piece, offset: view.offset + clipped.from };
      }
    }
  }

  /** The tree of code that stands in `range` of a text, as far as it lies near what is shown; undefined where it takes too long. */
  parse(
    grammar: LoadedGrammar,
    text: Rope,
    range: TextRange,
    shown: TextRange,
  ): (Piece & { readonly offset: number }) | undefined {
    const { from, to } = clip(text, range, shown.from, shown.to);
    const piece = this.#piece(grammar, text.sliceString(from, to));
    return piece && { ...piece, offset: from };
  }

  /** Ranges of the whole text in which a change of [from, to) may change colours, because they are read as one by another language. */
  around(view: TreeView, from: number, to: number): TextRange[] {
    return this.#find(view, from, to).flatMap(({ ranges }) =>
      ranges.map((range) => ({ from: range.from + view.offset, to: range.to + view.offset }))
    );
  }

  /** Frees what is kept for no longer than one frame. */
  release(): void {
    for (const tree of this.#combined) tree.delete();
    this.#combined = [];
    for (const [key, { tree }] of this.#pieces) {
      if (this.#pieces.size <= KEPT) break;
      this.#pieces.delete(key);
      tree.delete();
    }
  }

  dispose(): void {
    this.release();
    for (const { tree } of this.#pieces.values()) tree.delete();
    for (const parser of this.#parsers.values()) parser.delete();
    this.#pieces.clear();
    this.#parsers.clear();
  }

  /** What the injection query finds, in offsets of the view's text. */
  #find(view: TreeView, from: number, to: number): Found[] {
    const query = view.grammar.injections();
    if (query === undefined) return [];
    const start = Math.max(0, from - view.offset);
    const end = Math.min(view.text.length, to - view.offset);
    if (start > end) return [];
    const found: Found[] = [];
    const together = new Set<string>();
    for (const match of query.matches(view.tree.rootNode, queryWindow(view.text, start, end))) {
      const language = languageOfMatch(match, view);
      if (language === undefined) continue;
      const isCombined = match.setProperties?.["injection.combined"] !== undefined;
      const hasChildren = "injection.include-children" in (match.setProperties ?? {});
      for (const { name, node } of match.captures) {
        if (name !== "injection.content") continue;
        if (isCombined) {
          const key = `${node.parent?.id} ${language.name}`;
          if (together.has(key)) continue;
          together.add(key);
          found.push({ language, isCombined, ranges: brothers(node, start, end) });
        } else {
          const ranges = (hasChildren || node.namedChildCount === 0 ? [rangeOf(node)] : withoutChildren(node))
            .filter((range) => range.from < range.to && range.from <= end && range.to >= start);
          found.push({ language, isCombined, ranges });
        }
      }
      if (found.length > COUNT_LIMIT) return [];
    }
    return found;
  }

  #piece(grammar: LoadedGrammar, source: string): Piece | undefined {
    const key = `${grammar.language.name}\n${source}`;
    const known = this.#pieces.get(key);
    if (known !== undefined) {
      // Used last, dropped last.
      this.#pieces.delete(key);
      this.#pieces.set(key, known);
      return known;
    }
    const parser = this.#parser(grammar);
    const tree = parser.parse(source, null, { progressCallback: deadline(PIECE_MS) });
    if (tree === null) {
      parser.reset();
      return undefined;
    }
    const piece = { tree, text: Rope.of(source) };
    this.#pieces.set(key, piece);
    return piece;
  }

  #together(view: TreeView, grammar: LoadedGrammar, ranges: readonly TextRange[]): Tree | undefined {
    const includedRanges: Range[] = [];
    for (const { from, to } of [...ranges].sort((one, other) => one.from - other.from)) {
      if (from < (includedRanges.at(-1)?.endIndex ?? 0)) continue;
      const row = view.text.lineAt(from);
      const endRow = view.text.lineAt(to);
      includedRanges.push({
        startIndex: from,
        endIndex: to,
        startPosition: { row, column: from - view.text.lineStart(row) },
        endPosition: { row: endRow, column: to - view.text.lineStart(endRow) },
      });
    }
    if (includedRanges.length === 0) return undefined;
    const parser = this.#parser(grammar);
    const options = { includedRanges, progressCallback: deadline(PIECE_MS) };
    const tree = parser.parse((index) => readAt(view.text, index), null, options);
    if (tree === null) {
      parser.reset();
      return undefined;
    }
    this.#combined.push(tree);
    return tree;
  }

  #parser(grammar: LoadedGrammar): Parser {
    const name = grammar.language.name;
    let parser = this.#parsers.get(name);
    if (parser === undefined) this.#parsers.set(name, parser = grammar.newParser());
    return parser;
  }
}

function languageOfMatch(match: QueryMatch, view: TreeView): Language | undefined {
  const named = match.setProperties?.["injection.language"];
  const captured = match.captures.find(({ name }) => name === "injection.language");
  const word = named ?? (captured === undefined ? undefined : textOf(view, captured.node));
  if (word === undefined) return undefined;
  const language = languageCalled(word);
  // JavaScript's query names every comment; only documentation has anything to show.
  if (language?.name === "JSDoc") {
    const content = match.captures.find(({ name }) => name === "injection.content");
    if (content === undefined || !textOf(view, content.node, 3).startsWith("/**")) return undefined;
  }
  return language;
}

function textOf(view: TreeView, node: Node, limit = 100): string {
  return view.text.sliceString(
    node.startIndex,
    Math.min(node.endIndex, view.text.snap(node.startIndex + limit)),
  );
}

/** A node and those beside it that are of its kind, as far as they lie near what is shown: the pieces of a template. */
function brothers(node: Node, start: number, end: number): TextRange[] {
  const ranges: TextRange[] = [];
  const isNear = (other: Node) => other.endIndex >= start - MARGIN && other.startIndex <= end + MARGIN;
  let first = node;
  for (
    let other = node.previousNamedSibling;
    other !== null && isNear(other);
    other = other.previousNamedSibling
  ) first = other;
  for (let other: Node | null = first; other !== null && isNear(other); other = other.nextNamedSibling) {
    if (other.type === node.type) ranges.push(rangeOf(other));
  }
  return ranges;
}

function rangeOf(node: Node): TextRange {
  return { from: node.startIndex, to: node.endIndex };
}

function withoutChildren(node: Node): TextRange[] {
  const ranges: TextRange[] = [];
  let at = node.startIndex;
  for (const child of node.namedChildren) {
    ranges.push({ from: at, to: child.startIndex });
    at = child.endIndex;
  }
  ranges.push({ from: at, to: node.endIndex });
  return ranges;
}

/** A long range cut to lines around what is shown. */
function clip(text: Rope, range: TextRange, from: number, to: number): TextRange {
  if (range.to - range.from <= PIECE_LIMIT) return range;
  const start = Math.max(range.from, from - MARGIN);
  const end = Math.min(range.to, to + MARGIN);
  return {
    from: start === range.from ? start : Math.max(range.from, text.lineStart(text.lineAt(start))),
    to: end === range.to ? end : Math.min(range.to, text.lineEnd(text.lineAt(end))),
  };
}

function loadable(language: Language): LoadedGrammar | undefined {
  try {
    return loadGrammar(language);
  } catch {
    // A missing grammar is told once for its own files; here the text stays plain.
    return undefined;
  }
}
