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
const COUNT_LIMIT = 200;

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
    const startIndex = Math.max(0, from - view.offset);
    const endIndex = Math.min(view.text.length, to - view.offset);
    if (startIndex > endIndex) return [];
    const found: Found[] = [];
    const together = new Map<string, Found>();
    let count = 0;
    const window = queryWindow(
      view.text,
      Math.max(0, startIndex - MARGIN),
      Math.min(view.text.length, endIndex + MARGIN),
    );
    for (const match of query.matches(view.tree.rootNode, window)) {
      const isCombined = match.setProperties?.["injection.combined"] !== undefined;
      const language = languageOfMatch(match, view);
      if (language === undefined) continue;
      const inner = "injection.include-children" in (match.setProperties ?? {});
      const ranges = match.captures.filter(({ name }) => name === "injection.content")
        .flatMap(({ node }) => inner || node.namedChildCount === 0 ? [rangeOf(node)] : withoutChildren(node))
        .filter((range) => range.from < range.to);
      if (!isCombined) {
        const shown = ranges.filter((range) => range.from <= endIndex && range.to >= startIndex);
        count += shown.length;
        if (shown.length > 0) found.push({ language, ranges: shown, isCombined });
      } else {
        const group = together.get(language.name) ?? { language, ranges: [], isCombined };
        group.ranges.push(...ranges);
        together.set(language.name, group);
      }
      if (count > COUNT_LIMIT) return [];
    }
    return [...found, ...together.values()];
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
    const tree = this.#parser(grammar).parse(source);
    if (tree === null) return undefined;
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
    const tree = this.#parser(grammar).parse((index) => readAt(view.text, index), null, { includedRanges });
    if (tree === null) return undefined;
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
