/**
 * Buffers from and to files: opening, saving, and what happens when someone else writes a file that is open.
 *
 * Invariants: F1. one file is one buffer, by whatever path or name it is opened; F2. a save writes one revision, whole, or
 * leaves the file as it was; F3. the text in a buffer is never lost to what is on the disk: a change outside is merged as an edit
 * that can be undone, or told as a conflict; F4. saves of one buffer happen one after the other.
 *
 * @module
 */

import { type ErrorCode, SymphonyError } from "../core/errors.ts";
import { err, ok, type Result } from "../core/result.ts";
import type { Buffer, BufferHold, BufferOrigin, Buffers } from "./buffers.ts";
import { knownEncoding } from "./files/decode.ts";
import { withEncodings } from "./files/encodings.ts";
import { type Disk, SystemDisk } from "./files/disk.ts";
import { type FileStamp, sameContent, sameFile } from "./files/file_stamp.ts";
import type { LoadedFile } from "./files/load.ts";
import { ropeOfChunks } from "./files/rope_of_chunks.ts";
import { difference, reconcile } from "./files/reconcile.ts";
import type { SaveRefusal } from "./files/save.ts";
import { type LineEndings, lineEndings, NEW_FORM, type TextForm } from "./files/text_form.ts";
import type { Rope } from "./text/rope.ts";

/** The author of edits that bring in what someone else wrote to the file. */
export const DISK = "disk";

/** What is known of a buffer's file. */
export interface BufferFile {
  readonly form: TextForm;
  readonly lines: LineEndings;
  readonly readOnly: boolean;
  /** The state of the file that `onDisk` was read from or written to; undefined where there is none yet. */
  readonly stamp: FileStamp | undefined;
  /** The file's text in that state. */
  readonly onDisk: Rope;
  /** The revision of the buffer that is `onDisk`, but for `lastEnding`; undefined where none is. */
  readonly revision: number | undefined;
  /** What was written behind the text of that revision. */
  readonly lastEnding: string;
  /** What someone else has written that could not be merged. */
  readonly conflict: { readonly text: Rope; readonly stamp: FileStamp } | undefined;
}

/** What happens to files from outside. Each is called after it has happened. */
export interface BufferFilesListener {
  /** The file's new text is in the buffer: as it is, or merged with edits not yet saved. */
  reloaded?(buffer: Buffer): void;
  /** The file's new text and edits not yet saved contradict: saving is refused until someone decides. */
  conflicted?(buffer: Buffer): void;
  /** The file is gone; saving makes it again. */
  deleted?(buffer: Buffer): void;
  /** A save is about to take the file's place: what a journal needs to know to tell it from a change outside. */
  saving?(
    buffer: Buffer,
    save: { readonly revision: number; readonly path: string; readonly temporary: string },
  ): void;
  /** The file record of the buffer is another one: opened, saved, reloaded. */
  recorded?(buffer: Buffer, file: BufferFile): void;
}

export interface OpenOptions {
  readonly encoding?: string;
  /** True: an absent file is an error instead of a new buffer. */
  readonly mustExist?: boolean;
  /** True: its folder may be absent as well; a save wants it. */
  readonly mayLackFolder?: boolean;
  /** The number that the buffer had in an earlier process. */
  readonly id?: number;
}

export interface SaveBufferOptions {
  /** Write whatever is at the path now. */
  readonly overwrite?: boolean;
  /** Write in another encoding from now on. */
  readonly encoding?: string;
  /** Written behind the text where it does not end with it; the buffer stays as it is. */
  readonly lastEnding?: string;
}

export interface SavedBuffer {
  readonly path: string;
  readonly revision: number;
}

/** What an open comes to: a file, a buffer that an earlier process has left of it, nothing. */
type Opening = { readonly file: LoadedFile; readonly text: Rope } | BufferHold | "absent";

export class BufferFiles implements Disposable {
  readonly #buffers: Buffers;
  readonly #files = new WeakMap<Buffer, BufferFile>();
  readonly #opening = new Map<string, Promise<Opening>>();
  readonly #turns = new WeakMap<Buffer, Promise<unknown>>();
  readonly #listeners = new Set<BufferFilesListener>();
  readonly #disk: Disk;
  readonly #stop: () => void;
  /** Finds what an earlier process has left of a file: opened and held, or undefined. The journal sets it. */
  takeLeft: ((place: string) => Promise<BufferHold | undefined>) | undefined;

