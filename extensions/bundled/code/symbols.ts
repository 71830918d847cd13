/**
 * `code/symbols`: what a file declares, imports and says about itself. Markdown counts too: its headings are its symbols
 * and the names in its code spans what it mentions.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { AssetsCapability } from "symphony/sdk";
import { declarationsOf, leadingDoc } from "./declarations.ts";
import { importsOf } from "./imports.ts";
import { languageOf, plainLanguageName } from "./language.ts";
import { markdownOutline } from "./markdown.ts";
import { withTree } from "./parse.ts";
import { importStatement, outline, symbolEntry } from "./schemas.ts";
import type { Outline } from "./schemas.ts";
import { countLines, judgeSource, readSource } from "./source_file.ts";
import { isTestFile } from "./test_file.ts";

export const symbolsOperator = defineOperator({
  type: "code/symbols",
  title: "List symbols",
  description: "Functions, classes and types of a source file with their place, signature and doc comment",
  effect: "read",
  input: Type.Object({
    file: Type.String({ description: "The file, relative to the workspace" }),
    source: Type.Optional(Type.String({ description: "Its text, where it is not to be read from disk" })),
  }),
  output: Type.Object({
    file: Type.String(),
    language: Type.String(),
    symbols: Type.Array(symbolEntry),
    imports: Type.Array(importStatement),
    exports: Type.Array(Type.String(), { description: "Names of what is seen outside" }),
    outline,
  }),
  run: async ({ file, source }, context) => {
    const text = source === undefined ? await readSource(file, context) : judgeSource(source);
    const found = text.kind === "skipped"
      ? emptyOutline(file, plainLanguageName(file))
      : await outlineOf(file, text.source, context.assets);
    const exports = found.symbols.filter(({ exported, parent }) => exported && parent === "").map((
      { name },
    ) => name);
    return {
      file,
      language: found.language,
      symbols: found.symbols,
      imports: found.imports,
      exports,
      outline: found,
    };
  },
});

/** The outline of a file's text. @throws ExtensionFailure where a grammar cannot be read */
export async function outlineOf(file: string, source: string, assets: AssetsCapability): Promise<Outline> {
  const language = languageOf(file, source);
  const base = {
    ...emptyOutline(file, language?.name ?? plainLanguageName(file)),
    lines: countLines(source),
  };
  if (base.language === "markdown") return { ...base, ...markdownOutline(source) };
  if (language === undefined) return base;
  const read = await withTree(language, source, assets, (parsed): Partial<Outline> => {
    const captures = parsed.captures();
    return {
      symbols: declarationsOf(parsed),
      imports: importsOf(language.name, captures),
      package: captures.find(({ name }) => name === "package")?.node.text ?? "",
      doc: leadingDoc(parsed),
    };
  });
  return { ...base, ...read };
}

function emptyOutline(file: string, language: string): Outline {
  return {
    file,
    language,
    lines: 0,
    package: "",
    isTest: isTestFile(file),
    imports: [],
    symbols: [],
    doc: "",
    mentions: [],
  };
}
