/**
 * `code/metrics`: what one source file is made of. Never fails for what is in the file: what cannot be measured is said
 * in `metrics.note`.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { AssetsCapability, CallContext, Static } from "symphony/sdk";
import { importsOf, importSpans } from "./imports.ts";
import type { Import } from "./imports.ts";
import { languageOf, plainLanguageName } from "./language.ts";
import type { Language } from "./language.ts";
import { debtMarkers, lineCounts, lineIndex } from "./lines.ts";
import type { Span } from "./lines.ts";
import { measureTree } from "./measure.ts";
import type { TreeMetrics } from "./measure.ts";
import { withTree } from "./parse.ts";
import type { Capture, ParsedFile } from "./parse.ts";
import { fileMetrics, tokenData } from "./schemas.ts";
import type { FileMetrics, TokenData } from "./schemas.ts";
import { judgeSource, readSource } from "./source_file.ts";
import { isTestFile } from "./test_file.ts";
import { encodeTokens, tokenize } from "./tokens.ts";

const output = Type.Object({
  file: Type.String({ description: "The file that was measured" }),
  language: Type.String({ description: "Its language; `other` where it is not known" }),
  source: Type.String({ description: "Its text; empty where it is not measured" }),
  complexity: Type.Integer({ description: "The cyclomatic complexity of all its functions together" }),
  metrics: fileMetrics,
  tokens: tokenData,
});

export const metricsOperator = defineOperator({
  type: "code/metrics",
  title: "Measure a file",
  description:
    "Lines, functions, complexity, debt markers and imports of a source file, from its syntax tree",
  effect: "read",
  input: Type.Object({
    file: Type.String({ description: "The file, relative to the workspace" }),
    source: Type.Optional(Type.String({ description: "Its text, where it is not to be read from disk" })),
  }),
  output,
  run: async ({ file, source }, context) => {
    const text = source === undefined ? await readSource(file, context) : judgeSource(source);
    if (text.kind === "skipped") return skipped(file, text.note);
    return await measureSource(file, text.source, context.assets);
  },
});

/** Measures the text of a file. @throws ExtensionFailure where a grammar cannot be read */
export async function measureSource(
  file: string,
  source: string,
  assets: CallContext["assets"],
): Promise<Static<typeof output>> {
  const language = languageOf(file, source);
  const measured = language === undefined ? undefined : await readTree(language, source, assets);
  const comments = measured?.comments ?? [];
  const counts = lineCounts(source, comments);
  const functions = measured?.tree.functions ?? [];
  const complexity = measured?.tree.complexity ?? 0;
  const tokens = measured === undefined
    ? undefined
    : tokenize(source, mergeSpans(comments, measured.importSpans));
  const name = language?.name ?? plainLanguageName(file);
  const metrics: FileMetrics = {
    file,
    language: name,
    ...counts,
    functions: [...functions],
    complexity,
    maxComplexity: functions.reduce((most, one) => Math.max(most, one.complexity), 0),
    maxNesting: functions.reduce((most, one) => Math.max(most, one.nesting), 0),
    debt: debtMarkers(source, comments, lineIndex(source)),
    imports: [...(measured?.imports ?? [])],
    package: measured?.package ?? "",
    isTest: isTestFile(file),
    holdsTests: name === "rust" && source.includes("#[cfg(test)]"),
    parseErrors: measured?.hasErrors ?? false,
    note: "",
  };
  const data: TokenData = {
    file,
    count: tokens?.hashes.length ?? 0,
    data: tokens === undefined ? "" : encodeTokens(tokens),
  };
  return { file, language: name, source, complexity, metrics, tokens: data };
}

interface Measured {
  readonly tree: TreeMetrics;
  readonly comments: readonly Span[];
  readonly imports: readonly Import[];
  readonly importSpans: readonly Span[];
  readonly package: string;
  readonly hasErrors: boolean;
}

function readTree(
  language: Language,
  source: string,
  assets: AssetsCapability,
): Promise<Measured | undefined> {
  return withTree(language, source, assets, (parsed: ParsedFile): Measured => {
    const captures = parsed.captures();
    return {
      tree: measureTree(parsed, captures),
      comments: spansOf(captures, "comment"),
      imports: importsOf(language.name, captures),
      importSpans: importSpans(captures),
      package: captures.find(({ name }) => name === "package")?.node.text ?? "",
      hasErrors: parsed.root.hasError,
    };
  });
}

function spansOf(captures: readonly Capture[], wanted: string): Span[] {
  const spans: Span[] = [];
  for (const { name, start, end } of captures) {
    // Rust's doc comments hold comments of their own; the outer one comes first.
    if (name === wanted && start >= (spans.at(-1)?.end ?? 0)) spans.push({ start, end });
  }
  return spans;
}

function mergeSpans(left: readonly Span[], right: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...left, ...right].sort((a, b) => a.start - b.start)) {
    if (span.start >= (merged.at(-1)?.end ?? 0)) merged.push(span);
  }
  return merged;
}

function skipped(file: string, note: string): Static<typeof output> {
  const language = plainLanguageName(file);
  return {
    file,
    language,
    source: "",
    complexity: 0,
    metrics: {
      file,
      language,
      lines: 0,
      code: 0,
      comments: 0,
      blank: 0,
      functions: [],
      complexity: 0,
      maxComplexity: 0,
      maxNesting: 0,
      debt: [],
      imports: [],
      package: "",
      isTest: isTestFile(file),
      holdsTests: false,
      parseErrors: false,
      note,
    },
    tokens: { file, count: 0, data: "" },
  };
}
