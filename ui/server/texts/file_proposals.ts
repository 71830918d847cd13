/**
 * What runs propose to files: it goes into the texts of the core, each file held open there until what waits of it was decided
 * about and is in the file, so that it is offered whoever opens it. Which file waits for whom stands in DATA/ui/proposals.json, so that
 * another server holds them again.
 *
 * @module
 */

import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { type AuthorId, authorId, type BufferId, type RunId } from "../../../core/ids.ts";
import { isObject, type Json } from "../../../core/json.ts";
import { changeSetOf, type FileProposal, type FileProposalPort } from "../../../core/ports/file_proposals.ts";
import type { WaitingSet } from "../../api/reviews.ts";
import type { Texts } from "../services.ts";
import type { StateFolder } from "../state_folder.ts";

const FILE = "proposals.json";

/** A file that a change set has something in. */
interface Entry {
  readonly changeSet: string;
  readonly author: AuthorId;
  /** Its real path. */
  readonly file: string;
  /** The uppermost of the folders that were made for it. */
  readonly made?: string;
}

interface Held {
  readonly buffer: BufferId;
  readonly stop: () => void;
}

export interface FileProposalsOptions {
  readonly state: Pick<StateFolder, "read" | "write">;
  readonly texts: () => Promise<Pick<Texts, "editing" | "proposals">>;
  /** How a file is called in the workspace. */
  readonly nameOf: (file: string) => string;
  /** Told when other sets wait than before, or another number of places. */
  readonly onChanged: (waiting: readonly WaitingSet[]) => void;
  readonly onError: (what: string, error: unknown) => void;
}

export class FileProposals implements FileProposalPort {
  readonly #options: FileProposalsOptions;
  readonly #held = new Map<string, Promise<Held>>();
  /** Proposals that are being made, by file. */
  readonly #underWay = new Map<string, number>();
  #entries: readonly Entry[] | undefined;
  #told = "";
  #looking: Promise<void> | undefined;
  #looksAgain = false;

  constructor(options: FileProposalsOptions) {
    this.#options = options;
  }

  async propose({ run, node, author, file, base, text }: FileProposal): Promise<void> {
    const changeSet = changeSetOf(run, node);
    this.#underWay.set(file, (this.#underWay.get(file) ?? 0) + 1);
    try {
      const { proposals, editing } = await this.#options.texts();
      // The core opens no file in a folder that is not there.
      const made = await mkdir(dirname(file), { recursive: true });
      const { buffer } = await this.#hold(file);
      // Written down first: what stands here and waits nowhere is dropped, what waits unknown to anybody would be lost.
      this.#note({ changeSet, author, file, ...made === undefined ? {} : { made } });
      const from = base ?? (await editing.read(buffer, { range: { from: 0, to: 0 } })).revision;
      await proposals.propose(buffer, { base: from, text, author, changeSet, contradictions: "ask" });
    } finally {
      this.#underWay.set(file, (this.#underWay.get(file) ?? 1) - 1);
      this.#look();
    }
  }

  files(run: RunId): Promise<readonly string[]> {
    return Promise.resolve([...new Set(this.#of(run).map(({ file }) => file))]);
  }

  async read(run: RunId, file: string): Promise<string | undefined> {
    if (!this.#of(run).some((entry) => entry.file === file)) return undefined;
    const { editing } = await this.#options.texts();
    return (await editing.read((await this.#hold(file)).buffer)).text;
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
    return this.#entries ??= entriesIn(this.#options.state.read(FILE));
  }

  #note(entry: Entry): void {
    const known = this.#known();
    if (known.some((one) => one.changeSet === entry.changeSet && one.file === entry.file)) return;
    this.#keep([...known, entry]);
  }

  #keep(entries: readonly Entry[]): void {
    this.#entries = entries;
    this.#options.state.write(FILE, entries as unknown as Json);
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
    const { buffer } = await editing.open({ file });
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
    for (const file of new Set(this.#known().map((entry) => entry.file))) {
      const holding = this.#held.get(file);
      if (holding === undefined || (this.#underWay.get(file) ?? 0) > 0) continue;
      const { buffer, stop } = await holding;
      const isWaiting = this.#known().some((entry) => entry.file === file && sets.has(entry.changeSet));
      if (isWaiting) continue;
      // What was taken and is not saved yet is what the run's next nodes must see.
      const { unsaved } = await editing.open({ file });
      await editing.close(buffer);
      if (unsaved || (this.#underWay.get(file) ?? 0) > 0) continue;
      const mine = this.#known().filter((entry) => entry.file === file);
      this.#keep(this.#known().filter((entry) => entry.file !== file));
      this.#held.delete(file);
      stop();
      await editing.close(buffer);
      for (const { made } of mine) if (made !== undefined) await removeEmpty(dirname(file), made);
    }
  }
}

/** Removes folders in which nothing came to be, from `folder` up to `top`. */
async function removeEmpty(folder: string, top: string): Promise<void> {
  for (let at = folder; at === top || at.startsWith(`${top}/`); at = dirname(at)) {
    // One that has something in it is not removed, nor are those above.
    if (!await Deno.remove(at).then(() => true, () => false)) return;
  }
}

function entriesIn(kept: Json | undefined): readonly Entry[] {
  if (!Array.isArray(kept)) return [];
  return kept.flatMap((one) => {
    if (!isObject(one)) return [];
    const { changeSet, author, file, made } = one;
    const isSound = typeof changeSet === "string" && typeof author === "string" && typeof file === "string";
    const folder = typeof made === "string" ? { made } : {};
    return isSound ? [{ changeSet, author: authorId(author), file, ...folder }] : [];
  });
}
