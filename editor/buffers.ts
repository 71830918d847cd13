/**
 * The open buffers: the seam through which everything else in the editor meets the text. A buffer is one document, whoever
 * looks at it: views, plugins, language servers, agents, the journal. They edit through `Buffer.edit` (or the document itself) and
 * hear of every change, in order, through a `BufferListener`.
 *
 * A plain synchronous library: an edit, all listeners, done. Files are the business of `buffer_files.ts`.
 *
 * Invariants: B1. one file is one buffer (`at`); B2. listeners hear of `opened` before anything else and of nothing after `closed`; B3. a
 * buffer lives while someone holds it; B4. a listener that throws hurts nobody else.
 *
 * @module
 */

import { Delta } from "./text/delta.ts";
import { type Revision, TextDocument } from "./text/document.ts";
import { Rope } from "./text/rope.ts";
import { type EditKind, type SavedUndoGroups, UndoGroups } from "./undo_groups.ts";

export type { EditKind } from "./undo_groups.ts";

/** The author of what the person at a front end does; plugins know it by this name. */
export const PERSON = "core";

/** The priority of a person's edits: theirs land behind others' at the same place. */
export const PERSON_PRIORITY = 0x10000;

/** One revision of one buffer, as listeners are told. */
export interface BufferChange extends Revision {
  readonly buffer: Buffer;
  readonly before: Rope;
  readonly after: Rope;
  readonly kind: EditKind;
}

/** What to tell a listener. All are called synchronously; `edited` once a revision. */
export interface BufferListener {
  opened?(buffer: Buffer): void;
  edited?(change: BufferChange): void;
  /** Saved at `buffer.path`; pristine from now on. */
  saved?(buffer: Buffer): void;
  /** `buffer.path` is another one; `before` is what it was. */
  moved?(buffer: Buffer, before: string | undefined): void;
  languageChanged?(buffer: Buffer, before: string): void;
  closed?(buffer: Buffer): void;
}

/** An edit by someone; see `TextDocument.edit`. */
export interface BufferEdit {
  readonly delta: Delta;
  readonly author: string;
  readonly kind?: EditKind;
  /** Default: the newest. */
  readonly revision?: number;
  readonly group?: number;
  readonly priority?: number;
}

/** What a buffer is made from. */
export interface BufferOrigin {
  /** The number that it had in an earlier process; a new one where it is taken or absent. */
  readonly id?: number;
  readonly text?: string | Rope;
  /** The file's one name (`filePlace`); undefined for a buffer without a file. */
  readonly path?: string;
  readonly language?: string;
  /** A document with history, as the journal restores it, in place of `text`. */
  readonly document?: TextDocument;
  /** What is on the disk, where the restored text differs from it. */
  readonly saved?: Rope;
  /** The person's undo and redo, as the journal restores them. */
  readonly undoGroups?: SavedUndoGroups;
}

/** One open text. */
export class Buffer {
  readonly id: number;
  readonly document: TextDocument;
  /** The person's undo and redo. */
  readonly undoGroups: UndoGroups;
  readonly #tell: (call: (listener: BufferListener) => void) => void;
  readonly #holders = new Set<symbol>();
  #path: string | undefined;
  #language: string;
  #saved: Rope;
  #savedRevision: number;
  #pristine: { readonly revision: number; readonly value: boolean } | undefined;
  #kind: EditKind = "other";
  #before: Rope;

