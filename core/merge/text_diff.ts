/**
 * The difference of two texts, by lines and then, inside changed lines, by tokens: what a reload changes in an open buffer, what a
 * proposal changes.
 *
 * @module
 */

import { commonEdges } from "./common_edges.ts";
import { diffSequences } from "./sequence_diff.ts";
import { PartNumbers } from "./text_parts.ts";

/** Units `from` to `to` of the old text become `insert`. */
export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** Changed lines longer than this in sum are not looked into. */
const TOKEN_LIMIT = 200_000;

/** The changes that make `from` into `to`, ascending, none touching another. */
export function diffTexts(from: string, to: string): TextChange[] {
  if (from === to) return [];
  const numbers = new PartNumbers();
  const { start: same, end } = commonEdges(from, [to]);
  const a = numbers.lines(from, same, from.length - end);
  const b = numbers.lines(to, same, to.length - end);
  const changes: TextChange[] = [];
  for (const { aFrom, aTo, bFrom, bTo } of diffSequences(a.ids, b.ids)) {
    const start = a.starts[aFrom]!;
    const old = from.slice(start, a.starts[aTo]);
    const now = to.slice(b.starts[bFrom], b.starts[bTo]);
    if (old === "" || now === "" || old.length + now.length > TOKEN_LIMIT) {
      changes.push({ from: start, to: start + old.length, insert: now });
    } else changes.push(...diffTokens(old, now, start));
  }
  return changes;
}

/** The changes that make `from` into `to`, token by token; their offsets count from `start`. */
export function diffTokens(from: string, to: string, start = 0): TextChange[] {
  const numbers = new PartNumbers();
  const a = numbers.tokens(from);
  const b = numbers.tokens(to);
  return diffSequences(a.ids, b.ids).map(({ aFrom, aTo, bFrom, bTo }) => ({
    from: start + a.starts[aFrom]!,
    to: start + a.starts[aTo]!,
    insert: to.slice(b.starts[bFrom], b.starts[bTo]),
  }));
}

/** `text` with changes carried out. */
export function changedText(text: string, changes: readonly TextChange[]): string {
  let result = "";
  let done = 0;
  for (const { from, to, insert } of changes) {
    result += text.slice(done, from) + insert;
    done = to;
  }
  return result + text.slice(done);
}
