/**
 * What agents have changed and nobody has decided about yet, in the text itself: what was added is marked in the agent's
 * colour, what was removed stands struck out where it was, and each place has its two buttons. Where a proposal contradicts the
 * text, the text's side is marked and a button leads to both.
 *
 * @module
 */

import {
  type EditorState,
  type Extension,
  Facet,
  RangeSet,
  StateEffect,
  StateField,
} from "@codemirror/state";
import { type ChangeDesc, type Transaction } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, gutter, type GutterMarker } from "@codemirror/view";
import type { TextChange, WaitingConflict } from "../../../../core/ports/text_editing.ts";
import { markOfSet, sideMarks } from "../text_authors.ts";
import { answered, decide, type Decision, decisionsUndone, takeBack } from "./decisions.ts";
import { type ReviewHere, setReviews } from "./from_server.ts";
import { ConflictWidget, HunkWidget, MarginMark } from "./review_widgets.ts";

/** One place of a change set in the text as it is now. */
export interface HunkHere {
  readonly changeSet: string;
  /** Brings back what was there. */
  readonly undo: TextChange;
}

/** A place where a change set and the text contradict. */
export interface ConflictHere {
  readonly changeSet: string;
  readonly conflict: WaitingConflict;
}

export type PlaceHere = HunkHere | ConflictHere;

export interface HunkActs {
  readonly accept: (hunk: HunkHere) => void;
  readonly reject: (hunk: HunkHere) => void;
  /** Shows both sides. */
  readonly show: (conflict: ConflictHere) => void;
}

/** A decision that is under way, and the place in the text as it is now. */
export interface Deciding {
  readonly decision: Decision;
  readonly place: PlaceHere;
  readonly isAnswered: boolean;
}

interface Shown {
  readonly hunks: readonly HunkHere[];
  readonly conflicts: readonly ConflictHere[];
  readonly deciding: readonly Deciding[];
  readonly set: DecorationSet;
  /** A mark at the beginning of each line that was changed. */
  readonly margin: RangeSet<GutterMarker>;
}

/** The hunks of the text as it is now, for lists and keys. */
export function hunksOf(state: EditorState): readonly HunkHere[] {
  return state.field(shown, false)?.hunks ?? [];
}

export function conflictsOf(state: EditorState): readonly ConflictHere[] {
  return state.field(shown, false)?.conflicts ?? [];
}

/** A decision that the core has not answered yet; undefined for any other. */
export function decidingOf(state: EditorState, id: string): Deciding | undefined {
  return state.field(shown, false)?.deciding.find(({ decision }) => decision.id === id);
}

export function isConflict(place: PlaceHere): place is ConflictHere {
  return "conflict" in place;
}

/** Where a place is in the text. */
export function rangeOf(place: PlaceHere): { readonly from: number; readonly to: number } {
  return isConflict(place) ? place.conflict.range : place.undo;
}

/** A set that was decided about: nothing of it is shown, and a later one of its name is another. */
export const forgetSet = StateEffect.define<string>();

const actsOf = Facet.define<HunkActs, HunkActs>({
  combine: ([acts]) => acts ?? { accept: () => undefined, reject: () => undefined, show: () => undefined },
});

