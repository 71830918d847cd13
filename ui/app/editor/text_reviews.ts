/**
 * What change sets of agents have done in one open file, and what the person decides about it: at once in the copy, and in the core
 * one after the other.
 *
 * @module
 */

import { signal } from "@preact/signals";
import type { EditorState, Transaction, TransactionSpec } from "@codemirror/state";
import type { ChangeSetReview, PlaceAnswer } from "../../../core/ports/text_editing.ts";
import type { TextAnswer, TextCallName, TextParams } from "../../api/mod.ts";
import { LiveError } from "../state/live.ts";
import { setReviews } from "./code/from_server.ts";
import { answered, decide, type Decision } from "./code/decisions.ts";
import {
  type ConflictHere,
  conflictsOf,
  decidingOf,
  decisionsIn,
  forgetSet,
  type HunkHere,
  hunksOf,
  isConflict,
  type PlaceHere,
} from "./code/reviews.ts";

const REVIEW_MS = 120;

/** The text that is reviewed. */
export interface ReviewedText {
  readonly editorState: EditorState | undefined;
  readonly buffer: number;
  readonly revision: number;
  /** True while the core does not have everything that was typed. */
  readonly lags: boolean;
  /** Resolves when the core has everything that was typed until now. */
  settled(): Promise<void>;
  change(spec: TransactionSpec): void;
  /** @throws LiveError */
  ask<K extends TextCallName>(call: K, params: TextParams<K>): Promise<TextAnswer<K>>;
}

export class TextReviews {
  readonly reviews = signal<readonly ChangeSetReview[]>([]);
  /** The places of change sets in this text that wait. */
  readonly hunks = signal<readonly HunkHere[]>([]);
  /** Where change sets and this text contradict. */
  readonly conflicts = signal<readonly ConflictHere[]>([]);
  readonly #text: ReviewedText;
  readonly #onRefused: (why: string) => void;
  #changeSets: readonly string[] = [];
  /** Decisions go to the core one after the other. */
  #decisions: Promise<void> = Promise.resolve();
  /** How many the core has answered. */
  #answered = 0;
  #timer: number | undefined;
  #isClosed = false;

  /** @param onRefused told of a decision that the core has not taken, in words */
  constructor(text: ReviewedText, onRefused: (why: string) => void) {
    this.#text = text;
    this.#onRefused = onRefused;
  }

  /** To be called with every transaction of the copy. */
  took(transaction: Transaction): void {
    const hunks = hunksOf(transaction.state);
    if (hunks !== this.hunks.peek()) this.hunks.value = hunks;
    const conflicts = conflictsOf(transaction.state);
    if (conflicts !== this.conflicts.peek()) this.conflicts.value = conflicts;
    for (const { way, decision } of decisionsIn(transaction)) {
      this.#decisions = this.#decisions.then(() =>
        way === "decide" ? this.#decide(decision.id) : this.#takeBack(decision)
      );
    }
  }

  /** Decides about a place: at once here, and in the core as soon as it has everything that was typed. Undone as typing is. */
  decide(place: PlaceHere, answer: PlaceAnswer, text?: string): void {
    const state = this.#text.editorState;
    if (state === undefined) return;
    const { changeSet } = place;
    const where = isConflict(place) ? place.conflict.id : {
      from: place.undo.from,
      added: state.sliceDoc(place.undo.from, place.undo.to),
      removed: place.undo.insert,
    };
    const made = { id: crypto.randomUUID(), changeSet, answer, place: where };
    this.#text.change({
      effects: decide.of(text === undefined ? made : { ...made, text }),
      userEvent: "decide",
    });
  }

  /** Resolves when the core has taken everything that was typed and decided until now. */
  async decided(): Promise<void> {
    await this.#decisions;
    await this.#text.settled();
  }

  /** A set that was decided about here is gone at once, before the server tells. */
  forget(changeSet: string): void {
    this.#changeSets = this.#changeSets.filter((name) => name !== changeSet);
    this.reviews.value = this.reviews.peek().filter((review) => review.changeSet !== changeSet);
    this.#text.change({ effects: forgetSet.of(changeSet) });
  }

  /** Asks which change sets wait, as after one of them was decided. @throws LiveError */
  async look(): Promise<void> {
    this.heard(await this.#text.ask("changes.list", {}));
  }

  /** These change sets wait. */
  heard(changeSets: readonly string[]): void {
    this.#changeSets = changeSets;
    this.#reviewSoon();
  }

  /** The text was changed, and with it the places. */
  moved(): void {
    if (this.reviews.peek().length > 0) this.#reviewSoon();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #decide(id: string): Promise<void> {
    const text = this.#text;
    await this.#untilAnswered(async () => {
      const deciding = text.editorState === undefined ? undefined : decidingOf(text.editorState, id);
      // Done again where its place is no more.
      if (deciding === undefined || deciding.isAnswered) return;
      const { decision: { changeSet, answer, text: written }, place } = deciding;
      const result = await text.ask("changes.decide", {
        buffer: text.buffer,
        revision: text.revision,
        id,
        changeSet,
        answer,
        place: isConflict(place) ? place.conflict.id : place.undo,
        ...written === undefined ? {} : { text: written },
      });
      if (!result.ok) this.#onRefused("The place is no longer as it was. Look at it again");
    });
    this.#answered++;
    text.change({ effects: answered.of(id) });
    await this.look().catch(() => undefined);
  }

  async #takeBack({ id }: Decision): Promise<void> {
    const text = this.#text;
    await this.#untilAnswered(() => text.ask("changes.reopen", { buffer: text.buffer, decision: id }));
    this.#answered++;
    await this.look().catch(() => undefined);
  }

  /** Asks again where the connection was cut: a decision is made once. What else goes wrong is said. */
  async #untilAnswered(ask: () => Promise<unknown>): Promise<void> {
    while (!this.#isClosed) {
      await this.#text.settled();
      if (this.#text.lags) continue;
      try {
        await ask();
        return;
      } catch (error) {
        if (error instanceof LiveError && error.problem === undefined) continue;
        this.#onRefused(error instanceof Error ? error.message : `${error}`);
        return;
      }
    }
  }

  /** Reads what the change sets have done here, once the text stands still for a moment. */
  #reviewSoon(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#review(), REVIEW_MS);
  }

  async #review(): Promise<void> {
    const text = this.#text;
    const answeredBefore = this.#answered;
    try {
      const all = await Promise.all(
        this.#changeSets.map((changeSet) => text.ask("changes.review", { changeSet }).catch(() => undefined)),
      );
      // One may have been decided about meanwhile.
      const found = all.filter((review) => review !== undefined)
        .filter(({ changeSet }) => this.#changeSets.includes(changeSet));
      this.reviews.value = found;
      const mine = found.flatMap(({ changeSet, buffers }) =>
        buffers.filter(({ buffer }) => buffer === text.buffer).map(({ revision, undo, conflicts }) => ({
          changeSet,
          revision,
          undo,
          conflicts,
        }))
      );
      // Places are of another text: there will be an event, after which this is asked again.
      const isOld = text.lags || answeredBefore !== this.#answered;
      if (isOld || mine.some(({ revision }) => revision !== text.revision)) return this.#reviewSoon();
      text.change({ effects: setReviews.of(mine) });
    } catch {
      // Asked again with the next connection.
    }
  }
}
