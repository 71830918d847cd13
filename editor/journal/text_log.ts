/**
 * The log of one open text: begun with its first change, made anew when it has grown long.
 *
 * Invariants: T1. what `append` has returned is in the hands of the system; T2. nothing counts as safe until the base is
 * complete; T3. a new generation takes the place of the old one by a rename, when it is complete and on the disk.
 *
 * @module
 */

import type { Buffer } from "../buffers.ts";
import type { BufferFile } from "../buffer_files.ts";
import { type FileStamp, fileState, sameContent } from "../files/file_stamp.ts";
import type { Cause, TextNotes } from "../revision/text_notes.ts";
import type { Rope } from "../text/rope.ts";
import { encodeFrame } from "./frame.ts";
import { LogFile, type LogOptions } from "./log_file.ts";
import { type FileRecord, LOG_VERSION, type LogRecord, recordJson } from "./record.ts";
import { basePath, fileKey, logPath, removeLog } from "./session_folder.ts";

/** A shorter text goes into the log with its first change; a longer one as a copy of its file, or in slices while edits go on. */
export const INLINE_UNITS = 1 << 18;
const SLICE_UNITS = 1 << 18;
/** A log is made anew when what happened takes this much, and as much as its base (but no more than that is gone through). */
const LEAST_TAIL_BYTES = 1 << 18;
const MOST_TAIL_BYTES = 8 << 20;
/** Revisions that stay known when a log is made anew: who edits at an older one has to propose instead. */
const KEPT_REVISIONS = 1_000;

/** What a log is of. */
export interface Logged {
  readonly buffer: Buffer;
  readonly notes: TextNotes;
  file(): BufferFile;
}

export class TextLog implements Disposable {
  readonly #text: Logged;
  readonly #folder: string;
  readonly #options: LogOptions;
  #log: LogFile;
  #generation: number;
  #baseBytes = 0;
  /** What happens while a new generation is being written. */
  #since: Uint8Array[] | undefined;
  #renewing: Promise<void> | undefined;
  /** While the base is not complete. */
  #basing: Promise<void> | undefined;
  #closed = false;

  private constructor(text: Logged, folder: string, log: LogFile, generation: number, options: LogOptions) {
    this.#text = text;
    this.#folder = folder;
    this.#options = options;
    this.#log = log;
    this.#generation = generation;
  }

