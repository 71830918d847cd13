/**
 * Grammars, loaded when a language is first needed and kept: the parser's tables and compiled queries.
 *
 * The engine (tree-sitter as WebAssembly) starts once and asynchronously; after that a grammar loads at once, in the turn that needs it, so
 * that the first frame of a file can be coloured. A query costs tens of milliseconds to compile, so each waits until it is used.
 *
 * @module
 */

import { Language as Grammar, Parser, Query } from "web-tree-sitter";
import { readAsset, readAssetText } from "./assets.ts";
import { type CaptureScope, captureScopes } from "./capture_scopes.ts";
import type { Language } from "./language.ts";
import { isOwnQuery, ownQuery } from "./own_queries.ts";

/** The asset that is the engine itself. */
export const ENGINE = "web-tree-sitter/web-tree-sitter.wasm";

let engine: Promise<void> | undefined;
let running = false;

/** Starts the engine; later calls wait for the first. @throws SymphonyError `not-found` where the asset is missing */
export function startEngine(): Promise<void> {
  engine ??= begin();
  return engine;
}

async function begin(): Promise<void> {
  try {
    // Without `locateFile` the engine looks beside its module, which in the executable is not a file.
    await Parser.init({ wasmBinary: readAsset(ENGINE), locateFile: (name: string) => name });
    running = true;
  } catch (error) {
    engine = undefined;
    throw error;
  }
}

/** Whether grammars can be loaded now. */
export function isEngineRunning(): boolean {
  return running;
}

/** A compiled query and what its captures mean. */
export interface HighlightQuery {
  readonly query: Query;
  /** By name of the capture. */
  readonly scopes: ReadonlyMap<string, CaptureScope>;
  /** By pattern: whether it looks at nothing but the node's type. What looks at more says more, wherever it stands. */
  readonly isPlain: readonly boolean[];
}

export class LoadedGrammar {
  readonly language: Language;
  readonly grammar: Grammar;
  #highlights: HighlightQuery | undefined;
  #injections: Query | null | undefined;
  #tags: Query | null | undefined;

  constructor(language: Language, grammar: Grammar) {
    this.language = language;
    this.grammar = grammar;
  }

  /** A parser for this grammar. The caller deletes it. */
  newParser(): Parser {
    return new Parser().setLanguage(this.grammar);
  }

  highlights(): HighlightQuery {
    if (this.#highlights === undefined) {
      const text = queryText(this.language.grammar!.highlights);
      const query = new Query(this.grammar, text);
      const isPlain = Array.from(
        { length: query.patternCount() },
        (_, pattern) =>
          isPlainPattern(text.slice(query.startIndexForPattern(pattern), query.endIndexForPattern(pattern))),
      );
      this.#highlights = { query, scopes: captureScopes(query.captureNames, this.language), isPlain };
    }
    return this.#highlights;
  }

  /** Where other languages stand inside; undefined where none do. */
  injections(): Query | undefined {
    this.#injections ??= this.#optional(this.language.grammar!.injections);
    return this.#injections ?? undefined;
  }

  /** Definitions; undefined where the language has none to find. */
  tags(): Query | undefined {
    this.#tags ??= this.#optional(this.language.grammar!.tags);
    return this.#tags ?? undefined;
  }

  #optional(names: readonly string[] | undefined): Query | null {
    return names === undefined ? null : new Query(this.grammar, queryText(names));
  }
}

const loaded = new Map<string, LoadedGrammar | Error>();

/**
 * The grammar of a language; undefined for a language without one and before the engine runs.
 * @throws Error where its asset is missing or cannot be loaded; the same one each time
 */
export function loadGrammar(language: Language): LoadedGrammar | undefined {
  if (language.grammar === undefined || !running) return undefined;
  const known = loaded.get(language.name);
  if (known instanceof Error) throw known;
  if (known !== undefined) return known;
  try {
    const module = new WebAssembly.Module(readAsset(language.grammar.wasm));
    const grammar = new LoadedGrammar(language, Grammar.loadSync(module));
    loaded.set(language.name, grammar);
    return grammar;
  } catch (error) {
    const failure = error instanceof Error ? error : new Error(String(error));
    loaded.set(language.name, failure);
    throw failure;
  }
}

/** Whether a pattern is a node, or one of several, without children, fields or conditions. */
function isPlainPattern(pattern: string): boolean {
  const bare = pattern.replaceAll(/;.*|"(?:[^"\\]|\\.)*"/g, "");
  return !/\([^()]*\(|#|\w\s*:/.test(bare);
}

function queryText(names: readonly string[]): string {
  return names.map((name) => isOwnQuery(name) ? ownQuery(name) : readAssetText(name)).join("\n");
}
