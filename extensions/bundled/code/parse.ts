/**
 * Parsing: one parser and one compiled query for each grammar, made on first use and kept for the life of the worker. A
 * tree lives in WebAssembly memory, so it is lent to a function and freed when that function ends.
 *
 * @module
 */

import { Language as Grammar, Parser, Query } from "web-tree-sitter";
import type { Node, Tree } from "web-tree-sitter";
import type { AssetsCapability } from "symphony/sdk";
import type { Language } from "./language.ts";

/** A piece of a file that the language's query names, in the order of the file. Offsets are UTF-16 units, rows from 0. */
export interface Capture {
  readonly name: string;
  readonly node: Node;
  readonly start: number;
  readonly end: number;
  readonly row: number;
}

export interface ParsedFile {
  readonly language: Language;
  readonly source: string;
  readonly root: Node;
  captures(): readonly Capture[];
}

interface Reader {
  readonly parser: Parser;
  readonly query: Query;
}

const readers = new Map<string, Promise<Reader>>();
let engine: Promise<void> | undefined;

/** Makes the parser of a language ready. @throws ExtensionFailure where an asset cannot be read */
export function loadLanguage(language: Language, assets: AssetsCapability): Promise<Reader> {
  const known = readers.get(language.name);
  if (known !== undefined) return known;
  const loading = load(language, assets);
  readers.set(language.name, loading);
  // A grammar that could not be read once may be there at the next try.
  loading.catch(() => readers.delete(language.name));
  return loading;
}

async function load(language: Language, assets: AssetsCapability): Promise<Reader> {
  engine ??= startEngine(assets);
  try {
    await engine;
  } catch (error) {
    engine = undefined;
    throw error;
  }
  const grammar = await Grammar.load(await assets.bytes(language.asset));
  const parser = new Parser();
  parser.setLanguage(grammar);
  return { parser, query: new Query(grammar, language.query) };
}

async function startEngine(assets: AssetsCapability): Promise<void> {
  const wasmBinary = await assets.bytes("npm:web-tree-sitter/web-tree-sitter.wasm");
  // Without `locateFile` the engine makes a URL beside its module, and an extension's module is a `data:` URL, which has
  // nothing beside it.
  await Parser.init({ wasmBinary, locateFile: (name: string) => name });
}

/** Parses `source`, lends the tree to `use` and frees it; undefined where the parser gave up. */
export async function withTree<T>(
  language: Language,
  source: string,
  assets: AssetsCapability,
  use: (parsed: ParsedFile) => T,
): Promise<T | undefined> {
  const { parser, query } = await loadLanguage(language, assets);
  const tree: Tree | null = parser.parse(source);
  if (tree === null) return undefined;
  try {
    const root = tree.rootNode;
    return use({ language, source, root, captures: () => capturesOf(query, root) });
  } finally {
    tree.delete();
  }
}

function capturesOf(query: Query, root: Node): Capture[] {
  const captures: Capture[] = [];
  for (const { name, node } of query.captures(root)) {
    captures.push({ name, node, start: node.startIndex, end: node.endIndex, row: node.startPosition.row });
  }
  return captures;
}
