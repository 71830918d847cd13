/** Differences as numbered rows: of two artifacts, and of a unified diff that is an artifact itself. Pure. @module */

import type { ArtifactDiff } from "../../../api/artifacts.ts";

export interface DiffRow {
  readonly kind: "equal" | "added" | "removed" | "head";
  readonly text: string;
  readonly from?: number;
  readonly to?: number;
}

/** Hunks as rows with their numbers. */
export function rowsOfDiff({ hunks }: ArtifactDiff): DiffRow[] {
  const rows: DiffRow[] = [];
  for (const hunk of hunks) {
    let [from, to] = [hunk.fromLine, hunk.toLine];
    rows.push({ kind: "head", text: `Line ${hunk.toLine}` });
    for (const { kind, text } of hunk.lines) {
      rows.push({
        kind,
        text,
        ...kind === "added" ? {} : { from: from++ },
        ...kind === "removed" ? {} : { to: to++ },
      });
    }
  }
  return rows;
}

/** A unified diff as rows. */
export function rowsOfPatch(text: string): DiffRow[] {
  let [from, to] = [0, 0];
  return text.replace(/\n$/, "").split("\n").map((line): DiffRow => {
    const place = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (place !== null) {
      [from, to] = [Number(place[1]), Number(place[2])];
      return { kind: "head", text: line };
    }
    if (/^(---|\+\+\+|diff |index )/.test(line)) return { kind: "head", text: line };
    if (line.startsWith("+")) return { kind: "added", text: line.slice(1), to: to++ };
    if (line.startsWith("-")) return { kind: "removed", text: line.slice(1), from: from++ };
    return { kind: "equal", text: line.replace(/^ /, ""), from: from++, to: to++ };
  });
}
