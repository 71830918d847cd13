/**
 * Changes of the wire and changes of CodeMirror, each from the other. Lines end with "\n" alone on both sides, so that
 * offsets mean the same.
 *
 * @module
 */

import { ChangeSet, Text } from "@codemirror/state";
import { diffTexts } from "../../../../core/merge/text_diff.ts";

/** `from` up to `to` becomes `insert`; UTF-16 units of the text before all changes of the list. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

const LINE_END = "\n";

export function textOf(text: string): Text {
  return Text.of(text.split(LINE_END));
}

export function changeSetOf(changes: readonly Change[], length: number): ChangeSet {
  return ChangeSet.of([...changes], length, LINE_END);
}

export function changesOf(set: ChangeSet): Change[] {
  const changes: Change[] = [];
  set.iterChanges((from, to, _newFrom, _newTo, insert) => {
    changes.push({ from, to, insert: insert.sliceString(0, undefined, LINE_END) });
  });
  return changes;
}

/** What makes `before` into `after`, with few changes. */
export function differenceOf(before: Text, after: Text): ChangeSet {
  return changeSetOf(diffTexts(before.toString(), after.toString()), before.length);
}

/** The same change without what it replaces by itself; places beside it then stay where they are. */
export function trimmed(set: ChangeSet, before: Text): ChangeSet {
  const changes: Change[] = [];
  for (const { from, to, insert } of changesOf(set)) {
    const old = before.sliceString(from, to);
    const most = Math.min(old.length, insert.length);
    let start = 0;
    while (start < most && old[start] === insert[start]) start++;
    let end = 0;
    while (end < most - start && old[old.length - 1 - end] === insert[insert.length - 1 - end]) end++;
    if (start === old.length && start === insert.length) continue;
    changes.push({ from: from + start, to: to - end, insert: insert.slice(start, insert.length - end) });
  }
  return changeSetOf(changes, before.length);
}

/** Units that changes remove and insert in sum. */
export function sizeOf(set: ChangeSet): number {
  let size = 0;
  set.iterChanges((from, to, newFrom, newTo) => size += to - from + newTo - newFrom);
  return size;
}
