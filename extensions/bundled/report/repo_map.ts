/**
 * `report/repo-map`: a map of a repository for someone who sees it for the first time.
 *
 * @module
 */

import { defineOperator, Type } from "symphony/sdk";
import type { Static } from "symphony/sdk";
import { entryPoints } from "./entry_points.ts";
import { fileOutline, firstSentence, folderOf, groupBy } from "./outlines.ts";
import type { FileOutline, SymbolOutline } from "./outlines.ts";
import { code, compose, count, list, number, percent, plain, section, table } from "./prose.ts";

const entry = Type.Object({
  path: Type.String(),
  sizeBytes: Type.Optional(Type.Integer()),
  language: Type.Optional(Type.String()),
});
const importEdge = Type.Object({ from: Type.String(), to: Type.String(), line: Type.Integer() });

const mapped = Type.Object({
  folders: Type.Array(Type.Object({
    folder: Type.String(),
    files: Type.Integer(),
    lines: Type.Integer(),
    uses: Type.Array(Type.String(), { description: "Folders that it imports from" }),
  })),
  languages: Type.Array(
    Type.Object({ language: Type.String(), files: Type.Integer(), lines: Type.Integer() }),
  ),
  entryPoints: Type.Array(Type.Object({ file: Type.String(), why: Type.String() })),
  files: Type.Array(Type.Object({
    file: Type.String(),
    language: Type.String(),
    lines: Type.Integer(),
    importedBy: Type.Integer(),
    about: Type.String(),
    symbols: Type.Array(Type.Object({ name: Type.String(), kind: Type.String(), line: Type.Integer() })),
  })),
});

type RepoMap = Static<typeof mapped>;

export const repoMapOperator = defineOperator({
  type: "report/repo-map",
  title: "Draw a repository map",
  description: "Folders, languages, entry points, import structure and the main symbols of each file",
  input: Type.Object({
    root: Type.Optional(Type.String()),
    entries: Type.Array(entry, { description: "All files, as files/scan gives them" }),
    outlines: Type.Array(fileOutline),
    edges: Type.Optional(Type.Array(importEdge)),
    cycles: Type.Optional(Type.Array(Type.Unknown())),
  }),
  output: Type.Object({
    document: Type.String({ contentMediaType: "text/markdown" }),
    map: mapped,
  }),
  run: ({ root, entries, outlines, edges = [], cycles = [] }) => {
    const map = mapOf(outlines, edges);
    return { document: documentOf(map, root ?? ".", entries, cycles.length), map };
  },
});

function mapOf(outlines: readonly FileOutline[], edges: readonly Static<typeof importEdge>[]): RepoMap {
  const fanIn = new Map<string, number>();
  for (const { to } of edges) fanIn.set(to, (fanIn.get(to) ?? 0) + 1);
  const languages = [...groupBy(outlines, ({ language }) => language)].map(([language, files]) => ({
    language,
    files: files.length,
    lines: linesOf(files),
  })).sort((a, b) => b.lines - a.lines);
  return {
    folders: foldersOf(outlines, edges),
    languages,
    entryPoints: entryPoints(outlines, edges),
    files: outlines.map((outline) => ({
      file: outline.file,
      language: outline.language,
      lines: outline.lines,
      importedBy: fanIn.get(outline.file) ?? 0,
      about: firstSentence(outline.doc ?? ""),
      symbols: mainSymbols(outline).map(({ name, kind, line }) => ({ name, kind, line })),
    })),
  };
}

function foldersOf(
  outlines: readonly FileOutline[],
  edges: readonly Static<typeof importEdge>[],
): RepoMap["folders"] {
  const uses = new Map<string, Map<string, number>>();
  for (const { from, to } of edges) {
    const [source, target] = [folderOf(from), folderOf(to)];
    if (source === target) continue;
    const targets = uses.get(source) ?? new Map<string, number>();
    targets.set(target, (targets.get(target) ?? 0) + 1);
    uses.set(source, targets);
  }
  return [...groupBy(outlines, ({ file }) => folderOf(file))].map(([folder, files]) => ({
    folder,
    files: files.length,
    lines: linesOf(files),
    uses: [...uses.get(folder) ?? []].sort((a, b) => b[1] - a[1]).map(([target]) => target),
  })).sort((a, b) => a.folder < b.folder ? -1 : 1);
}

function linesOf(files: readonly FileOutline[]): number {
  return files.reduce((sum, { lines }) => sum + lines, 0);
}

