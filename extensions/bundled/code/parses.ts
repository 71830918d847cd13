/**
 * `code/parses`: whether a piece of code, as a model wrote it, is code at all. Made to be named as a check of an answer:
 * `"quality": { "checks": [{ "use": "code/parses", "with": { "language": "typescript" } }] }`.
 *
 * Code in Markdown is looked at fence by fence; prose around it does not matter. The syntax tree tells; nothing is run.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { AssetsCapability } from "symphony/sdk";
import type { Node } from "web-tree-sitter";
import { type Language, languageOf } from "./language.ts";
import { withTree } from "./parse.ts";

const MOST_FAULTS = 20;

const fault = Type.Object({
  line: Type.Integer({ minimum: 1 }),
  text: Type.String({ description: "What stands there, or what is missing" }),
});

export const parsesOperator = defineOperator({
  type: "code/parses",
  title: "Check that code parses",
  description: "Looks for syntax errors in code, by itself or in the fences of a Markdown text",
  effect: "none",
  input: Type.Object({
    value: Type.String({ description: "The code, or Markdown with fences" }),
    language: Type.Optional(Type.String({
      description: "Name or file extension, for example typescript or py; else what the fences say",
    })),
  }),
  output: Type.Object({
    quality: Type.Number({ description: "1 where every piece parses, else the share that does" }),
    problem: Type.String({ description: "The first error; empty where there is none" }),
    pieces: Type.Integer({ description: "Pieces of code that were looked at" }),
    faults: Type.Array(fault),
  }),
  run: async ({ value, language }, { assets }) => {
    const pieces = piecesOf(value, language);
    const faults: { line: number; text: string }[] = [];
    let whole = 0;
    for (const { text, line, grammar } of pieces) {
      const found = await faultsOf(text, line, grammar, assets);
      if (found.length === 0) whole++;
      faults.push(...found);
    }
    const [first] = faults;
    const problem = pieces.length === 0
      ? "there is no code in a language that can be parsed"
      : first === undefined
      ? ""
      : `line ${first.line}: ${first.text}`;
    return {
      quality: pieces.length === 0 ? 0 : whole / pieces.length,
      problem,
      pieces: pieces.length,
      faults: faults.slice(0, MOST_FAULTS),
    };
  },
});

interface Piece {
  readonly text: string;
  /** Of its first line in the whole. */
  readonly line: number;
  readonly grammar: Language;
}

const FENCE = /^ {0,3}(```+|~~~+)[ \t]*([A-Za-z0-9+#-]*)[^\n]*\n([\s\S]*?)^ {0,3}\1[ \t]*$/gm;

/** The fences whose language is known, or asked for; the whole where there is no fence. */
function piecesOf(value: string, asked: string | undefined): readonly Piece[] {
  const fences = [...value.matchAll(FENCE)];
  if (fences.length === 0) {
    const grammar = grammarOf(asked ?? "", value);
    return grammar === undefined ? [] : [{ text: value, line: 1, grammar }];
  }
  return fences.flatMap(([all, , tag = "", text = ""], at) => {
    const grammar = grammarOf(tag === "" ? asked ?? "" : tag, text);
    if (grammar === undefined) return [];
    const index = fences[at]?.index ?? 0;
    const line = value.slice(0, index + all.indexOf("\n") + 1).split("\n").length;
    return [{ text, line, grammar }];
  });
}

const extensions: Readonly<Record<string, string>> = {
  typescript: "ts",
  javascript: "js",
  python: "py",
  golang: "go",
  rust: "rs",
  "c++": "cpp",
};

function grammarOf(name: string, text: string): Language | undefined {
  const lower = name.toLowerCase();
  return languageOf(`piece.${extensions[lower] ?? lower}`, text);
}

async function faultsOf(
  text: string,
  line: number,
  grammar: Language,
  assets: AssetsCapability,
): Promise<{ line: number; text: string }[]> {
  const found = await withTree(grammar, text, assets, ({ root }) => {
    const faults: { line: number; text: string }[] = [];
    collect(root, line, faults);
    return faults;
  });
  return found ?? [{ line, text: "the parser gave up" }];
}

/** Walks only into what holds an error. */
function collect(node: Node, line: number, into: { line: number; text: string }[]): void {
  if (into.length >= MOST_FAULTS || !node.hasError && !node.isMissing) return;
  const at = line + node.startPosition.row;
  if (node.isMissing) into.push({ line: at, text: `${node.type} is missing` });
  else if (node.isError) {
    into.push({ line: at, text: `not understood: ${node.text.slice(0, 60).split("\n")[0] ?? ""}` });
  } else for (const child of node.children) if (child !== null) collect(child, line, into);
}
