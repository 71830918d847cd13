/**
 * `report/outline`: what the documentation covers and what it should, from the outlines of sources and documents.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { Static } from "symphony/sdk";
import { fileOutline, firstSentence, folderOf, groupBy } from "./outlines.ts";
import type { FileOutline, SymbolOutline } from "./outlines.ts";
import { code, count, list, number, percent, place, plain, section, shown, table } from "./prose.ts";

const coverage = Type.Object({
  exported: Type.Integer({ description: "Symbols that are seen outside their file" }),
  documented: Type.Integer({ description: "Those with a doc comment" }),
  mentioned: Type.Integer({ description: "Those whose name a document mentions" }),
  undocumented: Type.Array(
    Type.Object({ file: Type.String(), line: Type.Integer(), name: Type.String(), kind: Type.String() }),
    { description: "Neither commented nor mentioned, or only one of them; the largest first" },
  ),
});

type Coverage = Static<typeof coverage>;

export const outlineOperator = defineOperator({
  type: "report/outline",
  title: "Outline the documentation",
  description:
    "Exported symbols with and without documentation, what the documents cover, and an outline to write from",
  input: Type.Object({
    root: Type.Optional(Type.String()),
    sources: Type.Array(fileOutline),
    documents: Type.Optional(Type.Array(fileOutline, { description: "Markdown files" })),
  }),
  output: Type.Object({
    document: Type.String({ contentMediaType: "text/markdown", description: "Sections without a title" }),
    text: Type.String({ description: "What the project says about itself, for an instrument; may be empty" }),
    coverage,
  }),
  run: ({ sources, documents = [] }) => {
    const code = sources.filter(({ isTest }) => isTest !== true);
    const mentions = new Set(documents.flatMap(({ mentions }) => mentions ?? []));
    const found = coverageOf(code, mentions);
    return {
      document: documentOf(code, documents, found, mentions),
      text: textOf(code, documents),
      coverage: found,
    };
  },
});

interface Placed {
  readonly file: string;
  readonly symbol: SymbolOutline;
}

function exportedOf(sources: readonly FileOutline[]): Placed[] {
  return sources.flatMap(({ file, symbols }) =>
    symbols.filter(({ exported, parent, kind }) => exported && parent === "" && kind !== "impl")
      .map((symbol) => ({ file, symbol }))
  );
}

function coverageOf(sources: readonly FileOutline[], mentions: ReadonlySet<string>): Coverage {
  const all = exportedOf(sources);
  const bare = all.filter(({ symbol }) => symbol.doc === "");
  bare.sort((a, b) =>
    Number(mentions.has(a.symbol.name)) - Number(mentions.has(b.symbol.name)) ||
    sizeOf(b.symbol) - sizeOf(a.symbol)
  );
  return {
    exported: all.length,
    documented: all.length - bare.length,
    mentioned: all.filter(({ symbol }) => mentions.has(symbol.name)).length,
    undocumented: bare.map(({ file, symbol }) => ({
      file,
      line: symbol.line,
      name: symbol.name,
      kind: symbol.kind,
    })),
  };
}

function sizeOf({ line, endLine }: SymbolOutline): number {
  return endLine - line;
}

const MOST = 20;

function documentOf(
  sources: readonly FileOutline[],
  documents: readonly FileOutline[],
  found: Coverage,
  mentions: ReadonlySet<string>,
): string {
  const right = (title: string) => ({ title, right: true });
  const commented = `${number(found.documented)} of ${
    count(found.exported, "exported symbol")
  } have a doc comment (${percent(found.documented, found.exported)}), and the documents mention ${
    number(found.mentioned)
  } of them (${percent(found.mentioned, found.exported)}).`;
  const modules = sources.filter(({ doc }) => (doc ?? "") !== "").length;
  return [
    section(
      "In short",
      found.exported === 0 ? "No exported symbol was found." : commented,
      `${number(modules)} of ${
        count(sources.length, "source file")
      } open by saying what they are for. There ${documents.length === 1 ? "is" : "are"} ${
        count(documents.length, "document")
      }.`,
    ),
    section(
      "By folder",
      table(
        ["Folder", right("Exported"), right("Commented"), right("Mentioned")],
        folderRows(sources, mentions),
      ),
    ),
    section(
      "Undocumented",
      found.undocumented.length === 0
        ? ""
        : "Those that no document mentions either come first, the longest before the short.",
      list(
        found.undocumented.slice(0, MOST).map((one) =>
          `${code(one.name)} (${plain(one.kind)}) at ${place(one.file, one.line)}${
            mentions.has(one.name) ? ", mentioned in a document" : ""
          }`
        ),
      ),
      shown(found.undocumented.length, MOST, "symbol"),
    ),
    section("What there is", present(documents)),
    section("An outline to write from", proposal(sources, documents)),
  ].filter((part) => part !== "").join("\n\n");
}

function folderRows(sources: readonly FileOutline[], mentions: ReadonlySet<string>) {
  const folders = [...groupBy(exportedOf(sources), ({ file }) => folderOf(file))];
  return folders.sort((a, b) => b[1].length - a[1].length).slice(0, 30).map(([folder, symbols]) => [
    code(folder),
    symbols.length,
    percent(symbols.filter(({ symbol }) => symbol.doc !== "").length, symbols.length),
    percent(symbols.filter(({ symbol }) => mentions.has(symbol.name)).length, symbols.length),
  ]);
}

function present(documents: readonly FileOutline[]): string {
  return list(
    documents.slice(0, 30).map(({ file, symbols, lines }) => {
      const top = symbols.filter(({ signature }) => /^##? /.test(signature)).slice(0, 12).map(({ name }) =>
        plain(name, 80)
      );
      return `${code(file)} (${count(lines, "line")})${top.length === 0 ? "" : `: ${top.join(" · ")}`}`;
    }),
  );
}

/** The parts of a README that readers look for, and how a heading shows that one is there. */
const expected: readonly (readonly [RegExp, string])[] = [
  [
    /install|set ?up|getting started|quick ?start|first/i,
    "Install and first steps: the shortest way from nothing to a result",
  ],
  [
    /usage|how to|example|tutorial|guide|use\b|newcomer|command/i,
    "Use: the common tasks, each with an example that runs",
  ],
  [/config|setting|option|environment/i, "Configuration: every setting, its default and what it changes"],
  [
    /architecture|design|how it works|overview|structure|code map/i,
    "How it works: the parts and who may call whom",
  ],
  [/api|reference/i, "Reference: what is exported, from the comments in the code"],
  [/contribut|develop|build|test/i, "Development: build, test, release"],
  [/licen[sc]e/i, "Licence"],
];

