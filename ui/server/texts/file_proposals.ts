/**
 * What runs propose to files: it goes into the texts of the core, each file held open there until what waits of it was decided
 * about and is in the file, so that it is offered whoever opens it. Which file waits for whom is written down, so that another server
 * holds them again.
 *
 * Invariants: P1. nothing is made on the disk before a person saves; P2. each place is judged when it is proposed to, with all that
 * waits, and again when it is saved; P3. so much waits at most.
 *
 * @module
 */

import { messageOf, SymphonyError } from "../../../core/errors.ts";
import type { BufferId, RunId } from "../../../core/ids.ts";
import {
  changeSetOf,
  type FileProposal,
  type FileProposalPort,
  type ProposedPlaces,
} from "../../../core/ports/file_proposals.ts";
import type { WaitingSet } from "../../api/reviews.ts";
import type { Texts } from "../services.ts";
import { OwnTexts, type TextState } from "./own_texts.ts";
import { type BookState, type Entry, ProposalBook } from "./proposal_book.ts";

/** Files that wait for a review at the same time, of one change set and of all. */
const MOST_OF_SET = 200;
const MOST_HELD = 1_000;

interface Held {
  readonly buffer: BufferId;
  readonly stop: () => void;
}

export interface FileProposalsOptions {
  readonly state: BookState & TextState;
  readonly texts: () => Promise<Pick<Texts, "editing" | "proposals">>;
  /** The workspace: nothing is proposed to files elsewhere. */
  readonly root: string;
  readonly places: ProposedPlaces;
  /** How a file is called in the workspace. */
  readonly nameOf: (file: string) => string;
  /** Told when other sets wait than before, or another number of places. */
  readonly onChanged: (waiting: readonly WaitingSet[]) => void;
  readonly onError: (what: string, error: unknown) => void;
}

export class FileProposals implements FileProposalPort {
  readonly #options: FileProposalsOptions;
  readonly #held = new Map<string, Promise<Held>>();
  /** The change sets of proposals that are being made, by file. */
  readonly #underWay = new Map<string, string[]>();
  readonly #book: ProposalBook;
  readonly #own: OwnTexts;
  #entering: Promise<unknown> = Promise.resolve();
  #told = "";
  #looking: Promise<void> | undefined;
  #looksAgain = false;

  constructor(options: FileProposalsOptions) {
    this.#options = options;
    this.#book = new ProposalBook(options.state);
    this.#own = new OwnTexts(options.state);
  }

  async propose({ run, node, author, file: given, base, text }: FileProposal): Promise<void> {
    const changeSet = changeSetOf(run, node);
    const file = await this.#enter(changeSet, given);
    try {
      const { proposals, editing } = await this.#options.texts();
      const { buffer } = await this.#hold(file);
      // Written down first: what stands here and waits nowhere is dropped, what waits unknown to anybody would be lost.
      await this.#book.note({ changeSet, author, file });
      await this.#own.keep(run, file, { base, text });
      const from = base ?? (await editing.read(buffer, { range: { from: 0, to: 0 } })).revision;
      await proposals.propose(buffer, { base: from, text, author, changeSet, contradictions: "ask" });
    } finally {
      const sets = this.#underWay.get(file) ?? [];
      sets.splice(sets.indexOf(changeSet), 1);
      if (sets.length === 0) this.#underWay.delete(file);
      this.#look();
    }
  }

