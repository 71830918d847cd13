/**
 * Decisions about places of change sets as steps of CodeMirror's history: undoing one takes the decision back, doing it again
 * decides again. The text core carries them out; `open_text.ts` asks it to.
 *
 * @module
 */

import { invertedEffects } from "@codemirror/commands";
import { type Extension, StateEffect } from "@codemirror/state";
import type { PlaceAnswer } from "../../../../core/ports/text_editing.ts";

/** What is decided about which place. */
export interface Decision {
  readonly id: string;
  readonly changeSet: string;
  readonly answer: PlaceAnswer;
  /** For `own`. */
  readonly text?: string;
  /** A contradiction by its id; a change by where it was, what it put in and what it took away. */
  readonly place: string | { readonly from: number; readonly added: string; readonly removed: string };
}

export const decide = StateEffect.define<Decision>();
/** Takes a decision back. */
export const takeBack = StateEffect.define<Decision>();
/** The core has answered to the decision of this id: the next review has what came of it. */
export const answered = StateEffect.define<string>();

/** Lets decisions be undone. */
export const decisionsUndone: Extension = invertedEffects.of(({ effects }) =>
  effects.flatMap((effect) => {
    if (effect.is(decide)) return [takeBack.of(effect.value)];
    return effect.is(takeBack) ? [decide.of(effect.value)] : [];
  })
);
