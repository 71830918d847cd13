/**
 * The shapes that the operators of this extension hand to each other. What only reads them (graph, risk) asks for little,
 * so that a workflow may bring measures of its own.
 *
 * @module
 */

import { type Static, Type } from "symphony/sdk";

const text = (description: string) => Type.String({ description });
const whole = (description: string) => Type.Integer({ description });

export const functionMetrics = Type.Object({
  name: text("Its name; callbacks are called after what they are given to"),
  line: whole("Its first line, from 1"),
  endLine: whole("Its last line"),
  lines: whole("How many lines it spans"),
  complexity: whole("Cyclomatic complexity (McCabe)"),
  cognitive: whole("Cognitive complexity (after SonarSource)"),
  parameters: whole("How many parameters it takes"),
  nesting: whole("How deep its control structures go"),
});

export const importStatement = Type.Object({
  specifier: text("As it is written"),
  line: whole("Where"),
  names: Type.Optional(Type.Array(Type.String(), { description: "Names taken from it that may be modules" })),
  typeOnly: Type.Optional(Type.Boolean({ description: "It vanishes when the program is built" })),
  late: Type.Optional(Type.Boolean({ description: "It stands inside a function" })),
});

export const fileMetrics = Type.Object({
  file: text("Path relative to the workspace"),
  language: text("Language"),
  lines: whole("All lines"),
  code: whole("Lines with code"),
  comments: whole("Lines with comment and no code"),
  blank: whole("Empty lines"),
  functions: Type.Array(functionMetrics),
  complexity: whole("Cyclomatic complexity of all functions, and of what stands outside them"),
  maxComplexity: whole("That of its most complex function"),
  maxNesting: whole("The deepest nesting of any function"),
  debt: Type.Array(Type.Object({ line: Type.Integer(), marker: Type.String(), text: Type.String() })),
  imports: Type.Array(importStatement),
  package: text("The package that the file says it belongs to"),
  isTest: Type.Boolean({ description: "A test or a benchmark, by its path" }),
  holdsTests: Type.Boolean({ description: "Tests stand in the file itself (Rust)" }),
  parseErrors: Type.Boolean({ description: "The syntax tree has errors; the measures may be off" }),
  note: text("Why it was not measured; empty where it was"),
});

export type FileMetrics = Static<typeof fileMetrics>;

export const tokenData = Type.Object({
  file: text("Path relative to the workspace"),
  count: whole("How many tokens"),
  data: text("The tokens, packed; see tokens.ts"),
});

export type TokenData = Static<typeof tokenData>;

/** A file and what it imports: metrics and outlines are both that. */
export const moduleImports = Type.Object({
  file: Type.String(),
  language: Type.Optional(Type.String()),
  package: Type.Optional(Type.String()),
  isTest: Type.Optional(Type.Boolean()),
  imports: Type.Array(importStatement),
});

export type ModuleImports = Static<typeof moduleImports>;

export const edge = Type.Object({
  from: Type.String(),
  to: Type.String(),
  line: Type.Integer({ description: "Where `from` imports `to`" }),
  typeOnly: Type.Boolean({ description: "It vanishes when the program is built" }),
  late: Type.Boolean({ description: "It is loaded only when a function runs" }),
});

export type Edge = Static<typeof edge>;

export const symbolEntry = Type.Object({
  name: Type.String(),
  kind: text("function, method, class, interface, type, enum, constant, variable, module, field, heading …"),
  line: Type.Integer(),
  endLine: Type.Integer(),
  exported: Type.Boolean({
    description: "Seen outside the file (or the package, where the language has no less)",
  }),
  parent: text("The class or module around it; empty at the top"),
  signature: text("Its first line, without the body"),
  doc: text("The comment that belongs to it; empty where there is none"),
});

export type SymbolEntry = Static<typeof symbolEntry>;

export const outline = Type.Object({
  file: Type.String(),
  language: Type.String(),
  lines: Type.Integer(),
  package: Type.String(),
  isTest: Type.Boolean(),
  imports: Type.Array(importStatement),
  symbols: Type.Array(symbolEntry),
  doc: text("The comment that opens the file"),
  mentions: Type.Array(Type.String(), { description: "Names in code spans and blocks, for Markdown" }),
});

export type Outline = Static<typeof outline>;
