/**
 * Edits that a server proposes, as one delta. A server is not believed: edits that overlap, point behind the text or
 * would cut a character are refused as a whole, because half of a rename is worse than none.
 *
 * @module
 */

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
  return ok(Delta.of(map.rope.length, sorted.map((change) => trimmed(map, change))));
}

/** `change` without the beginning and the end that it leaves as they are, so that what stands there does not move. */
function trimmed(map: PositionMap, change: Change): Change {
  const { from, to, insert } = change;
  if (from === to || insert === "") return change;
  const old = map.rope.sliceString(from, to);
  const most = Math.min(old.length, insert.length);
  let front = 0;
  while (front < most && old.charCodeAt(front) === insert.charCodeAt(front)) front++;
  if (cutsPair(old, front) || cutsPair(insert, front)) front--;
  let back = 0;
  while (
    back < most - front &&
    old.charCodeAt(old.length - 1 - back) === insert.charCodeAt(insert.length - 1 - back)
  ) back++;
  if (cutsPair(old, old.length - back) || cutsPair(insert, insert.length - back)) back--;
  return { from: from + front, to: to - back, insert: insert.slice(front, insert.length - back) };
}

function cutsPair(text: string, at: number): boolean {
  return at > 0 && at < text.length && (text.charCodeAt(at) & 0xfc00) === 0xdc00 &&
    (text.charCodeAt(at - 1) & 0xfc00) === 0xd800;
}