  /**
   * Before the person saves a text: what was proposed to its file is judged again, and its folder made.
   * @throws SymphonyError `permission` where it may not be there
   */
  async beforeSave(buffer: BufferId): Promise<void> {
    const { root, places } = this.#options;
    for (const [file, holding] of this.#held) {
      const held = await holding.catch(() => undefined);
      if (held?.buffer !== buffer || !this.#known().some((entry) => entry.file === file)) continue;
      if (await this.#judged(file) !== file) throw this.#refused(file, "another file is there by now");
      await places.makeFolder(root, file).catch((cause) => {
        throw this.#refused(file, messageOf(cause), cause);
      });
    }
  }

  files(run: RunId): Promise<readonly string[]> {
    return Promise.resolve([...new Set(this.#of(run).map(({ file }) => file))]);
  }

  async read(run: RunId, file: string): Promise<string | undefined> {
    const mine = this.#of(run).filter((entry) => entry.file === file);
    if (mine.length === 0) return undefined;
    const { editing, proposals } = await this.#options.texts();
    const { buffer } = await this.#hold(file);
    for (const { changeSet } of mine) {
      const review = await proposals.review(changeSet).catch(() => undefined);
      if (review?.buffers.some((one) => one.buffer === buffer) === true) {
        return await this.#own.read(run, file);
      }
    }
    // All of it was decided about, and what was taken is in the file once it is saved.
    const { unsaved } = await editing.open({ file, mayLackFolder: true });
    await editing.close(buffer);
    return unsaved ? await this.#own.read(run, file) : undefined;
  }

  /** What waits, of one run or of all. Does not start the text core where nothing does. */
  async waiting(run?: string): Promise<readonly WaitingSet[]> {
    const entries = run === undefined ? this.#known() : this.#of(run);
    if (entries.length === 0) return [];
    await this.recall();
    const { proposals } = await this.#options.texts();
    const sets = await proposals.changeSets();
    const names = new Map(entries.map((entry) => [entry.changeSet, entry.author]));
    const waiting: WaitingSet[] = [];
    for (const [changeSet, author] of names) {
      if (!sets.includes(changeSet)) continue;
      const review = await proposals.review(changeSet).catch(() => undefined);
      const files = (review?.buffers ?? []).flatMap(({ file, undo, conflicts }) =>
        file === undefined || undo.length + conflicts.length === 0
          ? []
          : [{ file: this.#options.nameOf(file), places: undo.length + conflicts.length }]
      );
      const [of = "", node = ""] = changeSet.split(":");
      if (files.length > 0) waiting.push({ changeSet, run: of, node, author, files });
    }
    return waiting;
  }

  /** Holds again what waited when an earlier server ended. Repeating is harmless. */
  async recall(): Promise<void> {
    await Promise.all(
      this.#known().map(({ file }) => this.#hold(file).catch((error) => this.#lost(file, error))),
    );
  }

  #of(run: string): readonly Entry[] {
    return this.#known().filter(({ changeSet }) => changeSet.startsWith(`${run}:`));
  }

  #known(): readonly Entry[] {
    return this.#book.entries;
  }

  /** The file's real place, under way from now on. One after the other, since each is judged with those before. */
  #enter(changeSet: string, given: string): Promise<string> {
    const entered = this.#entering.then(async () => {
      const file = await this.#judged(given);
      this.#refuseTooMany(changeSet, file);
      this.#underWay.set(file, [...this.#underWay.get(file) ?? [], changeSet]);
      return file;
    });
    this.#entering = entered.catch(() => {});
    return entered;
  }

  async #judged(file: string): Promise<string> {
    const { root, places } = this.#options;
    const others = new Set([...this.#known().map((entry) => entry.file), ...this.#underWay.keys()]);
    try {
      return await places.place(root, file, [...others]);
    } catch (cause) {
      throw this.#refused(file, messageOf(cause), cause);
    }
  }

  #refused(file: string, why: string, cause?: unknown): SymphonyError {
    const name = this.#options.nameOf(file);
    return new SymphonyError("permission", `Cannot propose or save "${name}": ${why}`, { cause });
  }

  #refuseTooMany(changeSet: string, file: string): void {
    const all = new Set([...this.#known().map((entry) => entry.file), ...this.#underWay.keys()]);
    const known = this.#known().filter((entry) => entry.changeSet === changeSet).map((entry) => entry.file);
    const coming = [...this.#underWay].filter(([, sets]) => sets.includes(changeSet)).map(([name]) => name);
    const ofSet = new Set([...known, ...coming]);
    const most = !ofSet.has(file) && ofSet.size >= MOST_OF_SET
      ? MOST_OF_SET
      : !all.has(file) && all.size >= MOST_HELD
      ? MOST_HELD
      : undefined;
    if (most !== undefined) {
      throw this.#refused(file, `changes to ${most} files wait for a review; it is the person's turn`);
    }
  }

  #hold(file: string): Promise<Held> {
    const known = this.#held.get(file);
    if (known !== undefined) return known;
    const holding = this.#open(file);
    this.#held.set(file, holding);
    holding.catch(() => this.#held.delete(file));
    return holding;
  }

  async #open(file: string): Promise<Held> {
    const { editing } = await this.#options.texts();
    const { buffer } = await editing.open({ file, mayLackFolder: true });
    const stop = editing.subscribe(buffer, ({ kind }) => {
      if (kind === "reviewed" || kind === "saved") this.#look();
    });
    return { buffer, stop };
  }

  /** A file that cannot be opened any more keeps its entry: it may come back. */
  #lost(file: string, error: unknown): void {
    this.#options.onError(`open "${file}", for which changes wait`, error);
  }

  /** Tells what waits, and lets go of files that nothing waits for; soon, and once for many events. */
  #look(): void {
    if (this.#looking !== undefined) {
      this.#looksAgain = true;
      return;
    }
    this.#looking = this.#lookThrough().catch((error) => this.#options.onError("look at what waits", error))
      .finally(() => {
        this.#looking = undefined;
        if (!this.#looksAgain) return;
        this.#looksAgain = false;
        this.#look();
      });
  }

  async #lookThrough(): Promise<void> {
    await this.#letGo();
    const waiting = await this.waiting();
    const now = JSON.stringify(waiting);
    if (now === this.#told) return;
    this.#told = now;
    this.#options.onChanged(waiting);
  }

  async #letGo(): Promise<void> {
    const { proposals, editing } = await this.#options.texts();
    const sets = new Set(await proposals.changeSets());
    const waiting = new Set(
      this.#known().filter(({ changeSet }) => sets.has(changeSet)).map((entry) => entry.file),
    );
    const gone = new Set<string>();
    for (const file of new Set(this.#known().map((entry) => entry.file))) {
      const holding = this.#held.get(file);
      if (holding === undefined || this.#underWay.has(file)) continue;
      if (waiting.has(file)) continue;
      const { buffer, stop } = await holding;
      // What was taken and is not saved yet is what the run's next nodes must see.
      const { unsaved } = await editing.open({ file, mayLackFolder: true });
      await editing.close(buffer);
      if (unsaved || this.#underWay.has(file)) continue;
      gone.add(file);
      this.#held.delete(file);
      stop();
      await editing.close(buffer);
    }
    const dropped = this.#known().filter(({ file }) => gone.has(file));
    await this.#book.drop(gone);
    for (const { changeSet, file } of dropped) await this.#own.forget(changeSet.split(":")[0] ?? "", file);
  }
}
