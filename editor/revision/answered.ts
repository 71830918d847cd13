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

export interface SavedAnswer extends RequestName {
  readonly edited: Edited;
}

/** More than a client may have in flight. */
export const MOST_ANSWERS = 256;
const MOST_CLIENTS = 64;

export class Answered {
  readonly #clients = new Map<string, Map<number, Edited>>();

  find({ client, seq }: RequestName): Edited | undefined {
    return this.#clients.get(client)?.get(seq);
  }

  note({ client, seq }: RequestName, edited: Edited): void {
    let answers = this.#clients.get(client);
    if (answers === undefined) {
      answers = new Map();
      if (this.#clients.size === MOST_CLIENTS) {
        this.#clients.delete(this.#clients.keys().next().value as string);
      }
      this.#clients.set(client, answers);
    }
    answers.set(seq, edited);
    if (answers.size > MOST_ANSWERS) answers.delete(answers.keys().next().value as number);
  }

  save(): readonly SavedAnswer[] {
    const all: SavedAnswer[] = [];
    for (const [client, answers] of this.#clients) {
      for (const [seq, edited] of answers) all.push({ client, seq, edited });
    }
    return all;
  }

  load(saved: readonly SavedAnswer[]): void {
    for (const { edited, ...name } of saved) this.note(name, edited);
  }
}
