/**
 * Undo and redo: each step is the edits that were made and those that take them back. Steps with one `join` key that follow
 * each other closely are one: typing into a field, nudging with arrows.
 *
 * @module
 */

import { applyEdits, inverseEdits, sortedEdits, type TextEdit } from "./text_edit.ts";

export interface Step {
  readonly label: string;
  readonly forward: readonly (readonly TextEdit[])[];
  readonly back: readonly (readonly TextEdit[])[];
  readonly join: string | undefined;
  /** Steps of one chain are undone and done again together. */
  readonly chain?: string | undefined;
  readonly at: number;
  /** What was selected before and after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** Steps closer than this are one where they may be. */
const JOIN_MS = 1500;
const MAX_STEPS = 1000;

export class History {
  #done: Step[] = [];
  #undone: Step[] = [];
  #savedAt: Step | undefined;

  get canUndo(): Step | undefined {
    return this.#done.at(-1);
  }

  get canRedo(): Step | undefined {
    return this.#undone.at(-1);
  }

  /** Every step that stands, oldest first. */
  get done(): readonly Step[] {
    return this.#done;
  }

  /** True where the text is the one that was saved last. */
  get isSaved(): boolean {
    return this.#done.at(-1) === this.#savedAt;
  }

  markSaved(): void {
    this.#savedAt = this.#done.at(-1);
  }

  /** Forgets everything; the text is what was loaded. */
  clear(): void {
    this.#done = [];
    this.#undone = [];
    this.#savedAt = undefined;
  }

  /** Carries edits out and remembers them. Gives the text after them. */
  apply(
    text: string,
    edits: readonly TextEdit[],
    about: Pick<Step, "label" | "join" | "chain" | "before" | "after">,
    nowMs: number,
  ): string {
    const sorted = sortedEdits(edits);
    const back = inverseEdits(text, sorted);
    const last = this.#done.at(-1);
    const joins = last !== undefined && about.join !== undefined && last.join === about.join &&
      nowMs - last.at < JOIN_MS && last !== this.#savedAt;
    if (joins) {
      this.#done[this.#done.length - 1] = {
        ...last,
        forward: [...last.forward, sorted],
        back: [back, ...last.back],
        at: nowMs,
        after: about.after,
      };
    } else {
      this.#done.push({ ...about, forward: [sorted], back: [back], at: nowMs });
      if (this.#done.length > MAX_STEPS) this.#done.shift();
    }
    this.#undone = [];
    return applyEdits(text, sorted);
  }

  undo(text: string): { readonly text: string; readonly step: Step } | undefined {
    const step = this.#done.pop();
    if (step === undefined) return undefined;
    this.#undone.push(step);
    return { text: step.back.reduce(applyEdits, text), step };
  }

  redo(text: string): { readonly text: string; readonly step: Step } | undefined {
    const step = this.#undone.pop();
    if (step === undefined) return undefined;
    this.#done.push(step);
    return { text: step.forward.reduce(applyEdits, text), step };
  }
}