function proposal(sources: readonly FileOutline[], documents: readonly FileOutline[]): string {
  const headings = documents.flatMap(({ symbols }) => symbols.map(({ name }) => name));
  const licensed = documents.some(({ file }) => /licen[sc]e/i.test(file));
  const chapters = expected.filter(([pattern]) => !headings.some((name) => pattern.test(name)))
    .filter(([, text]) => !(text === "Licence" && licensed)).map(([, text]) => `**Missing.** ${text}`);
  const folders = [...groupBy(exportedOf(sources), ({ file }) => folderOf(file))]
    .sort((a, b) => b[1].length - a[1].length).slice(0, 12);
  const parts = folders.map(([folder, symbols]) => {
    const files = [...new Set(symbols.map(({ file }) => file))];
    const about = sources.filter(({ file, doc }) => files.includes(file) && (doc ?? "") !== "").slice(0, 4)
      .map(({ file, doc }) => `  - ${code(file)}: ${plain(firstSentence(doc ?? ""), 160)}`);
    const names = symbols.slice(0, 8).map(({ symbol }) => code(symbol.name)).join(", ");
    const more = symbols.length > 8 ? ` and ${symbols.length - 8} more` : "";
    return [`- **${plain(folder)}**: ${names}${more}`, ...about].join("\n");
  });
  return [
    list(chapters),
    parts.length === 0 ? "" : "A chapter for each part of the code, from what it exports:",
    parts.join("\n"),
  ]
    .filter((part) => part !== "").join("\n\n");
}

/** Longer texts do not fit every instrument. */
const MAX_TEXT = 12_000;

function textOf(sources: readonly FileOutline[], documents: readonly FileOutline[]): string {
  const lines = [
    ...documents.flatMap((
      { doc, symbols },
    ) => [doc ?? "", ...symbols.slice(0, 20).map(({ name }) => `${name}.`)]),
    ...sources.map(({ doc }) => firstSentence(doc ?? "")),
  ];
  return lines.filter((line) => line !== "").join("\n").slice(0, MAX_TEXT);
}
