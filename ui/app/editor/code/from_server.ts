/**
 * What comes into CodeMirror's state from the server: changes of others, where they are, what was found, and what waits for
 * a review.
 *
 * @module
 */

import { Annotation, StateEffect } from "@codemirror/state";
import type { TextDiagnostic } from "../../../../core/ports/language.ts";
import type { Presence, TextChange, WaitingConflict } from "../../../../core/ports/text_editing.ts";

/** The authors of a change that is not this window's typing. */
export const fromServer = Annotation.define<readonly string[]>();
/** Names what an edit is, for undo. */
export const stepKind = Annotation.define<string>();

/** What waits of a change set in this text. */
export interface ReviewHere {
  readonly changeSet: string;
  readonly undo: readonly TextChange[];
  readonly conflicts: readonly WaitingConflict[];
}

export const setPresence = StateEffect.define<readonly Presence[]>();
export const setDiagnosticsOf = StateEffect.define<readonly TextDiagnostic[]>();
export const setReviews = StateEffect.define<readonly ReviewHere[]>();
