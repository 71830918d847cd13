/**
 * A text parsed once, for asking: what the facts about its structure are taken from. A buffer that is open has its tree already
 * (`PluginHost.treeOf`).
 *
 * @module
 */

import { Rope } from "../text/rope.ts";
import { loadGrammar, startEngine } from "./grammar.ts";
import type { TreeView } from "./highlight.ts";
import type { Language } from "./language.ts";
import { ROOT } from "./scope_table.ts";
import { readAt } from "./syntax_tree.ts";

/** A tree that is freed when disposed. */
export interface ParsedText extends TreeView, Disposable {}

/** Parses a text; undefined where its language has no grammar. @throws Error where the grammar cannot be loaded */
export async function parseText(text: Rope | string, language: Language): Promise<ParsedText | undefined> {
  await startEngine();
  const grammar = loadGrammar(language);
  if (grammar === undefined) return undefined;
  const rope = typeof text === "string" ? Rope.of(text) : text;
  const parser = grammar.newParser();
  const tree = parser.parse((index) => readAt(rope, index));
  parser.delete();
  if (tree === null) return undefined;
  return { tree, grammar, text: rope, offset: 0, base: ROOT, [Symbol.dispose]: () => tree.delete() };
}
