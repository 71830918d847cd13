/**
 * Where a program begins, judged by names and by the imports: no parsing of build files.
 *
 * @module
 */

import type { FileOutline } from "./outlines.ts";

const byName: readonly (readonly [RegExp, string])[] = [
  [/(?:^|\/)main\.(?:ts|js|mjs|py|go|rs|c|cc|cpp|java)$/, "named main"],
  [/(?:^|\/)Main\.java$|(?:^|\/)\w*Application\.java$/, "the program's class by its name"],
  [/(?:^|\/)__main__\.py$/, "what runs with python -m"],
  [/(?:^|\/)manage\.py$|(?:^|\/)(?:app|wsgi|asgi)\.py$/, "the application by its name"],
  [/(?:^|\/)(?:cli|server|app)\.(?:ts|js|mjs|tsx)$/, "a program by its name"],
  [/^(?:src\/)?(?:index|mod)\.(?:ts|js|mjs|tsx)$/, "what the package shows outside"],
  [/(?:^|\/)lib\.rs$/, "the root of a crate"],
  [/(?:^|\/)bin\/[^/]+$/, "in a folder of programs"],
];

const MOST = 15;

/** Files where a reader may begin, with the reason; those that begin the most code first. */
export function entryPoints(
  outlines: readonly FileOutline[],
  edges: readonly { readonly from: string; readonly to: string }[],
): { file: string; why: string }[] {
  const imported = new Set(edges.map(({ to }) => to));
  const fanOut = new Map<string, number>();
  for (const { from } of edges) fanOut.set(from, (fanOut.get(from) ?? 0) + 1);
  const found = outlines.filter(({ isTest }) => isTest !== true).flatMap((outline) => {
    const why = reasonOf(outline, imported.has(outline.file), fanOut.get(outline.file) ?? 0);
    return why === undefined ? [] : [{ file: outline.file, why, reach: fanOut.get(outline.file) ?? 0 }];
  });
  found.sort((a, b) => depth(a.file) - depth(b.file) || b.reach - a.reach || (a.file < b.file ? -1 : 1));
  return found.slice(0, MOST).map(({ file, why }) => ({ file, why }));
}

function reasonOf(
  { file, language, symbols }: FileOutline,
  isImported: boolean,
  fanOut: number,
): string | undefined {
  const named = byName.find(([pattern]) => pattern.test(file))?.[1];
  if (named !== undefined) return named;
  const main = symbols.find(({ name, kind }) =>
    name === "main" && (kind === "function" || kind === "method")
  );
  if (main !== undefined && language !== "typescript" && language !== "javascript") {
    return `holds main, line ${main.line}`;
  }
  if (!isImported && fanOut >= 3) return `imports ${fanOut} files, and nothing imports it`;
  return undefined;
}

function depth(file: string): number {
  return file.split("/").length;
}