const weights: Readonly<Record<string, number>> = {
  class: 3,
  interface: 3,
  trait: 3,
  struct: 3,
  function: 2,
  type: 2,
};

/** The symbols by which a file is known: seen outside and at the top, the larger first among equals. */
function mainSymbols({ symbols }: FileOutline): SymbolOutline[] {
  const top = symbols.filter(({ parent, kind }) => parent === "" && kind !== "impl" && kind !== "heading");
  const seen = top.filter(({ exported }) => exported);
  const pool = seen.length > 0 ? seen : top;
  return [...pool].sort((a, b) => weightOf(b) - weightOf(a)).slice(0, 12);
}

function weightOf({ kind, line, endLine }: SymbolOutline): number {
  return (weights[kind] ?? 1) * 1000 + Math.min(999, endLine - line);
}

const MOST_FOLDERS = 60;
const MOST_FILES = 200;

function documentOf(
  map: RepoMap,
  root: string,
  entries: readonly Static<typeof entry>[],
  cycles: number,
): string {
  const about = root === "." ? "" : ` of ${plain(root, 120)}`;
  const lines = map.files.reduce((sum, file) => sum + file.lines, 0);
  const others = entries.length - map.files.length;
  const knots = cycles === 0
    ? "No file imports itself in a circle."
    : `${count(cycles, "knot")} of files import each other in circles.`;
  const right = (title: string) => ({ title, right: true });
  return compose(
    `# Repository map${about}`,
    `${count(map.files.length, "source file")} with ${count(lines, "line")} in ${
      count(map.folders.length, "folder")
    }` +
      `${others > 0 ? `, and ${count(others, "other file")}` : ""}. ${knots}`,
    section(
      "Languages",
      table(
        ["Language", right("Files"), right("Lines"), right("Share")],
        map.languages.map((one) => [one.language, one.files, one.lines, percent(one.lines, lines)]),
      ),
    ),
    section("Where to begin", list(map.entryPoints.map(({ file, why }) => `${code(file)}: ${plain(why)}`))),
    section(
      "What most depends on",
      list(
        [...map.files].sort((a, b) => b.importedBy - a.importedBy).slice(0, 10).filter(({ importedBy }) =>
          importedBy > 1
        )
          .map((one) =>
            `${code(one.file)}: imported by ${count(one.importedBy, "file")}${aboutOf(one.about)}`
          ),
      ),
    ),
    section(
      "Folders",
      table(
        ["Folder", right("Files"), right("Lines"), "Imports from"],
        map.folders.slice(0, MOST_FOLDERS).map((
          one,
        ) => [code(one.folder), one.files, one.lines, usesOf(one.uses)]),
      ),
      map.folders.length > MOST_FOLDERS
        ? `And ${number(map.folders.length - MOST_FOLDERS)} more folders.`
        : "",
    ),
    filesSection(map),
  );
}

function usesOf(uses: readonly string[]): string {
  const more = uses.length > 5 ? ` and ${uses.length - 5} more` : "";
  return uses.slice(0, 5).map(code).join(", ") + more;
}

function filesSection({ files }: RepoMap): string {
  // In a large repository the files that matter most are those that others import, and the long ones.
  const kept = files.length <= MOST_FILES
    ? files
    : [...files].sort((a, b) => importance(b) - importance(a)).slice(0, MOST_FILES);
  const shown = [...kept].sort((a, b) => a.file < b.file ? -1 : 1);
  const parts = [...groupBy(shown, ({ file }) => folderOf(file))].map(([folder, own]) => {
    const items = own.map((one) => {
      const symbols = one.symbols.map(({ name, line }) => `${code(name)}:${line}`).join(", ");
      const name = one.file.slice(one.file.lastIndexOf("/") + 1);
      return `**${plain(name)}** (${count(one.lines, "line")})${aboutOf(one.about)}${
        symbols === "" ? "" : ` — ${symbols}`
      }`;
    });
    return `### ${code(folder)}\n\n${list(items)}`;
  });
  const left = files.length - shown.length;
  return section(
    "Files",
    files.length === 0 ? "" : "Main symbols with their lines.",
    ...parts,
    left > 0 ? `And ${count(left, "file")} that little depends on; the JSON output has them all.` : "",
  );
}

function importance({ importedBy, lines }: RepoMap["files"][number]): number {
  return importedBy * 100 + lines;
}

function aboutOf(about: string): string {
  return about === "" ? "" : `: ${plain(about, 200)}`;
}