  constructor(buffers: Buffers, disk: Disk = new SystemDisk()) {
    this.#buffers = buffers;
    this.#disk = disk;
    this.#stop = buffers.listen({
      closed: (buffer) => this.#unwatch(buffer.path),
      moved: (buffer, before) => {
        this.#unwatch(before);
        this.#follow(buffer);
      },
    });
  }

  /** What is known of the buffer's file; what a new file would be for a buffer without one. */
  of(buffer: Buffer): BufferFile {
    return this.#files.get(buffer) ?? unnamed(buffer);
  }

  /** Tells `listener` from now on; the result ends it. */
  listen(listener: BufferFilesListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Opens the file at `path`, or holds the buffer that has it open already. An absent file gives an empty buffer.
   * @throws SymphonyError as `loadFile`
   */
  async open(path: string, options: OpenOptions = {}): Promise<BufferHold> {
    const place = await this.#placeOf(path, options);
    const open = this.#buffers.at(place);
    if (open !== undefined) return this.#buffers.hold(open);
    const begun = this.#opening.get(place);
    const loading = begun ?? this.#load(place, options);
    this.#opening.set(place, loading);
    try {
      const loaded = await loading;
      if (loaded !== "absent" && "release" in loaded) {
        return begun === undefined ? loaded : this.#buffers.hold(loaded.buffer);
      }
      const meanwhile = this.#buffers.at(place) ??
        (loaded === "absent" ? undefined : this.#withFile(loaded.file.stamp));
      if (meanwhile !== undefined) return this.#buffers.hold(meanwhile);
      const id = options.id === undefined ? {} : { id: options.id };
      if (loaded === "absent") return this.#begin({ path: place, ...id });
      const { file, text } = loaded;
      return this.#begin({ path: place, text, ...id }, { ...fileOf(file, text), revision: 0 });
    } finally {
      if (this.#opening.get(place) === loading) this.#opening.delete(place);
    }
  }

  /** Takes over a buffer that was restored with its file, and looks at once whether that has changed since. */
  async restore(buffer: Buffer, file: BufferFile): Promise<void> {
    this.#record(buffer, file);
    this.#follow(buffer);
    await this.look(buffer);
  }

  /**
   * Writes the newest text to the buffer's file, or to `path`, which then is its file. Edits go on meanwhile.
   * @throws SymphonyError `bad-input` where the buffer has no file, `busy` where `path` is open in another buffer, and as `saveFile`
   */
  save(
    buffer: Buffer,
    path?: string,
    options: SaveBufferOptions = {},
  ): Promise<Result<SavedBuffer, SaveRefusal>> {
    return this.#inTurn(buffer, () => this.#save(buffer, path, options));
  }

  /** Looks at the buffer's file and brings in what someone else has written. */
  look(buffer: Buffer): Promise<void> {
    return this.#inTurn(buffer, () => this.#look(buffer));
  }

  /** Makes the file's text the buffer's, as an edit that can be undone. @throws SymphonyError as `loadFile` */
  revert(buffer: Buffer, encoding?: string): Promise<void> {
    return this.#inTurn(buffer, async () => {
      if (buffer.path === undefined) {
        throw new SymphonyError("bad-input", "Cannot read the buffer's file: it has none");
      }
      const loaded = await this.#disk.load(buffer.path, encoding === undefined ? {} : { encoding });
      this.#take(buffer, fileOf(loaded, await ropeOfChunks(loaded.chunks)));
    });
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.#disk.close();
  }

  /** Of a file whose folder is absent only where that may be, or where it is open already. */
  async #placeOf(path: string, { mayLackFolder }: OpenOptions): Promise<string> {
    try {
      return await this.#disk.place(path);
    } catch (error) {
      if (!(error instanceof SymphonyError) || error.code !== "not-found") throw error;
      const place = await this.#disk.placeToCome(path);
      if (place !== undefined && (mayLackFolder === true || this.#buffers.at(place) !== undefined)) {
        return place;
      }
      throw error;
    }
  }

  /** The file, or the buffer that an earlier process has left of it. */
  async #load(place: string, { encoding, mustExist }: OpenOptions): Promise<Opening> {
    const left = await this.takeLeft?.(place);
    if (left !== undefined) return left;
    if (mustExist !== true && await this.#disk.state(place) === undefined) return "absent";
    const file = await this.#disk.load(place, encoding === undefined ? {} : { encoding });
    return { file, text: await ropeOfChunks(file.chunks) };
  }

  #begin(origin: BufferOrigin, file?: BufferFile): BufferHold {
    const hold = this.#buffers.open(origin);
    this.#record(hold.buffer, file ?? unnamed(hold.buffer));
    this.#follow(hold.buffer);
    return hold;
  }

  async #save(
    buffer: Buffer,
    path: string | undefined,
    options: SaveBufferOptions,
  ): Promise<Result<SavedBuffer, SaveRefusal>> {
    const target = path ?? buffer.path;
    if (target === undefined) {
      throw new SymphonyError("bad-input", "Cannot save the buffer: it has no file yet");
    }
    const place = await this.#disk.place(target);
    const other = this.#buffers.at(place);
    if (other !== undefined && other !== buffer) {
      throw new SymphonyError("busy", `Cannot save as "${place}": that file is open in another buffer`);
    }
    const before = this.of(buffer);
    if (before.conflict !== undefined && place === buffer.path && options.overwrite !== true) {
      return err("changed-outside");
    }
    const { encoding } = options;
    const form = encoding === undefined
      ? before.form
      : { encoding: await withEncodings(() => knownEncoding(encoding)), mark: before.form.mark };
    const expected = options.overwrite === true
      ? undefined
      : place === buffer.path
      ? before.stamp ?? "absent"
      : "absent";
    const [text, revision] = [buffer.text, buffer.revision];
    const written = ended(text, options.lastEnding);
    const saved = await this.#disk.save(place, written.chunks(), form, {
      expected,
      onTemporary: (temporary) =>
        this.#tell((on) => on.saving?.(buffer, { revision, path: place, temporary })),
    });
    if (!saved.ok) {
      if (saved.error === "changed-outside" && place === buffer.path) queueMicrotask(() => this.look(buffer));
      return saved;
    }
    const { stamp } = saved.value;
    const { lines } = before;
    const lastEnding = written === text ? "" : options.lastEnding ?? "";
    const file = { form, lines, stamp, onDisk: written, revision, lastEnding };
    this.#record(buffer, { ...file, readOnly: false, conflict: undefined });
    buffer.markSaved(text, place);
    return ok({ path: place, revision });
  }

  async #look(buffer: Buffer): Promise<void> {
    const { path } = buffer;
    const before = this.of(buffer);
    if (path === undefined) return;
    const state = await this.#disk.state(path);
    if (state === undefined || state.kind !== "file") {
      if (before.stamp === undefined) return;
      this.#record(buffer, { ...before, stamp: undefined });
      this.#tell((on) => on.deleted?.(buffer));
      return;
    }
    const known = before.conflict?.stamp ?? before.stamp;
    if (known !== undefined && sameContent(known, state.stamp)) return;
    const loaded = await this.#reread(path, before);
    if (loaded === undefined) return;
    const after = fileOf(loaded, await ropeOfChunks(loaded.chunks));
    const result = reconcile(before.onDisk, buffer.text, after.onDisk);
    if (result.kind === "conflict") {
      this.#record(buffer, { ...before, conflict: { text: after.onDisk, stamp: loaded.stamp } });
      this.#tell((on) => on.conflicted?.(buffer));
      return;
    }
    const { delta } = result;
    if (!delta.isIdentity) buffer.edit({ delta, author: DISK });
    this.#record(buffer, {
      ...after,
      revision: buffer.text.equals(after.onDisk) ? buffer.revision : undefined,
    });
    buffer.markOnDisk(after.onDisk);
    if (!delta.isIdentity) this.#tell((on) => on.reloaded?.(buffer));
  }

  /** The file in the encoding it had; a file that has become unreadable leaves the buffer as it is. */
  async #reread(path: string, { form }: BufferFile): Promise<LoadedFile | undefined> {
    const passing: readonly ErrorCode[] = ["bad-input", "unsupported"];
    try {
      return await this.#disk.load(path, { encoding: form.encoding });
    } catch (error) {
      if (!(error instanceof SymphonyError)) throw error;
      if (!passing.includes(error.code)) return undefined;
    }
    return await this.#disk.load(path).catch(() => undefined);
  }

  #take(buffer: Buffer, file: BufferFile): void {
    const delta = difference(buffer.text, file.onDisk);
    if (!delta.isIdentity) buffer.edit({ delta, author: DISK });
    this.#record(buffer, { ...file, revision: buffer.revision });
    buffer.markOnDisk(file.onDisk);
    this.#tell((on) => on.reloaded?.(buffer));
  }

  #withFile(stamp: FileStamp): Buffer | undefined {
    for (const buffer of this.#buffers) {
      const known = this.#files.get(buffer)?.stamp;
      if (known !== undefined && sameFile(known, stamp)) return buffer;
    }
    return undefined;
  }

  #record(buffer: Buffer, file: BufferFile): void {
    this.#files.set(buffer, file);
    this.#tell((on) => on.recorded?.(buffer, file));
  }

  #follow(buffer: Buffer): void {
    if (buffer.path !== undefined) {
      this.#disk.watch(buffer.path, () => this.look(buffer).catch(() => undefined));
    }
  }

  #unwatch(path: string | undefined): void {
    if (path !== undefined) this.#disk.unwatch(path);
  }

  #inTurn<T>(buffer: Buffer, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(buffer) ?? Promise.resolve()).then(work, work);
    this.#turns.set(buffer, turn.catch(() => undefined));
    return turn;
  }

  #tell(call: (listener: BufferFilesListener) => void): void {
    for (const listener of [...this.#listeners]) call(listener);
  }
}

function unnamed(buffer: Buffer): BufferFile {
  return {
    form: NEW_FORM,
    lines: lineEndings(buffer.text.chunks(0, Math.min(buffer.text.length, buffer.text.snap(1 << 16)))),
    readOnly: false,
    stamp: undefined,
    onDisk: buffer.saved,
    revision: 0,
    lastEnding: "",
    conflict: undefined,
  };
}

function fileOf({ form, lines, readOnly, stamp }: LoadedFile, onDisk: Rope): BufferFile {
  return { form, lines, readOnly, stamp, onDisk, revision: undefined, lastEnding: "", conflict: undefined };
}

function ended(text: Rope, ending: string | undefined): Rope {
  if (ending === undefined || text.length === 0) return text;
  const tail = text.sliceString(text.snap(Math.max(0, text.length - ending.length), 1));
  return tail === ending ? text : text.replace(text.length, text.length, ending);
}
