/**
 * What has been answered to whom, so that a request that is sent again after a death is not done again. Pure.
 *
 * A client numbers its edits; it has at most as many unanswered as are kept here.
 *
 * @module
 */

import type { Edited } from "../../core/ports/text_editing.ts";

/** Who asked, and their number for it. */
export interface RequestName {
  readonly client: string;
  readonly seq: number;
}

/** What was answered; the changes of a large edit are not kept twice, the text's history has them. */
export interface Answer {
  readonly revision: number;
  readonly changes?: Edited["changes"];
}

export interface SavedAnswer extends RequestName {
  readonly answer: Answer;
}

/** More than a client may have in flight. */
export const MOST_ANSWERS = 256;
const MOST_CLIENTS = 64;
const MOST_UNITS = 1 << 14;

export class Answered {
  readonly #clients = new Map<string, Map<number, Answer>>();

  find({ client, seq }: RequestName): Answer | undefined {
    return this.#clients.get(client)?.get(seq);
  }

  note({ client, seq }: RequestName, { revision, changes = [] }: Answer): void {
    const units = changes.reduce((sum, { insert }) => sum + insert.length + 16, 0);
    const answer = units > MOST_UNITS ? { revision } : { revision, changes };
    let answers = this.#clients.get(client);
    if (answers === undefined) {
      answers = new Map();
      if (this.#clients.size === MOST_CLIENTS) {
        this.#clients.delete(this.#clients.keys().next().value as string);
      }
      this.#clients.set(client, answers);
    }
    answers.set(seq, answer);
    if (answers.size > MOST_ANSWERS) answers.delete(answers.keys().next().value as number);
  }

  save(): readonly SavedAnswer[] {
    const all: SavedAnswer[] = [];
    for (const [client, answers] of this.#clients) {
      for (const [seq, answer] of answers) all.push({ client, seq, answer });
    }
    return all;
  }

  load(saved: readonly SavedAnswer[]): void {
    for (const { answer, ...name } of saved) this.note(name, answer);
  }
}