  /**
   * Begins the log of a text with its state of now; `cause` is that of the newest revision.
   * @throws SymphonyError where no file can be made
   */
  static begin(text: Logged, folder: string, options: LogOptions, cause?: Cause): TextLog {
    const { buffer } = text;
    const path = logPath(folder, buffer.id, fileKey(buffer.path), 0);
    const begun = new TextLog(text, folder, LogFile.create(path, options), 0, options);
    const file = text.file();
    const isOfFile = file.stamp !== undefined && file.revision === 0 && buffer.document.oldest === 0;
    if (isOfFile && buffer.text.length > INLINE_UNITS) {
      begun.#beginWithCopy(file, cause);
    } else {
      for (const record of begun.#base()) begun.#log.append(recordJson(record));
      begun.#baseBytes = begun.#log.sizeBytes;
    }
    return begun;
  }

  /** Goes on with a log that was read. @throws SymphonyError */
  static resume(
    text: Logged,
    folder: string,
    found: { readonly path: string; readonly generation: number; readonly goodBytes: number },
    options: LogOptions,
  ): TextLog {
    const log = LogFile.resume(found.path, found.goodBytes, options);
    return new TextLog(text, folder, log, found.generation, options);
  }

  get path(): string {
    return this.#log.path;
  }

  append(record: LogRecord): void {
    const bytes = encodeFrame(recordJson(record));
    this.#since?.push(bytes.slice());
    this.#log.appendBytes(bytes);
    const tail = this.#log.sizeBytes - this.#baseBytes;
    if (tail > LEAST_TAIL_BYTES && tail > Math.min(this.#baseBytes, MOST_TAIL_BYTES)) this.renew();
  }

  /** Undefined where everything appended is safe, else when it is. */
  settled(): Promise<void> | undefined {
    if (this.#basing !== undefined) return this.#basing.then(() => this.settled());
    return this.#log.settled();
  }

  /** Writes a new generation with the state of now as its base; one that is under way is shared. Never rejects. */
  renew(): Promise<void> {
    this.#renewing ??= this.#renewUntilDone().finally(() => this.#renewing = undefined);
    return this.#renewing;
  }

  /** The record of what is on the disk. */
  fileRecord(): FileRecord {
    const { buffer, file } = this.#text;
    const { form, lines, readOnly, stamp, revision, lastEnding, onDisk } = file();
    const isKnown = revision !== undefined && revision >= buffer.document.oldest;
    const record = { path: buffer.path ?? null, form, lines, readOnly, stamp: stamp ?? null };
    if (isKnown) return { ...record, revision, lastEnding };
    return { ...record, revision: null, lastEnding: "", text: onDisk.toString() };
  }

  /** Ends it; the file stays. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.#log[Symbol.dispose]();
  }

  #beginWithCopy({ stamp, form }: BufferFile, cause: Cause | undefined): void {
    const { id, language, document, revision, path } = this.#text.buffer;
    if (stamp === undefined || path === undefined) return;
    const copy = basePath(this.#log.path);
    const base = { kind: "copy", encoding: form.encoding } as const;
    this.#log.append(recordJson({ k: "begin", version: LOG_VERSION, buffer: id, language, base }));
    this.#log.append(recordJson({ k: "file", file: this.fileRecord() }));
    this.#log.append(recordJson({ k: "ready" }));
    for (let at = 1; at <= revision; at++) {
      const event = { k: "rev", e: document.record(at) } as const;
      this.#log.append(recordJson(at === revision && cause !== undefined ? { ...event, c: cause } : event));
    }
    const { present, marks } = this.#text.notes.places.save();
    for (const presence of present) this.append({ k: "note", n: { note: "presence", presence } });
    for (const mark of marks) this.append({ k: "note", n: { note: "mark", mark } });
    this.#baseBytes = stamp.sizeBytes;
    // Where the file is no longer what was read, the text itself is written down.
    this.#basing = copyUnchanged(path, copy, stamp)
      .then((isCopied) => isCopied ? undefined : this.renew())
      .finally(() => this.#basing = undefined);
  }

  /** The records of the state of now. */
  *#base(): Generator<LogRecord> {
    const { buffer, notes } = this.#text;
    const { text, ...document } = buffer.document.save();
    const state = { document, notes: notes.save(), person: buffer.undoGroups.save() };
    const file = this.fileRecord();
    const begin = { version: LOG_VERSION, buffer: buffer.id, language: buffer.language };
    yield { k: "begin", ...begin, base: { kind: "text" } };
    yield* slices(text);
    yield { k: "state", ...state };
    yield { k: "file", file };
    yield { k: "ready" };
  }

  async #renewUntilDone(): Promise<void> {
    // What asked for it goes on first.
    await Promise.resolve();
    for (let waitMs = 50; !this.#closed; waitMs = Math.min(2_000, waitMs * 2)) {
      try {
        await this.#renewOnce();
        return;
      } catch (error) {
        this.#since = undefined;
        this.#options.onTrouble?.(error instanceof Error ? error : new Error(String(error)));
        // The old generation goes on, unless it never was complete: then nothing is acknowledged until this succeeds.
        if (this.#basing === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #renewOnce(): Promise<void> {
    const { buffer } = this.#text;
    buffer.document.compact({ revisions: KEPT_REVISIONS });
    const generation = this.#generation + 1;
    const path = logPath(this.#folder, buffer.id, fileKey(buffer.path), generation);
    const part = `${path}.part`;
    await Deno.remove(part).catch(() => undefined);
    const next = LogFile.create(part, { durability: "disk" });
    try {
      this.#since = [];
      for (const record of this.#base()) {
        next.append(recordJson(record));
        if (next.isFailing) throw new Error(`Cannot make the journal "${path}" anew: writing fails`);
        if (record.k === "text") await new Promise((resolve) => setImmediate(resolve));
      }
      const baseBytes = next.sizeBytes;
      await next.sync();
      if (this.#closed) return await Deno.remove(part);
      // From here to the end nothing else happens in between.
      for (const bytes of this.#since) next.appendBytes(bytes);
      Deno.renameSync(part, path);
      const old = this.#log;
      this.#log = LogFile.resume(path, next.sizeBytes, this.#options);
      this.#since = undefined;
      this.#generation = generation;
      this.#baseBytes = baseBytes;
      old.supersede();
      removeLog(old.path);
      this.#options.onTrouble?.(undefined);
    } finally {
      next[Symbol.dispose]();
    }
  }
}

/** Copies the file; false where it is not, or no longer, in the state `stamp`, or cannot be copied. */
async function copyUnchanged(path: string, copy: string, stamp: FileStamp): Promise<boolean> {
  try {
    await Deno.copyFile(path, copy);
    await Deno.chmod(copy, 0o600);
    const state = await fileState(path);
    if (state !== undefined && sameContent(state.stamp, stamp)) return true;
  } catch {
    // The disk is full, the file has gone, …: the text itself is tried next.
  }
  await Deno.remove(copy).catch(() => undefined);
  return false;
}

function* slices(text: Rope): Generator<LogRecord> {
  for (let at = 0; at < text.length;) {
    const end = text.snap(at + SLICE_UNITS, 1);
    yield { k: "text", t: text.sliceString(at, end) };
    at = end;
  }
}
