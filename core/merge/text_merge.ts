/**
 * Two texts made from one, brought together: diff3 over lines (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007), then
 * over tokens where lines contradict. A side's change is taken where only that side changed, or both did the same; what both changed
 * differently is a conflict, reported with all three texts, and holds our side.
 *
 * Finished proposals are merged so, never as keystrokes: merging those keeps both of two contradicting changes, or two copies of
 * the same one.
 *
 * @module
 */

import { commonEdges } from "./common_edges.ts";
import { diffSequences, type Hunk } from "./sequence_diff.ts";
import { changedText, type TextChange } from "./text_diff.ts";
import { PartNumbers, type Parts } from "./text_parts.ts";

/** A part of one of the three texts. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A place that both sides changed, each in its own way: whole lines. */
export interface TextConflict {
  readonly base: TextRange;
  readonly ours: TextRange;
  readonly theirs: TextRange;
}

export interface TextMerge {
  /** Both sides' changes; our side where they contradict. */
  readonly text: string;
  /** What to change in our text to get `text`, ascending. */
  readonly changes: readonly TextChange[];
  /** Where both contradict, ascending; empty where the merge is clean. */
  readonly conflicts: readonly TextConflict[];
}

/** Regions longer than this in sum are not looked into by tokens. */
const TOKEN_LIMIT = 200_000;
/** The part of contradicting lines that a side may have replaced for them to be merged by tokens. */
const REPLACED = 2 / 3;

export interface MergeOptions {
  /** The texts are JSON or JSONC: a string or number that both sides changed is a conflict, not a matter of its words. */
  readonly isJson?: boolean;
}

/** Merges `ours` and `theirs`, both made from `base`. */
export function mergeTexts(
  base: string,
  ours: string,
  theirs: string,
  { isJson = false }: MergeOptions = {},
): TextMerge {
  if (theirs === base || theirs === ours) return { text: ours, changes: [], conflicts: [] };
  if (ours === base) {
    return { text: theirs, changes: [{ from: 0, to: ours.length, insert: theirs }], conflicts: [] };
  }
  const numbers = new PartNumbers();
  const { start, end } = commonEdges(base, [ours, theirs]);
  const linesOf = (text: string) => numbers.lines(text, start, text.length - end);
  const sides = { base: linesOf(base), ours: linesOf(ours), theirs: linesOf(theirs) };
  const changes: TextChange[] = [];
  const conflicts: TextConflict[] = [];
  for (
    const region of regions(
      diffSequences(sides.base.ids, sides.ours.ids),
      diffSequences(sides.base.ids, sides.theirs.ids),
    )
  ) {
    const range = (text: string, { starts }: Parts, [from, to]: readonly [number, number]): TextRange => ({
      from: starts[from]!,
      to: starts[to]!,
      text: text.slice(starts[from], starts[to]),
    });
    const conflict = {
      base: range(base, sides.base, region.base),
      ours: range(ours, sides.ours, region.ours),
      theirs: range(theirs, sides.theirs, region.theirs),
    };
    const change = decide(region, conflict, isJson);
    if (change === undefined) conflicts.push(conflict);
    else changes.push(...change);
  }
  return { text: changedText(ours, changes), changes, conflicts };
}

/** What to change in our text in one region; undefined for a conflict. */
function decide(
  region: Region,
  { base, ours, theirs }: TextConflict,
  isJson: boolean,
): TextChange[] | undefined {
  if (theirs.text === ours.text || !region.byTheirs) return [];
  const whole = [{ from: ours.from, to: ours.to, insert: theirs.text }];
  if (!region.byOurs) return whole;
  const length = base.text.length + ours.text.length + theirs.text.length;
  return base.text === "" || length > TOKEN_LIMIT
    ? undefined
    : mergeTokens(base.text, ours, theirs.text, isJson);
}

/** The same inside contradicting lines, token by token: clean or nothing. */
function mergeTokens(
  base: string,
  ours: TextRange,
  theirs: string,
  isJson: boolean,
): TextChange[] | undefined {
  const numbers = new PartNumbers();
  const a = numbers.tokens(base, isJson);
  const o = numbers.tokens(ours.text, isJson);
  const t = numbers.tokens(theirs, isJson);
  const changes: TextChange[] = [];
  const mineHunks = diffSequences(a.ids, o.ids);
  const otherHunks = diffSequences(a.ids, t.ids);
  if (!keepsEnough(a, mineHunks) || !keepsEnough(a, otherHunks)) return undefined;
  for (const region of regions(mineHunks, otherHunks)) {
    if (!region.byTheirs) continue;
    const mine = ours.text.slice(o.starts[region.ours[0]], o.starts[region.ours[1]]);
    const insert = theirs.slice(t.starts[region.theirs[0]], t.starts[region.theirs[1]]);
    if (mine === insert) continue;
    if (region.byOurs) return undefined;
    changes.push({
      from: ours.from + o.starts[region.ours[0]]!,
      to: ours.from + o.starts[region.ours[1]]!,
      insert,
    });
  }
  return changes;
}

/** Whether a side still has a good part of the base: where it was written anew, tokens that stayed are chance. */
function keepsEnough(base: Parts, hunks: readonly Hunk[]): boolean {
  const gone = hunks.reduce((sum, { aFrom, aTo }) => sum + base.starts[aTo]! - base.starts[aFrom]!, 0);
  return gone <= REPLACED * base.starts[base.starts.length - 1]!;
}

/** Parts of the three sequences that belong together, changed by one side or both. Between regions all three are the same. */
interface Region {
  readonly base: readonly [number, number];
  readonly ours: readonly [number, number];
  readonly theirs: readonly [number, number];
  readonly byOurs: boolean;
  readonly byTheirs: boolean;
}

/** The regions in which one side or both differ from the base; changes that touch share a region. */
function regions(mine: readonly Hunk[], other: readonly Hunk[]): Region[] {
  const found: Region[] = [];
  let m = 0;
  let o = 0;
  while (m < mine.length || o < other.length) {
    const firstMine = m;
    const firstOther = o;
    const from = Math.min(mine[m]?.aFrom ?? Infinity, other[o]?.aFrom ?? Infinity);
    let to = from;
    for (;;) {
      if (m < mine.length && mine[m]!.aFrom <= to) to = Math.max(to, mine[m++]!.aTo);
      else if (o < other.length && other[o]!.aFrom <= to) to = Math.max(to, other[o++]!.aTo);
      else break;
    }
    found.push({
      base: [from, to],
      ours: sideRange(mine, firstMine, m, from, to),
      theirs: sideRange(other, firstOther, o, from, to),
      byOurs: m > firstMine,
      byTheirs: o > firstOther,
    });
  }
  return found;
}

/** Where base elements `from` to `to` are on a side, of which hunks `first` to `next` lie inside. */
function sideRange(
  hunks: readonly Hunk[],
  first: number,
  next: number,
  from: number,
  to: number,
): readonly [number, number] {
  const before = first > 0 ? hunks[first - 1]!.bTo - hunks[first - 1]!.aTo : 0;
  const after = next > 0 ? hunks[next - 1]!.bTo - hunks[next - 1]!.aTo : 0;
  return [from + before, to + after];
}
