/**
 * Edits of a text: places in the text as it was, ascending and apart. Undo is another edit.
 *
 * @module
 */

export interface TextEdit {
  readonly offset: number;
  /** Units that go. */
  readonly length: number;
  readonly text: string;
}

/** The edits in order; two insertions at one place keep theirs. */
export function sortedEdits(edits: readonly TextEdit[]): readonly TextEdit[] {
  const sorted = edits.map((edit, index) => ({ edit, index }));
  sorted.sort((a, b) =>
    a.edit.offset - b.edit.offset || Number(a.edit.length > 0) - Number(b.edit.length > 0) ||
    a.index - b.index
  );
  return sorted.map(({ edit }) => edit);
}

/** The text after `edits`, which must be sorted. @throws RangeError where two overlap */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = "";
  let done = 0;
  for (const { offset, length, text: added } of edits) {
    if (offset < done || offset + length > text.length) {
      throw new RangeError(`Cannot edit at ${offset}: the edit before it ends at ${done}`);
    }
    result += text.slice(done, offset) + added;
    done = offset + length;
  }
  return result + text.slice(done);
}

/** What takes `edits` back, in the text that they made. */
export function inverseEdits(text: string, edits: readonly TextEdit[]): readonly TextEdit[] {
  const inverse: TextEdit[] = [];
  let shift = 0;
  for (const { offset, length, text: added } of edits) {
    inverse.push({ offset: offset + shift, length: added.length, text: text.slice(offset, offset + length) });
    shift += added.length - length;
  }
  return inverse;
}

/** The one edit between two texts, without what they share at both ends; undefined for equal ones. */
export function differenceEdit(before: string, after: string, offset = 0): TextEdit | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  ) end++;
  return {
    offset: offset + start,
    length: before.length - start - end,
    text: after.slice(start, after.length - end),
  };
}
