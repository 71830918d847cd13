/**
 * The journal: everything that happens to open texts is written down before it is acknowledged, and the next process has it.
 *
 * Invariants: J1. a text has a log from its first change on; J2. `durable` answers when everything so far is safe; J3. a
 * log belongs to one living process; J4. text that is not saved is removed only where someone has said to discard it.
 *
 * @module
 */

import { dirname } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import type { SymphonyError } from "../../core/errors.ts";
import type { BufferFile, BufferFiles } from "../buffer_files.ts";
import { type Buffer, type BufferChange, type Buffers, PERSON } from "../buffers.ts";
import { fileError } from "../files/file_error.ts";
import type { Keeper } from "../revision/desk.ts";
import type { Cause, TextNote } from "../revision/text_notes.ts";
import { TextNotes } from "../revision/text_notes.ts";
import { LeftTexts } from "./left_texts.ts";
import type { Durability } from "./log_file.ts";
import type { LogRecord } from "./record.ts";
import { fileKey, leftPath, moveLog, removeLog, SessionFolder } from "./session_folder.ts";
import { INLINE_UNITS, TextLog } from "./text_log.ts";
import { forgetLeft, tidyJournals } from "./tidy.ts";

export interface JournalOptions {
  /** The folder of all journals. */
  readonly folder: string;
  readonly durability?: Durability;
  /** Told in words for the person when something cannot be kept, and what was restored with losses. */
  readonly onTrouble?: (message: string) => void;
}

const RETRY_MS = 300;

export class Journal implements Keeper, Disposable {
  readonly #options: JournalOptions;
  readonly #buffers: Buffers;
  readonly #files: BufferFiles;
  readonly #logs = new Map<Buffer, TextLog>();
  readonly #notes = new WeakMap<object, TextNotes>();
  readonly #kept = new WeakSet<Buffer>();
  /** Logs that something was appended to since they were last found to be safe. */
  readonly #unsettled = new Set<TextLog>();
  /** Texts whose log could not be begun, and what waits for it. */
  readonly #unbegun = new Map<Buffer, { readonly begun: PromiseWithResolvers<void> }>();
  readonly #left: LeftTexts;
  readonly #stops: (() => void)[];
  #session: SessionFolder | undefined;
  #trouble: SymphonyError | undefined;
  #troubled = Promise.withResolvers<void>();
  #retry: NodeJS.Timeout | undefined;

