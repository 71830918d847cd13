/**
 * What the editor knows about a programming language: how its files are recognised, how it is parsed, what its comments and blocks
 * look like. Data only; the table is `languages.ts`.
 *
 * @module
 */

/** Which grammar reads a language, and with which queries; file names as in `assets.ts`. */
export interface GrammarSource {
  /** `PACKAGE/FILE.wasm`. */
  readonly wasm: string;
  /** Highlight queries in the order in which they count: of two captures of one node the later wins. */
  readonly highlights: readonly string[];
  readonly injections?: readonly string[];
  /** Names of definitions, as tree-sitter's `tags.scm`. */
  readonly tags?: readonly string[];
}

export interface CommentForm {
  /** What begins a comment that ends with the line. */
  readonly line?: string;
  /** What opens and closes a comment of any length. */
  readonly block?: readonly [open: string, close: string];
}

/** How lines are indented. Tested against a line without its comment and trailing space. */
export interface IndentRules {
  /** A line after which the next one is deeper. */
  readonly opens: RegExp;
  /** A line that is itself less deep. */
  readonly closes: RegExp;
  /** Typing one of these may make the line one that `closes`. */
  readonly closers: string;
  /** Indentation has a meaning of its own: what is pasted keeps it. */
  readonly significant?: boolean;
}

export interface Language {
  /** The name that front ends and configuration use; `xi`'s where it has one. */
  readonly name: string;
  /** The TextMate scope of the whole file. */
  readonly scope: string;
  /** Without the dot, in lower case. */
  readonly extensions: readonly string[];
  /** Whole file names. */
  readonly fileNames?: readonly string[];
  /** Tested against the first line. */
  readonly firstLine?: RegExp;
  /** Other names: interpreters in `#!` lines, modes in editors' mode lines, info strings of code blocks. In lower case. */
  readonly aliases?: readonly string[];
  readonly grammar?: GrammarSource;
  readonly comments?: CommentForm;
  readonly indent?: IndentRules;
  /** Pairs that match each other, besides what the grammar calls brackets. */
  readonly brackets?: readonly (readonly [string, string])[];
  /** False where tabs are significant. */
  readonly spaces?: boolean;
}
