/**
 * What to tell the front end so that it shows the view as it is: the operations on its line cache, annotations, and whether anything
 * has to be told at all.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { QueryStatus } from "./find/search.ts";
import { ALL, ShadowBuilder, STYLES, TEXT } from "./line_shadow.ts";
import type { VisualLine } from "./lines.ts";
import { type PlanSpan, renderPlan, withRequested } from "./render_plan.ts";
import { isCaret, maxOf, minOf } from "./selection.ts";
import type { View } from "./view.ts";

/** A stretch of text with one style (a number of `def_style`). */
export interface StyleRun {
  readonly from: number;
  readonly to: number;
  readonly style: number;
}

/** Something marked by a plugin or a language server. */
export interface Mark {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly data: Json;
}

/** Where a view's colours and marks come from. */
export interface Appearance {
  /** Styles of a range, ascending. */
  runs(from: number, to: number): Iterable<StyleRun>;
  /** Marks that touch a range, by type. */
  marks(from: number, to: number): Iterable<Mark>;
}

/** How the front end likes its updates. */
export interface UpdateForm {
  /** Knows no `update` operation: lines whose carets moved come anew. */
  readonly insOnly: boolean;
  /** Takes parts of lines longer than `PART_UNITS`. */
  readonly parts: boolean;
}

/** Longer lines are sent in part to front ends that take parts. */
const PART_UNITS = 4096;
/** How much is sent beyond the visible columns on either side, in bytes. */
const PART_SLOP = 512;

/** Messages in the order in which they go out: a method's name and its parameters but for the view's id. */
export type Told = readonly [method: string, params: JsonObject];

/** Brings the front end up to date. @param requested lines to send in any case */
export function render(
  view: View,
  pristine: boolean,
  appearance: Appearance,
  form: UpdateForm,
  requested?: readonly [first: number, end: number],
): Told[] {
  const total = view.lineCount;
  const visible = renderPlan(total, view.firstLine, view.height);
  const plan = requested === undefined ? visible : withRequested(visible, requested[0], requested[1]);
  const told: Told[] = [];
  const marked = annotations(view, appearance);
  let ops: Json[];
  if (view.shadow.needsUpdate(plan)) {
    if (view.search.news !== "none") {
      told.push(["find_status", { queries: findStatus(view, view.search.news === "matches") }]);
      view.search.news = "none";
    }
    if (view.replacementIsNews && view.replacement !== undefined) {
      const { chars, preserveCase } = view.replacement;
      told.push(["replace_status", { status: { chars, preserve_case: preserveCase } }]);
      view.replacementIsNews = false;
    }
    ops = lineOps(view, plan, appearance, form);
  } else ops = [{ op: "copy", n: total, ln: 1 }];
  told.push(["update", { update: { annotations: marked, ops, pristine } }]);
  return told;
}

/** Where to scroll, once after it was asked for. */
export function takeScroll(view: View): Told | undefined {
  if (view.scrollTo === undefined) return undefined;
  const [line, col] = view.lines.place(view.text, Math.min(view.scrollTo, view.text.length));
  view.scrollTo = undefined;
  return ["scroll_to", { line, col }];
}

/** What is known of the searches, as the front end is told; members in the protocol's alphabetical order. */
export function findStatus(view: View, onlyMatches: boolean): JsonObject[] {
  return view.search.status(view.text, view.lines, onlyMatches).map((status: QueryStatus) => ({
    case_sensitive: status.caseSensitive,
    chars: status.chars,
    ...(status.isBroken ? { error: "This is no regular expression; it is looked for as text" } : {}),
    id: status.id,
    is_regex: status.isRegex,
    lines: status.lines,
    matches: status.matches,
    whole_words: status.wholeWords,
  }));
}

function lineOps(view: View, plan: readonly PlanSpan[], appearance: Appearance, form: UpdateForm): Json[] {
  const ops: Json[] = [];
  const builder = new ShadowBuilder();
  let theirs = 0;
  const skipTo = (line: number) => {
    if (line > theirs) ops.push({ op: "skip", n: line - theirs });
    theirs = line;
  };
  for (const segment of view.shadow.segments(plan)) {
    const { ours, n, tactic } = segment;
    const isRight = (segment.valid & (TEXT | STYLES)) === (TEXT | STYLES);
    const onlyCarets = isRight && segment.valid !== ALL;
    if (tactic === "discard" || (!isRight && tactic === "preserve")) {
      ops.push({ op: "invalidate", n });
      builder.add(n, 0, 0);
    } else if (!isRight || (onlyCarets && form.insOnly && tactic === "render")) {
      // Without `update`, lines whose carets moved are new lines in place of the old ones.
      const lines = encodeLines(view, ours, n, appearance, form);
      ops.push({ op: "ins", n, lines });
      builder.add(n, ours, ALL);
    } else {
      skipTo(segment.theirs);
      const logical = view.text.lineAt(view.lines.lineStart(view.text, ours)) + 1;
      // Carets that nobody sees may stay as they are where there is no `update`.
      if (!onlyCarets || form.insOnly) ops.push({ op: "copy", n, ln: logical });
      else {
        const lines = encodeLines(view, ours, n, undefined, form);
        ops.push(logical === 1 ? { op: "update", n, lines } : { op: "update", n, lines, ln: logical });
      }
      // The protocol's core goes on taking the carets of such lines for stale until they are inserted anew.
      builder.add(n, ours, segment.valid);
      theirs = segment.theirs + n;
    }
  }
  view.shadow.reset(builder);
  return ops;
}

