/**
 * Decisions of the person at the page about change sets: made by the text core, then written into the book.
 *
 * @module
 */

import type { AuthorId, BufferId } from "../../../core/ids.ts";
import type {
  ChangeSetReview,
  DecidedPlace,
  DecisionRefusal,
  PlaceDecision,
} from "../../../core/ports/text_editing.ts";
import type { Result } from "../../../core/result.ts";
import type { Texts } from "../services.ts";
import type { ReviewBook } from "./review_book.ts";

/**
 * Sets of more places are taken as a whole: the core remembers 200 decisions of a text, and the journal's note of each names all places
 * that are left, so that what is written grows with the square of this.
 */
const MOST_SINGLY = 100;
/** Sets of which it is known what was accepted at once; of older ones only all can be taken back. */
const MOST_TOGETHER = 100;
/** What is kept of a text in the book. */
const MOST_UNITS = 2_000;

export class PlaceReview {
  readonly #texts: Texts;
  readonly #book: ReviewBook;
  readonly #nameOf: (file: string) => string;
  readonly #open: () => readonly BufferId[];
  /** Of each set the places that were accepted at once last. */
  readonly #together = new Map<string, ReadonlySet<string>>();

  /** @param nameOf how a file is called in the workspace @param open the texts that pages have open */
  constructor(
    texts: Texts,
    book: ReviewBook,
    nameOf: (file: string) => string,
    open: () => readonly BufferId[],
  ) {
    this.#open = open;
    this.#texts = texts;
    this.#book = book;
    this.#nameOf = nameOf;
  }

  async decide(buffer: BufferId, decision: PlaceDecision): Promise<Result<DecidedPlace, DecisionRefusal>> {
    const { proposals } = this.#texts;
    // The file is known as long as something of the set waits.
    const file = await this.#fileOf(buffer, decision.changeSet);
    const result = await proposals.decide(buffer, decision);
    if (!result.ok) return result;
    this.#book.decided(file, [result.value]);
    await this.#settle(decision.changeSet);
    return result;
  }

  async reopen(buffer: BufferId, decision: string, author: AuthorId): Promise<boolean> {
    const isOpen = await this.#texts.proposals.reopen(buffer, decision, author);
    if (isOpen) this.#book.takenBack(decision, author);
    return isOpen;
  }

  /**
   * All that waits of a set; true where it can be taken back as a whole. Else written down first: the core forgets what was in it.
   * @throws SymphonyError `not-found`
   */
  async decideAll(changeSet: string, answer: "accept" | "reject", author: AuthorId): Promise<boolean> {
    const { proposals } = this.#texts;
    if (answer === "accept" && await this.#acceptSingly(changeSet, author)) return true;
    const review = await proposals.review(changeSet);
    const made: string[] = [];
    for (const buffer of review.buffers) {
      const places = await this.#placesOf(buffer, { changeSet, answer, author });
      this.#book.decided(
        buffer.file === undefined ? undefined : this.#nameOf(buffer.file),
        places,
        true,
      );
      made.push(...places.map(({ id }) => id));
    }
    try {
      if (answer === "accept") await proposals.accept(changeSet);
      else await proposals.undoChangeSet(changeSet);
    } catch (error) {
      for (const id of made) this.#book.takenBack(id, author);
      throw error;
    }
    await this.#settle(changeSet);
    return false;
  }

  /**
   * What was accepted of a set waits again, in the texts that are open: all, or what was accepted at once last. Gives how many
   * places do; what was rejected stays so.
   */
  async takeBack(changeSet: string, author: AuthorId, isLast: boolean): Promise<number> {
    let places = 0;
    const last = this.#together.get(changeSet);
    for (const buffer of this.#open()) {
      const decided = await this.#texts.proposals.decisions(buffer);
      for (const { id, ...place } of [...decided].reverse()) {
        if (place.changeSet !== changeSet || place.answer !== "accept") continue;
        if ((!isLast || last?.has(id)) && await this.reopen(buffer, id, author)) places++;
      }
    }
    return places;
  }

  /** Place by place, so that all of it can be taken back later; false where there is too much, and where something is left. */
  async #acceptSingly(changeSet: string, author: AuthorId): Promise<boolean> {
    const { buffers } = await this.#texts.proposals.review(changeSet);
    if (buffers.reduce((sum, { undo }) => sum + undo.length, 0) > MOST_SINGLY) return false;
    let isAll = true;
    const together = new Set<string>();
    this.#together.delete(changeSet);
    this.#together.set(changeSet, together);
    for (const oldest of this.#together.keys()) {
      if (this.#together.size <= MOST_TOGETHER) break;
      this.#together.delete(oldest);
    }
    for (const { buffer, revision, undo } of buffers) {
      for (const place of undo) {
        const id = crypto.randomUUID();
        const made = await this.decide(buffer, { id, changeSet, author, revision, place, answer: "accept" });
        if (made.ok) together.add(id);
        isAll &&= made.ok;
      }
    }
    return isAll;
  }

  async #placesOf(
    { buffer, revision, undo, conflicts }: ChangeSetReview["buffers"][number],
    by: { readonly changeSet: string; readonly answer: "accept" | "reject"; readonly author: AuthorId },
  ): Promise<DecidedPlace[]> {
    const { text } = await this.#texts.editing.read(buffer, { revision });
    const changes = undo.map(({ from, to, insert }): DecidedPlace => {
      const proposed = text.slice(from, to);
      return {
        ...by,
        id: crypto.randomUUID(),
        isConflict: false,
        before: cut(insert),
        proposed: cut(proposed),
        after: cut(by.answer === "accept" ? proposed : insert),
        others: [],
      };
    });
    // Contradictions go on waiting where the rest is taken.
    if (by.answer === "accept") return changes;
    const contradictions = conflicts.map(({ current, proposed, currentBy }): DecidedPlace => ({
      ...by,
      id: crypto.randomUUID(),
      isConflict: true,
      before: cut(current),
      proposed: cut(proposed),
      after: cut(current),
      others: currentBy,
    }));
    return [...changes, ...contradictions];
  }

  async #fileOf(buffer: BufferId, changeSet: string): Promise<string | undefined> {
    const review = await this.#texts.proposals.review(changeSet).catch(() => undefined);
    const file = review?.buffers.find((each) => each.buffer === buffer)?.file;
    return file === undefined ? undefined : this.#nameOf(file);
  }

  async #settle(changeSet: string): Promise<void> {
    const waiting = await this.#texts.proposals.changeSets();
    if (!waiting.includes(changeSet)) await this.#book.settled(changeSet);
  }
}

function cut(text: string): string {
  return text.slice(0, MOST_UNITS);
}
