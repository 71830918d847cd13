/**
 * The texts that are open, as TextEditingPort and its companions speak of them: one synchronous object behind every
 * adapter. It adds to a buffer who holds it, what stands in it (TextNotes) and who listens.
 *
 * Invariants: K1. every open buffer has one OpenText, whoever opened it; K2. a request that was answered is not done
 * again; K3. listeners hear of things in the order in which they happened, after they happened.
 *
 * @module
 */

import { type AuthorId, authorId, type BufferId, bufferId } from "../../core/ids.ts";
import { SymphonyError } from "../../core/errors.ts";
import type {
  BufferEvent,
  BufferInfo,
  Edited,
  EditRefusal,
  MarkId,
  Presence,
  TextChange,
  TextEdit,
  TextRange,
  TextRead,
} from "../../core/ports/text_editing.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { BufferFiles } from "../buffer_files.ts";
import {
  type Buffer,
  type BufferChange,
  type BufferHold,
  type BufferOrigin,
  type Buffers,
  PERSON,
} from "../buffers.ts";
import { Delta } from "../text/delta.ts";
import type { Revision } from "../text/document.ts";
import type { Rope } from "../text/rope.ts";
import type { RequestName } from "./answered.ts";
import type { SavedConflict } from "./place_reviews.ts";
import { checkRange, readRope } from "./read_rope.ts";
import { fromDelta, toDelta } from "./text_changes.ts";
import { type Cause, type TextNote, TextNotes } from "./text_notes.ts";

/** Told of every event of one text. */
export type TextListener = (event: BufferEvent) => void;
/** Told of every change that touches a mark. */
export type MarkListener = (range: TextRange, revision: number) => void;

/** An open text. */
export interface OpenText {
  readonly id: BufferId;
  readonly buffer: Buffer;
  readonly notes: TextNotes;
  readonly listeners: Set<TextListener>;
  readonly watches: Map<MarkId, Set<MarkListener>>;
}

/** What keeps texts over the death of the process. */
export interface Keeper {
  /** Undefined while everything can be kept; else why it cannot: then nothing is edited for those who rely on it. */
  trouble(): SymphonyError | undefined;
  /** Told of a text that is not in a file, so that it is kept from the start. */
  begun(notes: TextNotes, buffer: Buffer): void;
  /** Told of each revision, after `notes` were, and why it was made. */
  revised(notes: TextNotes, change: BufferChange, cause: Cause | undefined): void;
  /** Told of each note, after it was taken. */
  noted(notes: TextNotes, buffer: Buffer, note: TextNote): void;
  /** The buffer is about to close with text that is not saved: keep it for when its file is opened again. */
  keep(buffer: Buffer): void;
  /** What was known of a text that an earlier process has left; undefined for a new one. */
  notesOf(buffer: Buffer): TextNotes | undefined;
}

const forgetful: Keeper = {
  trouble: () => undefined,
  begun() {},
  revised() {},
  noted() {},
  keep() {},
  notesOf: () => undefined,
};

export class Desk implements Disposable {
  readonly buffers: Buffers;
  readonly files: BufferFiles;
  readonly #keeper: Keeper;
  readonly #texts = new Map<BufferId, OpenText>();
  readonly #restored = new WeakSet<Buffer>();
  readonly #stops: (() => void)[];
  #cause: Cause | undefined;

