/**
 * Where a text breaks the grammar of its language, in words and with a place. Pure, over a tree that is there.
 *
 * The tree's own error nodes are often far larger than the fault: where a bracket of theirs has no partner, that is what is told; else
 * their first line. A grammar may know less than its language; which of them are trusted how far stands in `TRUST`.
 *
 * @module
 */

import { type Node, Query } from "web-tree-sitter";
import type { TextRange } from "../../core/ports/text_editing.ts";
import { queryWindow } from "../syntax/tree_edit.ts";
import type { LoadedGrammar } from "../syntax/grammar.ts";
import type { TreeView } from "../syntax/highlight.ts";

export interface SyntaxFault {
  readonly range: TextRange;
  readonly severity: "error" | "warning";
  readonly message: string;
}

export const MOST_FAULTS = 100;
/** Text that is looked at in one turn, in UTF-16 units. */
export const WINDOW = 200_000;
const BROKEN = "(ERROR) @error (MISSING) @missing";
const MOST_BRACKETS = 3;
const MOST_CHILDREN = 2_000;
const LONGEST_QUOTE = 40;

/** Grammars that stand in for another language, or read valid code as faulty: nothing is said, or it is a warning. */
const TRUST: Readonly<Record<string, "none" | "warning">> = {
  "C": "warning",
  "C#": "warning",
  "C++": "warning",
  "EJS": "none",
  "HTML": "warning",
  "HTML (Rails)": "none",
  "Makefile": "warning",
  "PHP": "warning",
  "Regular Expression": "none",
  "Scala": "warning",
  "Svelte": "warning",
  "Vue": "warning",
  "XML": "none",
};

/** What a grammar does not know yet of its language: the line up to where it finds a fault. */
const UNKNOWN: Readonly<Record<string, RegExp>> = {
  "TypeScript": /\busing(?:\s+[\w$]+)?$/,
};

const CLOSERS: Readonly<Record<string, string>> = { "{": "}", "(": ")", "[": "]", "${": "}" };
const OPENERS: Readonly<Record<string, string>> = { "}": "{", ")": "(", "]": "[" };

const queries = new WeakMap<LoadedGrammar, Query>();

/** The faults that begin in a range of a text with a tree, by place, at most `MOST_FAULTS`. Costs 5 ms for `WINDOW` units. */
export function syntaxFaults(
  view: TreeView,
  { from, to }: TextRange = { from: 0, to: Infinity },
): SyntaxFault[] {
  const { name } = view.grammar.language;
  const trust = TRUST[name];
  if (trust === "none" || !view.tree.rootNode.hasError) return [];
  const severity = trust ?? "error";
  const faults = new Map<string, SyntaxFault>();
  const add = (range: TextRange, message: string) => {
    if (faults.size < MOST_FAULTS) faults.set(`${range.from} ${message}`, { range, severity, message });
  };
  let query = queries.get(view.grammar);
  if (query === undefined) queries.set(view.grammar, query = new Query(view.grammar.grammar, BROKEN));
  const { length } = view.text;
  const end = Math.min(to, length);
  // A missing piece at the very end is behind every range that ends there.
  const within = queryWindow(view.text, from, end);
  const window = end < length ? within : { ...within, endPosition: { row: view.text.lines + 1, column: 0 } };
  for (const { node } of query.captures(view.tree.rootNode, window)) {
    const isHere = node.startIndex >= from && (node.startIndex < end || end === length);
    if (!isHere || faults.size >= MOST_FAULTS) continue;
    if (node.isMissing) add(placeOfMissing(view, node), missing(view, node));
    else if (!holdsFaults(node)) tellError(view, node, name, add);
  }
  return [...faults.values()].sort((one, other) =>
    one.range.from - other.range.from || one.range.to - other.range.to
  );
}

/** In what could not be read at all, the faults inside say more than the whole. */
function holdsFaults(node: Node): boolean {
  return node.childCount <= MOST_CHILDREN &&
    node.children.some((child) => child !== null && (child.isError || child.isMissing || child.hasError));
}

function tellError(
  view: TreeView,
  node: Node,
  language: string,
  add: (range: TextRange, message: string) => void,
): void {
  if (UNKNOWN[language]?.test(lineUpTo(view, node.startIndex).trimEnd()) === true) return;
  const lone = loneBrackets(node).slice(0, MOST_BRACKETS);
  for (const { range, message } of lone) add(range, message);
  if (lone.length > 0) return;
  const { range, message } = unexpected(view, node, language);
  add(range, message);
}

/** Brackets among the children of an error that have no partner there. */
function loneBrackets(node: Node): { readonly range: TextRange; readonly message: string }[] {
  if (node.childCount > MOST_CHILDREN) return [];
  const open: Node[] = [];
  const lone: { range: TextRange; message: string }[] = [];
  for (const child of node.children) {
    if (child === null || child.isNamed) continue;
    if (Object.hasOwn(CLOSERS, child.type)) open.push(child);
    else if (Object.hasOwn(OPENERS, child.type)) {
      if (CLOSERS[open.at(-1)?.type ?? ""] === child.type) open.pop();
      else lone.push({ range: rangeOf(child), message: `Found "${child.type}" that closes nothing` });
    }
  }
  for (const one of open) {
    lone.push({
      range: rangeOf(one),
      message: `Found "${one.type}" that is never closed: expected "${CLOSERS[one.type]}" for it`,
    });
  }
  return lone;
}

function unexpected(view: TreeView, node: Node, language: string): { range: TextRange; message: string } {
  const { text } = view;
  // What stands before the first thing that cannot be read may be fine, but nobody knows which.
  const from = Math.min(node.startIndex, text.length);
  const lineEnd = text.lineEnd(text.lineAt(from));
  const to = Math.max(from, Math.min(node.endIndex, lineEnd));
  const words = text.sliceString(from, text.snap(Math.min(to, from + LONGEST_QUOTE))).trim();
  const quote = words === "" ? "something" : JSON.stringify(words.length < to - from ? `${words}…` : words);
  return {
    range: { from, to },
    message: `Found ${quote}, which does not fit the grammar of ${language} here`,
  };
}

function missing({ text }: TreeView, node: Node): string {
  const { type, isNamed, parent } = node;
  const opener = parent?.children.find((child) => child?.type === OPENERS[type]);
  const of = opener === undefined || opener === null
    ? ""
    : `: the "${opener.type}" in line ${text.lineAt(opener.startIndex) + 1} is not closed`;
  const what = isNamed ? `${/^[aeiou]/.test(type) ? "an" : "a"} ${type.replaceAll("_", " ")}` : `"${type}"`;
  return `Expected ${what} here, found none${of}`;
}

/** A missing piece is empty: the word before it is what can be seen. */
function placeOfMissing({ text }: TreeView, node: Node): TextRange {
  const at = Math.min(node.startIndex, text.length);
  const start = text.lineStart(text.lineAt(at));
  const before = text.sliceString(Math.max(start, text.snap(at - 100 < 0 ? 0 : at - 100)), at);
  const word = /([\p{L}\p{N}_$]+|\S)\s*$/u.exec(before);
  return word === null
    ? { from: at, to: at }
    : { from: at - word[0].length, to: at - word[0].length + word[1]!.length };
}

function lineUpTo({ text }: TreeView, offset: number): string {
  return text.sliceString(
    text.lineStart(text.lineAt(Math.min(offset, text.length))),
    Math.min(offset, text.length),
  );
}

function rangeOf({ startIndex, endIndex }: Node): TextRange {
  return { from: startIndex, to: endIndex };
}
