/**
 * Edits that a server proposes, as one delta. A server is not believed: edits that overlap, point behind the text or
 * would cut a character are refused as a whole, because half of a rename is worse than none.
 *
 * @module
 */

import { diffArrays } from "diff";
import type { Range } from "vscode-languageserver-protocol";
import { isObject } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type Change, Delta } from "../text/delta.ts";
import type { PositionMap } from "./position.ts";

/** More edits than this in one document are not applied. */
const MOST_EDITS = 200_000;

/** The delta of `edits` on the text of `map`, without what they leave as it is; or why they cannot be applied. */
export function deltaOfTextEdits(map: PositionMap, edits: unknown): Result<Delta, string> {
  if (!Array.isArray(edits)) return err("the edits are no list");
  if (edits.length > MOST_EDITS) return err(`${edits.length} edits are more than ${MOST_EDITS}`);
  const changes: Change[] = [];
  for (const edit of edits) {
    const change = isObject(edit) && typeof edit["newText"] === "string"
      ? changeOf(map, edit["range"] as unknown as Range, edit["newText"])
      : undefined;
    if (change === undefined) return err(`no edit of this text: ${JSON.stringify(edit)?.slice(0, 200)}`);
    changes.push(change);
  }
  return deltaOfChanges(map, changes);
}

function changeOf(map: PositionMap, range: Range, insert: string): Change | undefined {
  const span = map.editSpan(range);
  return span === undefined ? undefined : { ...span, insert };
}

/** The delta of changes in any order; inserts at one place keep theirs, and stand before what is replaced there. */
export function deltaOfChanges(map: PositionMap, changes: readonly Change[]): Result<Delta, string> {
  const sorted = changes.map((change, order) => ({ ...change, order }))
    .sort((a, b) => a.from - b.from || Number(a.to > a.from) - Number(b.to > b.from) || a.order - b.order);
  for (let at = 1; at < sorted.length; at++) {
    const [before, after] = [sorted[at - 1] as Change, sorted[at] as Change];
    if (after.from < before.to) return err(`edits overlap at offset ${after.from}`);
  }
  return ok(Delta.of(map.rope.length, sorted.flatMap((change) => [...refined(map, change)])));
}

/** Formatters replace whole documents; longer ones than this are not compared line by line. */
const MOST_COMPARED = 4 << 20;
/** A comparison that takes longer is given up. */
const COMPARE_MS = 100;

/** `change` without what it leaves as it is: its beginning and end, and lines in between. So marks and carets there do not move. */
function* refined(map: PositionMap, change: Change): Generator<Change> {
  const { from, to, insert } = change;
  if (from === to || insert === "") return yield change;
  const old = map.rope.sliceString(from, to);
  const isShort = old.length + insert.length <= MOST_COMPARED;
  const parts = isShort && old.includes("\n") && insert.includes("\n")
    ? diffArrays(linesOf(old), linesOf(insert), { timeout: COMPARE_MS })
    : undefined;
  if (parts === undefined) return yield* trimmed(from, old, insert);
  let at = from;
  for (let next = 0; next < parts.length; next++) {
    const part = parts[next] as typeof parts[number];
    const after = parts[next + 1];
    const text = part.value.join("");
    if (!part.added && !part.removed) at += text.length;
    else if (part.added) yield { from: at, to: at, insert: text };
    else if (after?.added !== true) {
      yield { from: at, to: at + text.length, insert: "" };
      at += text.length;
    } else {
      yield* lineByLine(at, part.value, after.value);
      at += text.length;
      next++;
    }
  }
}

/** As many lines for as many are each changed by themselves: an indentation is not a new text. */
function* lineByLine(from: number, old: readonly string[], now: readonly string[]): Generator<Change> {
  if (old.length !== now.length) return yield* trimmed(from, old.join(""), now.join(""));
  let at = from;
  for (const [index, line] of old.entries()) {
    yield* trimmed(at, line, now[index] as string);
    at += line.length;
  }
}

function linesOf(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/**
 * The replacement of `old` at `from` without the beginning and the end that both have, by whole words: who edits a word meanwhile
 * meets what replaces it.
 */
function* trimmed(from: number, old: string, now: string): Generator<Change> {
  if (old === now) return;
  const most = Math.min(old.length, now.length);
  let front = 0;
  while (front < most && old.charCodeAt(front) === now.charCodeAt(front)) front++;
  while (front > 0 && (insideWord(old, front) || insideWord(now, front))) front--;
  let back = 0;
  while (
    back < most - front && old.charCodeAt(old.length - 1 - back) === now.charCodeAt(now.length - 1 - back)
  ) back++;
  while (back > 0 && (insideWord(old, old.length - back) || insideWord(now, now.length - back))) back--;
  yield { from: from + front, to: from + old.length - back, insert: now.slice(front, now.length - back) };
}

/** Whether the units on both sides of `at` are of one word; the halves of a pair are. */
function insideWord(text: string, at: number): boolean {
  return isWordUnit(text.charCodeAt(at - 1)) && isWordUnit(text.charCodeAt(at));
}

function isWordUnit(unit: number): boolean {
  // Everything beyond ASCII counts: better too much is replaced than half a word.
  return unit > 127 || unit >= 48 && unit <= 57 || unit >= 65 && unit <= 90 || unit >= 97 && unit <= 122 ||
    unit === 95 || unit === 36;
}