  constructor(buffers: Buffers, files: BufferFiles, options: JournalOptions) {
    this.#buffers = buffers;
    this.#files = files;
    this.#options = options;
    buffers.durable = () => this.durable();
    files.takeLeft = (place) => this.#left.ofFile(place);
    this.#left = new LeftTexts({
      journals: options.folder,
      buffers,
      files,
      session: () => this.#sessionFolder(),
      opening: ({ document, notes }) => this.#notes.set(document, notes),
      opened: ({ buffer }, restored, path) => {
        const { path: folder } = this.#sessionFolder();
        const found = { path, generation: 0, goodBytes: restored.goodBytes };
        const text = this.#logged(buffer, restored.notes);
        this.#logs.set(buffer, TextLog.resume(text, folder, found, this.#logOptions()));
      },
      tell: (message) => options.onTrouble?.(message),
    });
    this.#stops = [
      buffers.listen({ closed: (buffer) => this.#closed(buffer) }),
      files.listen({
        saving: (buffer, save) => this.#append(this.#logs.get(buffer), { k: "saving", ...save }),
        recorded: (buffer) => this.#recorded(buffer),
      }),
    ];
  }

  /** The name by which another process can take over what this one has; undefined as long as it has nothing. */
  get session(): string {
    return this.#sessionFolder().name;
  }

  /** Undefined where everything so far is safe, else when it is. */
  durable(): Promise<void> | undefined {
    if (this.#unsettled.size === 0 && this.#unbegun.size === 0) return undefined;
    const unsettled: Promise<void>[] = [...this.#unbegun.values()].map(({ begun }) => begun.promise);
    for (const log of this.#unsettled) {
      const settled = log.settled();
      if (settled === undefined) this.#unsettled.delete(log);
      else unsettled.push(settled);
    }
    return unsettled.length === 0 ? undefined : Promise.all(unsettled).then(() => undefined);
  }

  /**
   * The same for a person, who goes on where nothing can be kept: undefined also then, and the promise resolves when that is found out.
   */
  safeOrTroubled(): Promise<void> | undefined {
    if (this.#trouble !== undefined) return undefined;
    const durable = this.durable();
    if (durable === undefined) return undefined;
    return Promise.race([durable.catch(() => undefined), this.#troubled.promise]);
  }

  trouble(): SymphonyError | undefined {
    return this.#trouble;
  }

  revised(notes: TextNotes, change: BufferChange, cause: Cause | undefined): void {
    const { buffer, revision, author } = change;
    const log = this.#logs.get(buffer);
    if (log === undefined) {
      this.#begin(buffer, notes, cause);
      return;
    }
    this.#append(log, {
      k: "rev",
      e: buffer.document.record(revision),
      ...(cause === undefined ? {} : { c: cause }),
      ...(author === PERSON ? { p: buffer.undoGroups.save() } : {}),
    });
  }

  begun(notes: TextNotes, buffer: Buffer): void {
    if (!this.#logs.has(buffer)) this.#begin(buffer, notes, undefined);
  }

  noted(notes: TextNotes, buffer: Buffer, note: TextNote): void {
    const log = this.#logs.get(buffer);
    if (log !== undefined) return this.#append(log, { k: "note", n: note });
    // To look at a large file is no reason to copy it.
    if (note.note === "presence" && buffer.revision === 0 && buffer.text.length > INLINE_UNITS) return;
    this.#begin(buffer, notes, undefined);
  }

  keep(buffer: Buffer): void {
    this.#kept.add(buffer);
  }

  notesOf(buffer: Buffer): TextNotes | undefined {
    return this.#notes.get(buffer.document);
  }

  /** What dead processes have left. */
  get left(): LeftTexts {
    return this.#left;
  }

  /** Puts in order what dead processes have left, and tells the person of texts in no file that were saved to one. */
  async tidy(): Promise<void> {
    const { folder, onTrouble } = this.#options;
    const { rescued, problems } = await tidyJournals(
      folder,
      this.#session?.name,
      `${dirname(folder)}/recovered`,
    );
    if (rescued.length > 0) {
      onTrouble?.(`The editor had died with text that was in no file. It is now in: ${rescued.join(", ")}`);
    }
    for (const problem of problems) onTrouble?.(problem);
    await forgetLeft(`${folder}/left`).catch(() => undefined);
  }

  /** Ends it; logs of open texts stay for the next process. */
  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
    clearTimeout(this.#retry);
    for (const log of this.#logs.values()) log[Symbol.dispose]();
    this.#logs.clear();
    this.#session?.[Symbol.dispose]();
    this.#session = undefined;
  }

  #sessionFolder(): SessionFolder {
    return this.#session ??= SessionFolder.create(this.#options.folder);
  }

  #begin(buffer: Buffer, notes: TextNotes, cause: Cause | undefined): void {
    if (this.#unbegun.has(buffer)) return;
    try {
      const { path } = this.#sessionFolder();
      const log = TextLog.begin(this.#logged(buffer, notes), path, this.#logOptions(), cause);
      this.#logs.set(buffer, log);
      this.#unsettled.add(log);
    } catch (error) {
      this.#unbegun.set(buffer, { begun: Promise.withResolvers() });
      this.#notes.set(buffer.document, notes);
      this.#inTrouble(fileError("keep a journal", error));
      this.#retry ??= setTimeout(() => this.#beginAgain(), RETRY_MS);
    }
  }

  #beginAgain(): void {
    this.#retry = undefined;
    for (const [buffer, { begun }] of [...this.#unbegun]) {
      this.#unbegun.delete(buffer);
      this.#begin(buffer, this.#notes.get(buffer.document) ?? new TextNotes(), undefined);
      const again = this.#unbegun.get(buffer);
      if (again === undefined) begun.resolve();
      else again.begun.promise.then(begun.resolve);
    }
    if (this.#unbegun.size === 0) this.#inTrouble(undefined);
  }

  #logged(buffer: Buffer, notes: TextNotes): { buffer: Buffer; notes: TextNotes; file: () => BufferFile } {
    return { buffer, notes, file: () => this.#files.of(buffer) };
  }

  #logOptions(): { durability: Durability; onTrouble: (error: Error | undefined) => void } {
    return {
      durability: this.#options.durability ?? "process",
      onTrouble: (error) =>
        this.#inTrouble(error === undefined ? undefined : fileError("keep a journal", error)),
    };
  }

  #inTrouble(error: SymphonyError | undefined): void {
    if (error !== undefined && this.#trouble === undefined) {
      this.#options.onTrouble?.(
        `${error.message}. Until there is room, edits are not safe from a crash; save your work`,
      );
    }
    if (error !== undefined) this.#troubled.resolve();
    else if (this.#trouble !== undefined) this.#troubled = Promise.withResolvers();
    this.#trouble = error;
  }

  #recorded(buffer: Buffer): void {
    const log = this.#logs.get(buffer);
    if (log !== undefined) this.#append(log, { k: "file", file: log.fileRecord() });
  }

  #append(log: TextLog | undefined, record: LogRecord): void {
    if (log === undefined) return;
    log.append(record);
    this.#unsettled.add(log);
  }

  #closed(buffer: Buffer): void {
    const log = this.#logs.get(buffer);
    this.#unbegun.get(buffer)?.begun.resolve();
    this.#unbegun.delete(buffer);
    if (log === undefined) return;
    this.#logs.delete(buffer);
    this.#unsettled.delete(log);
    log[Symbol.dispose]();
    try {
      if (this.#kept.has(buffer)) {
        moveLog(log.path, leftPath(this.#options.folder, fileKey(buffer.path)));
      } else {
        removeLog(log.path);
      }
    } catch (error) {
      this.#options.onTrouble?.(fileError(`tidy the journal "${log.path}"`, error).message);
    }
  }
}
