/**
 * Which file waits for whom, kept in DATA/ui/proposals.json. What comes while the file is written is written together, so that
 * many proposals cost few writes, and none of them stops the server.
 *
 * @module
 */

import { type AuthorId, authorId } from "../../../core/ids.ts";
import { isObject, type Json } from "../../../core/json.ts";
import type { StateFolder } from "../state_folder.ts";

const FILE = "proposals.json";

/** A file that a change set has something in. */
export interface Entry {
  readonly changeSet: string;
  readonly author: AuthorId;
  /** Its real path. */
  readonly file: string;
}

export type BookState = Pick<StateFolder, "read" | "replace">;

export class ProposalBook {
  readonly #state: BookState;
  #entries: readonly Entry[] | undefined;
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(state: BookState) {
    this.#state = state;
  }

  get entries(): readonly Entry[] {
    return this.#entries ??= entriesIn(this.#state.read(FILE));
  }

  /** Resolves once it is written down. */
  async note(entry: Entry): Promise<void> {
    const isKnown = this.entries.some((one) =>
      one.changeSet === entry.changeSet && one.file === entry.file && one.author === entry.author
    );
    if (!isKnown) {
      this.#entries = [
        ...this.entries.filter((one) => one.changeSet !== entry.changeSet || one.file !== entry.file),
        entry,
      ];
      await this.#written();
    } else await (this.#next ?? this.#last);
  }

  /** Forgets all entries of these files. */
  async drop(files: ReadonlySet<string>): Promise<void> {
    if (files.size === 0) return;
    this.#entries = this.entries.filter(({ file }) => !files.has(file));
    await this.#written();
  }

  /** Joins the write that has not begun yet. */
  #written(): Promise<void> {
    return this.#next ??= this.#last.then(() => {
      this.#next = undefined;
      const writing = this.#state.replace(FILE, this.entries as unknown as Json);
      this.#last = writing.catch(() => {});
      return writing;
    });
  }
}

function entriesIn(kept: Json | undefined): readonly Entry[] {
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((one) => {
    if (!isObject(one)) return [];
    const { changeSet, author, file } = one;
    const isSound = typeof changeSet === "string" && typeof author === "string" && typeof file === "string";
    return isSound ? [{ changeSet, author: authorId(author), file }] : [];
  });
}