/** Lines as the front end takes them. @param appearance undefined for lines of which only the carets are told */
function encodeLines(
  view: View,
  first: number,
  n: number,
  appearance: Appearance | undefined,
  form: UpdateForm,
): JsonObject[] {
  const lines: JsonObject[] = [];
  for (const line of view.lines.from(view.text, first, n)) {
    const part = form.parts ? partOf(view, line) : undefined;
    lines.push(encodeLine(view, line, appearance, part));
  }
  return lines;
}

/** The part of a long line that is sent. */
function partOf(view: View, { start, end }: VisualLine): readonly [from: number, to: number] | undefined {
  if (end - start <= PART_UNITS) return undefined;
  const { text } = view;
  const bytes = text.bytesAt(start);
  const [left, right] = view.columns;
  const width = Math.max(right - left, PART_UNITS);
  const from = text.offsetOfBytes(Math.min(text.bytesAt(end), bytes + Math.max(0, left - PART_SLOP)));
  const to = text.offsetOfBytes(Math.min(text.bytesAt(end), bytes + left + width + PART_SLOP));
  return [from, to];
}

function encodeLine(
  view: View,
  line: VisualLine,
  appearance: Appearance | undefined,
  part: readonly [from: number, to: number] | undefined,
): JsonObject {
  const { text } = view;
  const { start, end, logical } = line;
  const base = text.bytesAt(start);
  const cursor: number[] = [];
  const selected: number[] = [];
  // A text that ends with a line feed has an empty line behind it, which is the last.
  const isLastLine = end === text.length && text.charCodeAt(end - 1) !== 0x0a;
  const [from, to] = view.selection.indicesTouching(start, end);
  for (let index = from; index < to; index++) {
    const region = view.selection.at(index);
    const at = region.end;
    const isUpstream = region.upstream === true;
    const isHere = (at > start && at < end) || (at === start && !isUpstream) ||
      (at === end && (isUpstream || isLastLine));
    if (isHere) cursor.push(text.bytesAt(at) - base);
    const low = Math.max(minOf(region), start);
    const high = Math.min(maxOf(region), end);
    if (!isCaret(region) && high > low) selected.push(low, high);
  }
  const encoded: Record<string, Json> = { cursor };
  if (logical !== undefined) encoded.ln = logical + 1;
  if (appearance === undefined) return encoded;
  const [sentFrom, sentTo] = part ?? [start, end];
  encoded.styles = encodeStyles(view, sentFrom, sentTo, base, selected, appearance);
  encoded.text = text.sliceString(sentFrom, sentTo);
  if (part !== undefined) {
    encoded.start = text.bytesAt(sentFrom) - base;
    encoded.bytes = text.bytesAt(end) - base;
  }
  if (cursor.length === 0) delete encoded.cursor;
  return encoded;
}

/** Triples: start relative to the end of the span before, length, style. Search results first, then the selection, then colours. */
function encodeStyles(
  view: View,
  from: number,
  to: number,
  base: number,
  selected: readonly number[],
  appearance: Appearance,
): number[] {
  const { text, search } = view;
  const triples: number[] = [];
  let last = 0;
  const add = (low: number, high: number, style: number) => {
    const start = text.bytesAt(low) - base;
    const end = text.bytesAt(high) - base;
    triples.push(start - last, end - start, style);
    last = end;
  };
  if (view.highlightFind) {
    search.queries.forEach(({ matches }, query) => {
      const [first, end] = matches.touching(from, to);
      for (let index = first; index < end; index++) {
        const match = matches.at(index);
        const low = Math.max(match.start, from);
        const high = Math.min(match.end, to);
        if (high > low) add(low, high, query + 1);
      }
    });
  }
  for (let index = 0; index < selected.length; index += 2) {
    add(selected[index] as number, selected[index + 1] as number, 0);
  }
  for (const run of appearance.runs(from, to)) {
    const low = Math.max(run.from, from);
    const high = Math.min(run.to, to);
    if (high > low) add(low, high, run.style);
  }
  return triples;
}

/** Everything marked on the visible lines: the selection, what was found, then what others marked. */
function annotations(view: View, appearance: Appearance): Json[] {
  const { text, lines } = view;
  const from = lines.lineStart(text, view.firstLine);
  const to = lines.lineStart(text, view.firstLine + view.height + 2);
  const range = (low: number, high: number): number[] => {
    const start = lines.place(text, low);
    const end = low === high ? start : lines.place(text, high);
    return [...start, ...end];
  };
  const selected = view.selection.touching(from, to).map((region) => range(minOf(region), maxOf(region)));
  const result: Json[] = [{ type: "selection", n: selected.length, payloads: null, ranges: selected }];
  for (const { id, matches } of view.search.queries) {
    const [first, end] = matches.touching(from, to);
    const ranges: number[][] = [];
    for (let index = first; index < end; index++) {
      const match = matches.at(index);
      ranges.push(range(match.start, match.end));
    }
    result.push({ type: "find", n: ranges.length, payloads: ranges.map(() => ({ id })), ranges });
  }
  const marks = new Map<string, { ranges: number[][]; payloads: Json[] }>();
  for (const { type, from: low, to: high, data } of appearance.marks(from, to)) {
    const group = marks.get(type) ?? { ranges: [], payloads: [] };
    group.ranges.push(range(low, high));
    group.payloads.push(data);
    marks.set(type, group);
  }
  for (const [type, { ranges, payloads }] of marks) result.push({ type, n: ranges.length, payloads, ranges });
  return result;
}
