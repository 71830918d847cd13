/**
 * Where a text breaks the grammar of its language, in words and with a place. Pure, over a tree that is there.
 *
 * The tree's own error nodes are often far larger than the fault: where a bracket of theirs has no partner, that is what is told; else
 * their first line. A grammar may know less than its language; which of them are trusted how far stands in `TRUST`.
 *
 * @module
 */

import type { Node } from "web-tree-sitter";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { TreeView } from "../syntax/highlight.ts";

export interface SyntaxFault {
  readonly range: TextRange;
  readonly severity: "error" | "warning";
  readonly message: string;
}

export const MOST_FAULTS = 100;
/** Nodes that are looked at; what comes behind them in a huge text is not told. */
const MOST_NODES = 20_000;
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

/** The faults of a tree, by place, at most `MOST_FAULTS`. */
export function syntaxFaults(view: TreeView): SyntaxFault[] {
  const { name } = view.grammar.language;
  const trust = TRUST[name];
  const root = view.tree.rootNode;
  if (trust === "none" || !root.hasError) return [];
  const faults: SyntaxFault[] = [];
  const severity = trust ?? "error";
  let left = MOST_NODES;
  const visit = (node: Node): void => {
    if (--left < 0 || faults.length >= MOST_FAULTS || !node.hasError && !node.isMissing) return;
    if (node.isMissing) {
      faults.push({ range: placeOfMissing(view, node), severity, message: missing(view, node) });
    } else if (node.isError) {
      const before = faults.length;
      // In what could not be read at all, the faults inside say more than the whole.
      if (node.childCount <= MOST_CHILDREN) node.children.forEach((child) => child !== null && visit(child));
      if (faults.length > before) return;
      if (UNKNOWN[name]?.test(lineUpTo(view, node.startIndex).trimEnd()) === true) return;
      const [bracket, ...more] = loneBrackets(node);
      for (const one of bracket === undefined ? [] : [bracket, ...more].slice(0, 3)) {
        faults.push({ ...one, severity });
      }
      if (bracket === undefined) faults.push({ ...unexpected(view, node, name), severity });
    } else if (node.childCount <= MOST_CHILDREN) {
      for (const child of node.children) if (child !== null) visit(child);
    } else visitMany(node);
  };
  /** One child after the other: a list of a million elements is not made at once. */
  const visitMany = (node: Node): void => {
    const cursor = node.walk();
    if (cursor.gotoFirstChild()) {
      do visit(cursor.currentNode); while (left > 0 && cursor.gotoNextSibling());
    }
    cursor.delete();
  };
  visit(root);
  return faults.sort((one, other) => one.range.from - other.range.from || one.range.to - other.range.to);
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
