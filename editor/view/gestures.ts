/**
 * What the pointer does: selecting a point, word or line, extending, dragging.
 *
 * @module
 */

import type { Gesture, Granularity } from "./events.ts";
import { type Region, Selection } from "./selection.ts";
import type { View } from "./view.ts";
import { wordAt } from "./words.ts";

/** Carries out a gesture at a line and column (UTF-8 bytes) of the view. */
export function gesture(view: View, line: number, column: number, { ...what }: Gesture): void {
  const offset = view.lines.offsetAt(view.reader, line, column);
  if (what.type === "select") select(view, offset, what.granularity, what.multi);
  else if (what.type === "extend") extend(view, offset, what.granularity);
  else if (view.drag !== undefined) {
    const { base, min, max, granularity } = view.drag;
    view.select(base.add(rangeTo(view, min, max, offset, granularity)));
  }
}

function select(view: View, offset: number, granularity: Granularity, multi: boolean): void {
  if (multi && granularity === "point") {
    const rest = view.selection.remove(offset, offset, true);
    if (rest !== view.selection && rest.length > 0) {
      view.drag = undefined;
      view.selectQuietly(rest);
      return;
    }
  }
  const [start, end] = unitAt(view, offset, granularity);
  const base = multi ? view.selection : Selection.empty;
  view.select(base.add({ start, end }));
  view.drag = { base, min: start, max: end, granularity };
}

/** The last region reaches to `offset` from now on; its anchor stays. */
function extend(view: View, offset: number, granularity: Granularity): void {
  const { regions, last } = view.selection;
  const base = Selection.ordered(regions.slice(0, -1));
  view.drag = { base, min: last.start, max: last.start, granularity };
  view.select(base.add(rangeTo(view, last.start, last.start, offset, granularity)));
}

/** From the origin to the far edge of the unit at `offset`. */
function rangeTo(view: View, min: number, max: number, offset: number, granularity: Granularity): Region {
  const [start, end] = unitAt(view, offset, granularity);
  return offset >= min ? { start: min, end } : { start: max, end: start };
}

function unitAt(view: View, offset: number, granularity: Granularity): readonly [start: number, end: number] {
  if (granularity === "point") return [offset, offset];
  if (granularity === "word") return wordAt(view.reader, offset);
  return view.lines.paragraphAt(view.text, view.lineAt(offset));
}
