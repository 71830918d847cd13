/**
 * Carrying out what changes only the view.
 *
 * @module
 */

import type { SelectionChange, ViewEvent } from "./events.ts";
import { gesture } from "./gestures.ts";
import { STYLES } from "./line_shadow.ts";
import { moveRegion, moveSelection } from "./movement.ts";
import { caret, isCaret, maxOf, minOf, type Region, Selection } from "./selection.ts";
import type { View } from "./view.ts";
import { wordAt } from "./words.ts";

export function applyViewEvent(view: View, event: ViewEvent): void {
  switch (event.type) {
    case "move":
      view.drag = undefined;
      view.select(moveSelection(event.movement, view.selection, view.ground, event.extend));
      return;
    case "add selection": {
      const moved = view.selection.regions.flatMap((region) => [
        region,
        moveRegion(event.movement, region, view.ground, false),
      ]);
      view.select(Selection.from(moved));
      return;
    }
    case "select all":
      view.selectQuietly(Selection.of({ start: 0, end: view.text.length }));
      return;
    case "collapse":
      view.select(view.selection.collapse());
      return;
    case "into lines":
      view.selectQuietly(intoLines(view));
      return;
    case "scroll":
      view.scroll(event.first, event.last);
      if (event.columns !== undefined) showColumns(view, event.columns);
      return;
    case "goto line":
      view.select(Selection.of(caret(view.lines.offsetAt(view.reader, event.line, 0))));
      return;
    case "gesture":
      gesture(view, event.line, event.column, event.gesture);
      return;
    case "find":
      if (view.search.find(event.terms)) view.setDirty();
      return;
    case "multi find":
      if (view.search.findAll(event.queries)) view.setDirty();
      return;
    case "find next":
      if (event.allowSame && isMatch(view, view.selection.last)) view.select(view.selection);
      else findNext(view, event.reverse, event.wrap, event.change);
      return;
    case "find all":
      findAll(view);
      return;
    case "highlight find":
      view.highlightFind = event.visible;
      view.search.news = "all";
      view.setDirty();
      return;
    case "selection for find":
      view.setDirty();
      view.search.findSelected(selectedText(view), event.caseSensitive);
      return;
    case "replace":
      setReplacement(view, event.chars, event.preserveCase);
      return;
    case "selection for replace":
      view.setDirty();
      setReplacement(view, selectedText(view), false);
      return;
  }
}

/** Selects the match nearest in one direction. True where there was one. */
export function findNext(view: View, reverse: boolean, wrap: boolean, change: SelectionChange): boolean {
  const { text, selection, search } = view;
  const match = search.nearest(text, selection, reverse, false) ??
    (wrap ? search.nearest(text, selection, reverse, true) : undefined);
  if (match === undefined || change === "none") return false;
  if (change === "set") view.select(Selection.of(match));
  else {
    const { last } = selection;
    const drops = change === "add_removing_current" && !isCaret(last);
    const kept = drops ? selection.remove(minOf(last), maxOf(last), false) : selection;
    view.select(kept.add(match));
  }
  return true;
}

/** Selects all matches; where there are none, the selection stays. True where there was one. */
export function findAll(view: View): boolean {
  const found: Region[] = [];
  for (const query of view.search.queries) found.push(...query.matches);
  if (found.length === 0) return false;
  if (view.search.queries.length > 1) found.sort((a, b) => a.start - b.start);
  view.select(Selection.from(found));
  return true;
}

/** Whether a region is exactly what some query found. */
function isMatch(view: View, region: Region): boolean {
  return !isCaret(region) && view.search.queries.some(({ matches }) => {
    const [from, to] = matches.touching(minOf(region), maxOf(region));
    for (let index = from; index < to; index++) {
      const { start, end } = matches.at(index);
      if (start === minOf(region) && end === maxOf(region)) return true;
    }
    return false;
  });
}

/** What the last region holds, or the word at it. */
function selectedText(view: View): string {
  const { last } = view.selection;
  const [start, end] = isCaret(last) ? wordAt(view.reader, last.end) : [minOf(last), maxOf(last)];
  return view.text.sliceString(start, end);
}

function setReplacement(view: View, chars: string, preserveCase: boolean): void {
  view.replacement = { chars, preserveCase };
  view.replacementIsNews = true;
}

/** One region for each line that a region covers, without its line feed. */
function intoLines(view: View): Selection {
  const { text } = view;
  const regions: Region[] = [];
  for (const region of view.selection) {
    if (isCaret(region)) {
      regions.push(caret(region.end));
      continue;
    }
    let start = minOf(region);
    const max = maxOf(region);
    while (start < max) {
      const line = text.lineAt(start);
      const isLast = line + 1 === text.lines;
      const next = isLast ? text.length : text.lineStart(line + 1);
      regions.push({
        start,
        end: isLast ? Math.min(max, next) : next >= max ? Math.min(max, next - 1) : next - 1,
      });
      start = next;
    }
  }
  return Selection.from(regions);
}

/** Parts of long lines outside these columns are not sent: what is sent changes. */
function showColumns(view: View, columns: readonly [number, number]): void {
  const [from, to] = view.columns;
  if (columns[0] === from && columns[1] === to) return;
  view.columns = columns;
  view.shadow.invalidate(0, view.lineCount, STYLES);
}