const shown = StateField.define<Shown>({
  create: () => ({ hunks: [], conflicts: [], deciding: [], set: Decoration.none, margin: RangeSet.empty }),
  update(before, transaction) {
    let now = transaction.docChanged ? moved(before, transaction) : before;
    for (const effect of transaction.effects) {
      const next = afterEffect(now, effect, transaction);
      if (next !== undefined) now = drawn(next, transaction.state);
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field, ({ set }) => set),
});

/** Lines of one place that are marked in the margin. */
const MOST_MARKED = 2000;

type Places = Pick<Shown, "hunks" | "conflicts" | "deciding">;

/** What an effect makes of them; undefined for effects that do not concern them. */
function afterEffect(
  { hunks, conflicts, deciding }: Places,
  effect: Transaction["effects"][number],
  { state }: Transaction,
): Places | undefined {
  if (effect.is(setReviews)) {
    const open = deciding.filter(({ isAnswered }) => !isAnswered);
    const isOpen = (place: PlaceHere) => !open.some((each) => isSame(each.place, place));
    return {
      hunks: effect.value.flatMap(hunksIn).filter(isOpen),
      conflicts: effect.value.flatMap(conflictsIn).filter(isOpen),
      deciding: open,
    };
  }
  if (effect.is(decide)) {
    const place = placeOf({ hunks, conflicts }, effect.value, state);
    if (place === undefined) return undefined;
    return {
      hunks: hunks.filter((one) => one !== place),
      conflicts: conflicts.filter((one) => one !== place),
      deciding: [...deciding, { decision: effect.value, place, isAnswered: false }],
    };
  }
  if (effect.is(answered)) {
    const known = deciding.map((each) =>
      each.decision.id === effect.value ? { ...each, isAnswered: true } : each
    );
    return { hunks, conflicts, deciding: known };
  }
  if (effect.is(forgetSet)) {
    const others = ({ changeSet }: PlaceHere) => changeSet !== effect.value;
    return { hunks: hunks.filter(others), conflicts: conflicts.filter(others), deciding };
  }
  return undefined;
}

function hunksIn({ changeSet, undo }: ReviewHere): HunkHere[] {
  return undo.map((change) => ({ changeSet, undo: change }));
}

function conflictsIn({ changeSet, conflicts }: ReviewHere): ConflictHere[] {
  return conflicts.map((conflict) => ({ changeSet, conflict }));
}

/** The place that a decision is about: the nearest of its kind, as doing a decision again finds the text a little different. */
function placeOf(
  { hunks, conflicts }: Pick<Shown, "hunks" | "conflicts">,
  { changeSet, place }: Decision,
  state: EditorState,
): PlaceHere | undefined {
  if (typeof place === "string") return conflicts.find(({ conflict }) => conflict.id === place);
  const alike = hunks.filter(({ changeSet: name, undo }) =>
    name === changeSet && undo.insert === place.removed && state.sliceDoc(undo.from, undo.to) === place.added
  );
  const far = ({ undo }: HunkHere) => Math.abs(undo.from - place.from);
  return alike.sort((one, other) => far(one) - far(other))[0];
}

function isSame(one: PlaceHere, other: PlaceHere): boolean {
  if (one.changeSet !== other.changeSet || isConflict(one) !== isConflict(other)) return false;
  if (isConflict(one) || isConflict(other)) {
    return isConflict(one) && isConflict(other) && one.conflict.id === other.conflict.id;
  }
  return one.undo.from === other.undo.from && one.undo.to === other.undo.to &&
    one.undo.insert === other.undo.insert;
}

function drawn({ hunks: all, conflicts, deciding }: Places, state: EditorState): Shown {
  const { length } = state.doc;
  const acts = state.facet(actsOf);
  const hunks = all.filter(({ undo }) => undo.to <= length);
  const ranges = hunks.flatMap((hunk) => {
    const { from, to } = hunk.undo;
    const widget = Decoration.widget({ widget: new HunkWidget(hunk, acts), side: 1 }).range(to);
    const mark = Decoration.mark({ class: `editor-added ${markOfSet(hunk.changeSet).classes}` });
    return from < to ? [mark.range(from, to), widget] : [widget];
  });
  const contradicted = conflicts.filter(({ conflict }) => conflict.range.to <= length).flatMap((place) => {
    const { from, to } = place.conflict.range;
    // Whole lines: the button stands in the last of them, not at the beginning of the next.
    const end = to > from && state.sliceDoc(to - 1, to) === "\n" ? to - 1 : to;
    const widget = Decoration.widget({ widget: new ConflictWidget(place, acts), side: 1 }).range(end);
    const [ours] = sideMarks(place.changeSet, place.conflict.proposedBy, place.conflict.currentBy);
    const mark = Decoration.mark({ class: `editor-contradicted ${ours.classes}` });
    return from < end ? [mark.range(from, end), widget] : [widget];
  });
  return {
    hunks,
    conflicts,
    deciding,
    set: Decoration.set([...ranges, ...contradicted], true),
    margin: marginOf([...hunks, ...conflicts], state),
  };
}

/** Lines beside each other may be of several sets; one line of a set is marked once. */
function marginOf(places: readonly PlaceHere[], { doc }: EditorState): RangeSet<GutterMarker> {
  const marked = new Map<string, { readonly at: number; readonly mark: MarginMark }>();
  for (const place of places) {
    const { from, to } = rangeOf(place);
    if (to > doc.length) continue;
    const last = doc.lineAt(to > from && doc.sliceString(to - 1, to) === "\n" ? to - 1 : to).number;
    const first = doc.lineAt(from).number;
    for (let line = first; line <= Math.min(last, first + MOST_MARKED); line++) {
      const { from: at } = doc.line(line);
      marked.set(`${at} ${place.changeSet}`, { at, mark: new MarginMark(place.changeSet) });
    }
  }
  return RangeSet.of([...marked.values()].map(({ at, mark }) => mark.range(at)), true);
}

/** Until the review is read again, places move with the text. */
function moved({ hunks, conflicts, deciding, set, margin }: Shown, { changes }: Transaction): Shown {
  const isThere = (place: PlaceHere) => rangeOf(place).from <= rangeOf(place).to;
  return {
    hunks: hunks.map((hunk) => movedHunk(hunk, changes)).filter(isThere),
    conflicts: conflicts.map((conflict) => movedConflict(conflict, changes)).filter(isThere),
    deciding: deciding.map((each) => ({
      ...each,
      place: isConflict(each.place) ? movedConflict(each.place, changes) : movedHunk(each.place, changes),
    })),
    set: set.map(changes),
    margin: margin.map(changes),
  };
}

function movedHunk({ changeSet, undo }: HunkHere, changes: ChangeDesc): HunkHere {
  const from = changes.mapPos(undo.from, 1);
  return {
    changeSet,
    undo: { ...undo, from, to: undo.from === undo.to ? from : changes.mapPos(undo.to, -1) },
  };
}

function movedConflict({ changeSet, conflict }: ConflictHere, changes: ChangeDesc): ConflictHere {
  const { from, to } = conflict.range;
  const start = changes.mapPos(from, 1);
  const range = { from: start, to: from === to ? start : changes.mapPos(to, -1) };
  return { changeSet, conflict: { ...conflict, range } };
}

/** A decision, or one that is taken back. */
export interface DecisionStep {
  readonly way: "decide" | "takeBack";
  readonly decision: Decision;
}

/** The decisions and their taking back in a transaction, in order. */
export function decisionsIn({ effects }: Transaction): readonly DecisionStep[] {
  return effects.flatMap((effect): DecisionStep[] => {
    if (effect.is(decide)) return [{ way: "decide", decision: effect.value }];
    return effect.is(takeBack) ? [{ way: "takeBack", decision: effect.value }] : [];
  });
}

/** Shows them; `acts` is what the buttons do. */
export function reviewsShown(acts: HunkActs): Extension {
  const margin = gutter({
    class: "editor-margin",
    markers: ({ state }) => state.field(shown).margin,
  });
  return [actsOf.of(acts), shown, margin, decisionsUndone];
}
