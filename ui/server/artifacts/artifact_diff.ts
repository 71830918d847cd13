/** Two artifacts line by line. @module */

import { diffSequences } from "../../../core/merge/sequence_diff.ts";
import type { ArtifactDiff, DiffHunk } from "../../api/artifacts.ts";

const AROUND = 3;
const MAX_LINES = 20_000;

interface Side {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The hunks with three lines around each; JSON is laid out first. */
export function diffOf(from: Side, to: Side): ArtifactDiff {
  const ids = { from: from.id, to: to.id };
  if (isBinary(from.bytes) || isBinary(to.bytes)) {
    return { ...ids, kind: "bytes", added: 0, removed: 0, hunks: [], isCut: false };
  }
  const a = linesOf(from.bytes);
  const b = linesOf(to.bytes);
  const numbers = new Map<string, number>();
  const numbered = (lines: readonly string[]) =>
    Int32Array.from(lines, (line) => {
      const known = numbers.get(line);
      if (known !== undefined) return known;
      numbers.set(line, numbers.size);
      return numbers.size - 1;
    });
  const hunks: DiffHunk[] = [];
  let added = 0;
  let removed = 0;
  let shown = 0;
  let isCut = false;
  for (const { aFrom, aTo, bFrom, bTo } of diffSequences(numbered(a), numbered(b))) {
    added += bTo - bFrom;
    removed += aTo - aFrom;
    const start = Math.max(0, aFrom - AROUND);
    const lines = [
      ...a.slice(start, aFrom).map((text) => ({ kind: "equal" as const, text })),
      ...a.slice(aFrom, aTo).map((text) => ({ kind: "removed" as const, text })),
      ...b.slice(bFrom, bTo).map((text) => ({ kind: "added" as const, text })),
      ...a.slice(aTo, aTo + AROUND).map((text) => ({ kind: "equal" as const, text })),
    ];
    if (shown + lines.length > MAX_LINES) {
      isCut = true;
      continue;
    }
    shown += lines.length;
    hunks.push({ fromLine: start + 1, toLine: bFrom - (aFrom - start) + 1, lines });
  }
  return { ...ids, kind: "text", added, removed, hunks, isCut };
}

function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8192).includes(0);
}

function linesOf(bytes: Uint8Array): string[] {
  const text = new TextDecoder().decode(bytes);
  return laidOut(text).split("\n");
}

/** JSON on one line has no lines to compare. */
function laidOut(text: string): string {
  const isJson = /^\s*[[{]/.test(text) && text.length < 5_000_000;
  if (!isJson) return text;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