  /** Use `Buffers.open`. */
  constructor(id: number, origin: BufferOrigin, tell: (call: (listener: BufferListener) => void) => void) {
    this.id = id;
    this.document = origin.document ?? new TextDocument(origin.text ?? "");
    this.undoGroups = new UndoGroups(() => this.document.newGroup());
    if (origin.undoGroups !== undefined) this.undoGroups.load(origin.undoGroups);
    this.#path = origin.path;
    this.#language = origin.language ?? "";
    this.#saved = origin.saved ?? this.document.text;
    this.#savedRevision = this.document.revision;
    this.#before = this.document.text;
    this.#tell = tell;
    this.document.onRevision((revision) => this.#revised(revision));
  }

  get text(): Rope {
    return this.document.text;
  }

  get revision(): number {
    return this.document.revision;
  }

  /** The file this is saved to; undefined before the first save. */
  get path(): string | undefined {
    return this.#path;
  }

  /** The language's name; "" where it is not known. */
  get language(): string {
    return this.#language;
  }

  /** The text as it was saved last. */
  get saved(): Rope {
    return this.#saved;
  }

  /** Whether the text is what was saved. */
  get pristine(): boolean {
    const revision = this.document.revision;
    if (revision === this.#savedRevision) return this.#saved === this.text || this.#saved.equals(this.text);
    if (this.#pristine?.revision !== revision) {
      this.#pristine = { revision, value: this.#saved.equals(this.text) };
    }
    return this.#pristine.value;
  }

  /** Carries out an edit. @throws RangeError for an unknown revision or a delta of another length; then nothing has changed */
  edit(edit: BufferEdit): Revision {
    const { kind, ...request } = edit;
    return this.#as(kind ?? "other", () => this.document.edit(request));
  }

  /** An edit of the newest text by the person, grouped by its kind. Nothing happens for a delta that changes nothing. */
  type(delta: Delta, kind: EditKind, next: EditKind = kind, told: EditKind = next): void {
    if (delta.isIdentity) return;
    const group = this.undoGroups.take(kind, next);
    this.edit({ delta, author: PERSON, kind: told, group, priority: PERSON_PRIORITY });
  }

  /** Undoes the person's newest group; false where there is none. */
  undo(): boolean {
    const group = this.undoGroups.undo();
    if (group === undefined) return false;
    this.#as("undo", () => this.document.setUndone([...this.document.undone, group], PERSON));
    return true;
  }

  /** Does again what the person undid last; false where there is nothing. */
  redo(): boolean {
    const group = this.undoGroups.redo();
    if (group === undefined) return false;
    const undone = [...this.document.undone].filter((other) => other !== group);
    this.#as("redo", () => this.document.setUndone(undone, PERSON));
    return true;
  }

  /** Takes note that `text` is on the disk at `path`. */
  markSaved(text: Rope, path: string | undefined = this.#path): void {
    this.#saved = text;
    this.#savedRevision = text === this.text ? this.revision : -1;
    this.#pristine = undefined;
    this.move(path);
    this.#tell((listener) => listener.saved?.(this));
  }

  /** Takes note that someone else has put `text` on the disk; nobody is told, the edit that brings it in was. */
  markOnDisk(text: Rope): void {
    this.#saved = text;
    this.#savedRevision = -1;
    this.#pristine = undefined;
  }

  /** Gives the buffer another file. */
  move(path: string | undefined): void {
    if (path === this.#path) return;
    const before = this.#path;
    this.#path = path;
    this.#tell((listener) => listener.moved?.(this, before));
  }

  setLanguage(language: string): void {
    if (language === this.#language) return;
    const before = this.#language;
    this.#language = language;
    this.#tell((listener) => listener.languageChanged?.(this, before));
  }

  /** For `Buffers`: who keeps the buffer open. */
  get holders(): Set<symbol> {
    return this.#holders;
  }

  #as<T>(kind: EditKind, work: () => T): T {
    const before = this.#kind;
    this.#kind = kind;
    try {
      return work();
    } finally {
      this.#kind = before;
    }
  }

  #revised(revision: Revision): void {
    const before = this.#before;
    const after = this.document.text;
    this.#before = after;
    // A listener that edits makes a revision of its own kind.
    const kind = this.#kind;
    this.#kind = "other";
    this.#tell((listener) => listener.edited?.({ ...revision, buffer: this, before, after, kind }));
    this.#kind = kind;
  }
}

/** Keeps a buffer open until released. */
export interface BufferHold {
  readonly buffer: Buffer;
  release(): void;
}

export class Buffers {
  readonly #buffers = new Map<number, Buffer>();
  readonly #listeners = new Set<BufferListener>();
  readonly #onError: (error: unknown) => void;
  #lastId = 0;
  /**
   * Resolves once everything edited so far would survive the death of this process; undefined where it already would. The journal
   * sets it; whoever acknowledges edits to a client waits for it first.
   */
  durable: () => Promise<void> | undefined = () => undefined;

  /** @param onError is told what a listener throws */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** A number no view, buffer or plugin has: the protocol counts them together. */
  newId(): number {
    return ++this.#lastId;
  }

  /** Keeps a number that nobody has for a buffer that is to be opened with it. */
  reserve(id: number): number {
    this.#lastId = Math.max(this.#lastId, id);
    return id;
  }

  /** Opens a buffer and holds it. The caller has looked with `at` whether the file is open already. */
  open(origin: BufferOrigin = {}): BufferHold {
    const buffer = new Buffer(this.#idFor(origin), origin, (call) => this.#tell(call));
    this.#buffers.set(buffer.id, buffer);
    const hold = this.hold(buffer);
    this.#tell((listener) => listener.opened?.(buffer));
    return hold;
  }

  /** Keeps an open buffer open until released; with the last hold it closes. */
  hold(buffer: Buffer): BufferHold {
    const holder = Symbol("holder");
    buffer.holders.add(holder);
    return {
      buffer,
      release: () => {
        if (!buffer.holders.delete(holder) || buffer.holders.size > 0) return;
        this.#buffers.delete(buffer.id);
        this.#tell((listener) => listener.closed?.(buffer));
      },
    };
  }

  get(id: number): Buffer | undefined {
    return this.#buffers.get(id);
  }

  /** The buffer of the file at `path` (its one name); undefined where it is not open. */
  at(path: string): Buffer | undefined {
    for (const buffer of this.#buffers.values()) if (buffer.path === path) return buffer;
    return undefined;
  }

  /** All that are open, oldest first. */
  [Symbol.iterator](): Iterator<Buffer> {
    return this.#buffers.values();
  }

  /** Tells `listener` of everything from now on; the result ends it. */
  listen(listener: BufferListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #idFor({ id }: BufferOrigin): number {
    return id === undefined || this.#buffers.has(id) ? this.newId() : this.reserve(id);
  }

  #tell(call: (listener: BufferListener) => void): void {
    for (const listener of [...this.#listeners]) {
      try {
        call(listener);
      } catch (error) {
        this.#onError(error);
      }
    }
  }
}
