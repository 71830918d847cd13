/**
 * Outlines of files, as code/symbols gives them, with just what documents are made from.
 *
 * @module
 */

import { type Static, Type } from "symphony/sdk";

export const fileOutline = Type.Object({
  file: Type.String(),
  language: Type.String(),
  lines: Type.Integer(),
  isTest: Type.Optional(Type.Boolean()),
  doc: Type.Optional(Type.String()),
  mentions: Type.Optional(Type.Array(Type.String())),
  symbols: Type.Array(Type.Object({
    name: Type.String(),
    kind: Type.String(),
    line: Type.Integer(),
    endLine: Type.Integer(),
    exported: Type.Boolean(),
    parent: Type.String(),
    signature: Type.String(),
    doc: Type.String(),
  })),
});

export type FileOutline = Static<typeof fileOutline>;
export type SymbolOutline = FileOutline["symbols"][number];

/** The folder of a path; `.` at the top. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf("/");
  return slash === -1 ? "." : file.slice(0, slash);
}

/** The first sentence of a comment. */
export function firstSentence(doc: string): string {
  const paragraph = doc.split(/\n\s*\n/)[0] ?? "";
  const line = paragraph.replace(/\s+/g, " ").trim();
  const end = /[.!?](?=\s|$)/.exec(line);
  return end === null ? line : line.slice(0, end.index + 1);
}

/** Names by their groups, groups and members in order of appearance. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