  constructor(buffers: Buffers, files: BufferFiles, keeper: Keeper = forgetful) {
    this.buffers = buffers;
    this.files = files;
    this.#keeper = keeper;
    for (const buffer of buffers) this.#opened(buffer);
    const told = (state: "reloaded" | "conflict" | "deleted") => (buffer: Buffer) =>
      this.#tell(buffer, { kind: "file", state });
    this.#stops = [
      buffers.listen({
        opened: (buffer) => this.#opened(buffer),
        edited: (change) => this.#edited(change),
        saved: (buffer) =>
          this.#tell(buffer, { kind: "saved", file: buffer.path ?? "", revision: buffer.revision }),
        closed: (buffer) => this.#closed(buffer),
      }),
      files.listen({
        reloaded: told("reloaded"),
        conflicted: told("conflict"),
        deleted: told("deleted"),
      }),
    ];
  }

  /** An open text. @throws SymphonyError `not-found` */
  text(id: BufferId): OpenText {
    const text = this.#texts.get(id);
    if (text === undefined) throw new SymphonyError("not-found", `Cannot find buffer ${id}: it is not open`);
    return text;
  }

  texts(): Iterable<OpenText> {
    return this.#texts.values();
  }

  info({ id, buffer }: OpenText): BufferInfo {
    const { form, lines, readOnly } = this.files.of(buffer);
    return {
      buffer: id,
      revision: buffer.revision,
      length: buffer.text.length,
      file: buffer.path,
      encoding: form.encoding,
      lineEnding: lines.ending,
      readOnly,
      unsaved: !buffer.pristine,
    };
  }

  /** Opens a text that is in no file; what keeps texts has it from the start. */
  begin(origin: BufferOrigin): BufferHold {
    const hold = this.buffers.open(origin);
    const { notes } = this.text(bufferId(hold.buffer.id));
    this.#keeper.begun(notes, hold.buffer);
    return hold;
  }

  /** Lets go of a buffer; with the last holder, what is not saved is kept or discarded. */
  letGo({ buffer }: OpenText, hold: BufferHold, discard: boolean): void {
    if (!discard) this.abandon(buffer);
    hold.release();
  }

  /** Before a holder lets go without a word about what is not saved: if it is the last one, that is kept. */
  abandon(buffer: Buffer): void {
    if (buffer.holders.size > 1) return;
    const [waits] = this.#texts.get(bufferId(buffer.id))?.notes.reviews.changeSets() ?? [];
    if (!buffer.pristine || waits !== undefined) this.#keeper.keep(buffer);
  }

  /** The text at a revision. @throws SymphonyError `not-found` */
  ropeAt({ id, buffer }: OpenText, revision: number | undefined): Rope {
    if (revision === undefined || revision === buffer.revision) return buffer.text;
    try {
      return buffer.document.textAt(revision);
    } catch (cause) {
      throw new SymphonyError(
        "not-found",
        `Cannot find revision ${revision} of buffer ${id}: the newest is ${buffer.revision}, older ones are forgotten in time`,
        { cause },
      );
    }
  }

  /** @throws SymphonyError `not-found` */
  read(text: OpenText, at: { readonly revision?: number; readonly range?: TextRange } = {}): TextRead {
    const rope = this.ropeAt(text, at.revision);
    return { revision: at.revision ?? text.buffer.revision, text: readRope(text.id, rope, at.range) };
  }

  /** @throws SymphonyError where edits cannot be kept (`disk-full` and the like) */
  edit(
    text: OpenText,
    edit: TextEdit,
    request?: RequestName,
    conflicts?: readonly SavedConflict[],
  ): Result<Edited, EditRefusal> {
    const done = this.answered(text, request);
    if (done !== undefined) return ok(done);
    const trouble = this.#keeper.trouble();
    if (trouble !== undefined) throw trouble;
    const { buffer, notes } = text;
    const { document } = buffer;
    if (
      !(Number.isInteger(edit.revision) && edit.revision >= document.oldest &&
        edit.revision <= document.revision)
    ) {
      return err("unknown-revision");
    }
    const delta = toDelta(document.lengthAt(edit.revision), edit.changes);
    if (delta === undefined) return err("bad-range");
    const { author, revision, step, changeSet } = edit;
    const group = notes.groups.find({ author, step, changeSet }, buffer.document.undone);
    const why = causeOf(step, changeSet, request);
    const cause = conflicts === undefined ? why : { ...why, conflicts };
    const before = document.revision;
    try {
      const made = this.#because(
        cause,
        () =>
          group === undefined
            ? buffer.edit({ delta, revision, author })
            : buffer.edit({ delta, revision, author, group }),
      );
      return ok({ revision: made.revision, changes: fromDelta(made.delta) });
    } catch (error) {
      // What the text refuses is a cut through a surrogate pair.
      if (error instanceof RangeError && document.revision === before) return err("bad-range");
      throw error;
    }
  }

  /**
   * Changes the newest text for a reason of the desk's own, as a step by itself.
   * @throws SymphonyError where edits cannot be kept; RangeError for places that are not in the text
   */
  editBecause({ buffer }: OpenText, cause: Cause, author: string, changes: readonly TextChange[]): Revision {
    const trouble = this.#keeper.trouble();
    if (trouble !== undefined) throw trouble;
    const delta = Delta.of(buffer.text.length, changes);
    const made = this.#because(cause, () => buffer.edit({ delta, revision: buffer.revision, author }));
    if (cause.decided !== undefined) this.reviewed(buffer, cause.decided.place.changeSet);
    return made;
  }

  /** Tells that what waits of a set is another. */
  reviewed(buffer: Buffer, changeSet: string): void {
    this.#tell(buffer, { kind: "reviewed", changeSet });
  }

  /** Takes note of something that is no change of the text. @throws SymphonyError where it cannot be kept */
  note(text: OpenText, note: TextNote): void {
    const trouble = this.#keeper.trouble();
    if (trouble !== undefined) throw trouble;
    this.#note(text, note);
  }

  /** What a request came to that was carried out before, perhaps by an editor that died; undefined for a new one. */
  answered({ buffer, notes }: OpenText, request: RequestName | undefined): Edited | undefined {
    const answer = request === undefined ? undefined : notes.answered.find(request);
    if (answer === undefined) return undefined;
    const { revision, changes } = answer;
    if (changes !== undefined) return { revision, changes };
    const { document } = buffer;
    const isKnown = revision - 1 >= document.oldest;
    return { revision, changes: isKnown ? fromDelta(document.deltaBetween(revision - 1, revision)) : [] };
  }

  /** Takes back the author's newest step, or does it again; undefined where there is none. */
  step(
    text: OpenText,
    author: string,
    way: "undo" | "redo",
    request?: RequestName,
  ): Edited | undefined {
    const { buffer } = text;
    const done = this.answered(text, request);
    if (done !== undefined) return done;
    const before = buffer.revision;
    this.#because(causeOf(undefined, undefined, request), () => {
      // The person at a front end has rules of their own for what is undone at once.
      if (author === PERSON) return way === "undo" ? buffer.undo() : buffer.redo();
      return way === "undo" ? buffer.document.undo(author) : buffer.document.redo(author);
    });
    if (buffer.revision === before) return undefined;
    const delta = buffer.document.deltaBetween(before, buffer.revision);
    return { revision: buffer.revision, changes: fromDelta(delta) };
  }

  /** @throws SymphonyError `not-found` where revision or places are not known */
  announce(text: OpenText, revision: number, { author, selections }: Presence): void {
    const rope = this.ropeAt(text, revision);
    const delta = text.buffer.document.changesSince(revision);
    const moved = selections.map(({ anchor, head }) => {
      checkRange(text.id, rope, { from: Math.min(anchor, head), to: Math.max(anchor, head) });
      return { anchor: delta.mapOffset(anchor, -1), head: delta.mapOffset(head, -1) };
    });
    this.#note(text, { note: "presence", presence: { author, selections: moved } });
    this.#tell(text.buffer, { kind: "presence", present: text.notes.places.present() });
  }

  /** Takes note of where an author is in the newest text, unless that is known. */
  place(buffer: Buffer, author: AuthorId, selections: Presence["selections"]): void {
    const text = this.#texts.get(bufferId(buffer.id));
    if (text === undefined || text.notes.places.isAt(author, selections)) return;
    this.#note(text, { note: "presence", presence: { author, selections } });
    this.#tell(buffer, { kind: "presence", present: text.notes.places.present() });
  }

  /** Where an author was in a text that an earlier process has left; none for a second asking, or for any other text. */
  takePlace(buffer: Buffer, author: AuthorId): Presence["selections"] {
    if (!this.#restored.delete(buffer)) return [];
    const present = this.#texts.get(bufferId(buffer.id))?.notes.places.present() ?? [];
    return present.find((each) => each.author === author)?.selections ?? [];
  }

  /** @throws SymphonyError `not-found` where revision or range is not known */
  mark(text: OpenText, revision: number, range: TextRange, grows: boolean): MarkId {
    checkRange(text.id, this.ropeAt(text, revision), range);
    const delta = text.buffer.document.changesSince(revision);
    const moved = {
      from: delta.mapOffset(range.from, grows ? -1 : 1),
      to: delta.mapOffset(range.to, grows ? 1 : -1),
    };
    const from = Math.min(moved.from, moved.to);
    const mark = text.notes.places.add({ from, to: moved.to }, grows);
    this.#keeper.noted(text.notes, text.buffer, { note: "mark", mark: { mark, from, to: moved.to, grows } });
    return mark;
  }

  unmark(text: OpenText, mark: MarkId): void {
    this.#note(text, { note: "unmark", mark });
    text.watches.delete(mark);
  }

  watch(text: OpenText, mark: MarkId, listener: MarkListener): () => void {
    const listeners = text.watches.get(mark) ?? new Set();
    text.watches.set(mark, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Forgets a change set in one text; its contradictions go on waiting where they are kept. */
  settle(text: OpenText, changeSet: string, keepsConflicts = false): void {
    this.#note(text, { note: "settled", changeSet, ...(keepsConflicts ? { keepsConflicts } : {}) });
    this.reviewed(text.buffer, changeSet);
  }

  /** Waits until everything so far would outlive this process; undefined where it does. */
  durable(): Promise<void> | undefined {
    return this.buffers.durable();
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }

  #note(text: OpenText, note: TextNote): void {
    text.notes.noted(note);
    this.#keeper.noted(text.notes, text.buffer, note);
  }

  #because<T>(cause: Cause | undefined, work: () => T): T {
    const before = this.#cause;
    this.#cause = cause;
    try {
      return work();
    } finally {
      this.#cause = before;
    }
  }

  #opened(buffer: Buffer): void {
    const id = bufferId(buffer.id);
    const restored = this.#keeper.notesOf(buffer);
    if (restored !== undefined) this.#restored.add(buffer);
    const notes = restored ?? new TextNotes();
    this.#texts.set(id, { id, buffer, notes, listeners: new Set(), watches: new Map() });
  }

  #edited(change: BufferChange): void {
    const text = this.#texts.get(bufferId(change.buffer.id));
    if (text === undefined) return;
    const { revision, delta, author } = change;
    // Undone or done again as a whole.
    const sets = text.notes.reviews.setsOf(change.group);
    const touched = text.notes.revised(change, this.#cause);
    this.#keeper.revised(text.notes, change, this.#cause);
    if (text.listeners.size > 0) {
      this.#tell(change.buffer, {
        kind: "changed",
        since: revision - 1,
        revision,
        changes: fromDelta(delta),
        authors: [authorId(author === "" ? "unknown" : author)],
      });
    }
    for (const changeSet of sets) this.reviewed(change.buffer, changeSet);
    if (text.watches.size === 0) return;
    for (const mark of touched) {
      const range = text.notes.places.at(mark);
      if (range !== undefined) { for (const tell of text.watches.get(mark) ?? []) tell(range, revision); }
    }
  }

  #closed(buffer: Buffer): void {
    this.#tell(buffer, { kind: "closed" });
    this.#texts.delete(bufferId(buffer.id));
  }

  #tell(buffer: Buffer, event: BufferEvent): void {
    const text = this.#texts.get(bufferId(buffer.id));
    for (const listener of [...text?.listeners ?? []]) listener(event);
  }
}

function causeOf(
  step: string | undefined,
  changeSet: string | undefined,
  request: RequestName | undefined,
): Cause | undefined {
  if (step === undefined && changeSet === undefined && request === undefined) return undefined;
  return {
    ...(step === undefined ? {} : { step }),
    ...(changeSet === undefined ? {} : { changeSet }),
    ...(request === undefined ? {} : { request }),
  };
}
