/**
 * Edits that a server proposes, as one delta. A server is not believed: edits that overlap, point behind the text or
 * would cut a character are refused as a whole, because half of a rename is worse than none.
 *
 * @module
 */

import type { Range } from "vscode-languageserver-protocol";
import { isObject } from "../../core/json.ts";
import { diffTexts } from "../../core/merge/text_diff.ts";
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
  return ok(Delta.of(map.rope.length, sorted.flatMap((change) => refined(map, change))));
}

/** Formatters replace whole documents; longer ones than this are taken as they come. */
const MOST_COMPARED = 4 << 20;

/**
 * `change` as the changes of lines and words that it comes to, so that marks and carets in between do not move. Words are replaced
 * whole: who edits one meanwhile meets what replaces it.
 */
function refined(map: PositionMap, change: Change): readonly Change[] {
  const { from, to, insert } = change;
  if (from === to || insert === "" || to - from + insert.length > MOST_COMPARED) return [change];
  return diffTexts(map.rope.sliceString(from, to), insert)
    .map((one) => ({ from: one.from + from, to: one.to + from, insert: one.insert }));
}
