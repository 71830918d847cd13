/**
 * One open file: its copy (CodeMirror's state, also while no view shows it), kept in step with the server's text over the
 * page's connection, and what else is known of it. Typing never waits: what is typed is in the copy at once and sent when
 * there is somebody to send it to.
 *
 * After a drop the file is opened again. The same server goes on at the revision that is known here; another one (its
 * process died) gives its text, and what it lacks is sent.
 *
 * @module
 */

import { effect, signal } from "@preact/signals";
import {
  EditorState,
  type Extension,
  type StateCommand,
  type Transaction,
  type TransactionSpec,
} from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { bufferId } from "../../../core/ids.ts";
import type { TextDiagnostics } from "../../../core/ports/language.ts";
import type { Presence, SaveRefusal } from "../../../core/ports/text_editing.ts";
import type { TextAnswer, TextCallName, TextEvent, TextParams } from "../../api/mod.ts";
import { type LiveConnection, LiveError } from "../state/live.ts";
import { fromServer, setDiagnosticsOf, setPresence, stepKind } from "./code/from_server.ts";
import { textOf } from "./sync/deltas.ts";
import { type Incoming, TextSync } from "./sync/text_sync.ts";
import { ownAuthor } from "./text_authors.ts";
import { TextReviews } from "./text_reviews.ts";

/** A pause after which typing is another step of the core's undo. */
const STEP_MS = 600;
const ANNOUNCE_MS = 60;

export type TextState = "opening" | "open" | "away" | "failed";
export type FileState = "here" | "conflict" | "deleted" | "reloaded";

export interface OpenTextOptions {
  readonly file: string;
  readonly live: LiveConnection;
  /** Everything the view needs; made anew when the text is there. */
  readonly extensions: (text: OpenText, doc: EditorState["doc"]) => Extension;
  /** Told of a decision that the text core has not taken, in words. */
  readonly onRefused: (why: string) => void;
}

export class OpenText {
  readonly file: string;
  readonly state = signal<TextState>("opening");
  readonly error = signal<unknown>(undefined);
  readonly isUnsaved = signal(false);
  readonly isReadOnly = signal(false);
  readonly fileState = signal<FileState>("here");
  readonly present = signal<readonly Presence[]>([]);
  readonly diagnostics = signal<TextDiagnostics["diagnostics"]>([]);
  /** Grows with every change of the copy, whoever made it. */
  readonly changed = signal(0);
  /** Grows with every step of the caret, and with every change. */
  readonly moved = signal(0);
  /** True while the server does not have everything that was typed. */
  readonly isBehind = signal(false);
  /** What agents have changed here, and what is decided about it. */
  readonly reviewing: TextReviews;
  readonly #options: OpenTextOptions;
  readonly #live: LiveConnection;
  #sync: TextSync | undefined;
  #held: EditorState | undefined;
  #saved: EditorState["doc"] | undefined;
  #view: EditorView | undefined;
  #buffer = 0;
  #epoch = "";
  #unsubscribe: (() => void) | undefined;
  readonly #stop: () => void;
  #isClosed = false;
  #edits = 0;
  #step = { name: "", at: 0 };
  #pumpTimer: number | undefined;
  #announceTimer: number | undefined;
  #settled: (() => void)[] = [];
  #round = 0;

  constructor(options: OpenTextOptions) {
    this.file = options.file;
    this.#options = options;
    this.#live = options.live;
    this.reviewing = new TextReviews(this, options.onRefused);
    this.#stop = effect(() => {
      const state = options.live.state.value;
      // What follows reads signals of its own, which must not start this again.
      queueMicrotask(() => {
        if (this.#isClosed) return;
        if (state === "open") void this.#connect();
      });
      if (state === "lost") this.#leave();
    });
  }

  /** The copy's state; undefined before the text is there. */
  get editorState(): EditorState | undefined {
    return this.#view?.state ?? this.#held;
  }

  get buffer(): number {
    return this.#buffer;
  }

  get revision(): number {
    return this.#sync?.revision ?? 0;
  }

  /** True while the server does not have everything that was typed. */
  get lags(): boolean {
    return this.#sync?.isBehind === true;
  }

  get view(): EditorView | undefined {
    return this.#view;
  }

  /** The view takes the copy over, until `detach`. */
  attach(view: EditorView): void {
    this.#view = view;
    this.#announceSoon();
  }

  detach(view: EditorView): void {
    // Another view may have taken it over already.
    if (this.#view !== view) return;
    this.#held = view.state;
    this.#view = undefined;
  }

  /** To be called with every transaction of the view. */
  took(transaction: Transaction): void {
    this.reviewing.took(transaction);
    if (transaction.docChanged) this.changed.value = this.changed.peek() + 1;
    if (transaction.docChanged || transaction.selection !== undefined) {
      this.moved.value = this.moved.peek() + 1;
    }
    const sync = this.#sync;
    if (sync === undefined || transaction.annotation(fromServer) !== undefined) return;
    if (transaction.docChanged) {
      const now = performance.now();
      const kind = transaction.isUserEvent("input.type")
        ? "type"
        : transaction.annotation(stepKind) ?? "edit";
      const isSame = kind === "type" && this.#step.name.startsWith("type") && now - this.#step.at < STEP_MS;
      this.#step = { name: isSame ? this.#step.name : `${kind}-${ownAuthor}-${this.#edits++}`, at: now };
      sync.typed(transaction.changes, this.#step.name);
      this.isUnsaved.value = !this.#isAsSaved(transaction.state);
      this.isBehind.value = true;
      // The key is painted first.
      this.#pumpTimer ??= setTimeout(() => this.#pump(), 0);
    }
    if (transaction.selection !== undefined || transaction.docChanged) this.#announceSoon();
  }

  /** Changes the copy as the person does. */
  change(spec: TransactionSpec): void {
    this.#dispatch(spec);
  }

  /** Carries a command of CodeMirror out on the copy, shown or not; false where there is nothing for it to do. */
  run(command: StateCommand): boolean {
    const state = this.editorState;
    if (state === undefined) return false;
    if (this.#view !== undefined) return command(this.#view);
    return command({
      state,
      dispatch: (transaction) => {
        this.#held = transaction.state;
        this.took(transaction);
      },
    });
  }

  /** Asks about this text. @throws LiveError */
  ask<K extends TextCallName>(call: K, params: TextParams<K>, signal?: AbortSignal): Promise<TextAnswer<K>> {
    return this.#live.request(call, params, signal);
  }

  /** Resolves when the server has everything that was typed until now. */
  settled(): Promise<void> {
    if (!this.lags && this.state.peek() === "open") return Promise.resolve();
    return new Promise((resolve) => this.#settled.push(resolve));
  }

  /** Asks about a place or a range of the copy: for that the server must have the copy. */
  async askSettled<K extends TextCallName>(
    call: K,
    params: (
      at: { readonly buffer: ReturnType<typeof bufferId>; readonly revision: number },
    ) => TextParams<K>,
    signal?: AbortSignal,
  ): Promise<TextAnswer<K>> {
    await this.settled();
    return await this.ask(call, params({ buffer: bufferId(this.#buffer), revision: this.revision }), signal);
  }

  /** Writes the file, with every decision made before; waits for the connection where there is none. */
  async save(overwrite = false): Promise<SaveRefusal | undefined> {
    for (;;) {
      await this.reviewing.decided();
      try {
        const saved = await this.ask("text.save", {
          buffer: this.#buffer,
          ...(overwrite ? { overwrite } : {}),
        });
        if (!saved.ok) return saved.error;
        if (overwrite) this.fileState.value = "here";
        return undefined;
      } catch (error) {
        const isCut = error instanceof LiveError && error.problem === undefined;
        if (!isCut || this.#isClosed) throw error;
      }
    }
  }

  /** Tries again after a failure. */
  retry(): void {
    this.state.value = "opening";
    void this.#connect();
  }

  /** Lets go of the text; what is not saved is kept by the core, or discarded where nobody else has it open. */
  close(discard = false): void {
    this.#isClosed = true;
    this.#stop();
    for (const timer of [this.#pumpTimer, this.#announceTimer]) clearTimeout(timer);
    this.reviewing.close();
    this.#unsubscribe?.();
    if (this.state.peek() === "open") {
      const gone = { buffer: this.#buffer, revision: this.revision, selections: [] };
      void this.ask("text.announce", gone).catch(() => undefined);
      void this.ask("text.close", { buffer: this.#buffer, ...(discard ? { discard } : {}) }).catch(() =>
        undefined
      );
    }
  }

  #leave(): void {
    this.#round++;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#sync?.dropped();
    if (this.state.peek() === "open") this.state.value = "away";
  }

  async #connect(): Promise<void> {
    const round = ++this.#round;
    try {
      const opened = await this.ask("text.open", { file: this.file, mustExist: true });
      if (round !== this.#round || this.#isClosed) return;
      const isSame = this.#epoch === this.#live.epoch && this.#buffer === opened.buffer;
      this.#buffer = opened.buffer;
      this.#epoch = this.#live.epoch;
      this.isReadOnly.value = opened.readOnly;
      if (this.#sync === undefined) this.#begin(opened.text, opened.revision, opened.unsaved);
      else if (!isSame) {
        this.#bring(this.#sync.restarted(opened.text, opened.revision));
        this.isUnsaved.value = opened.unsaved || this.#sync.isBehind;
        this.#noteSaved();
      }
      this.error.value = undefined;
      this.state.value = "open";
      this.#subscribe();
      this.#announceSoon();
      const again = isSame ? this.#sync?.again() : undefined;
      if (again !== undefined) void this.#send(again);
      this.#pump();
      await this.reviewing.look();
    } catch (error) {
      if (round !== this.#round || this.#isClosed) return;
      // Cut off once more: the next connection tries again.
      if (error instanceof LiveError && error.problem === undefined) return;
      this.error.value = error;
      this.state.value = "failed";
    }
  }

  #begin(text: string, revision: number, isUnsaved: boolean): void {
    this.#sync = new TextSync(ownAuthor, text, revision, () => `${this.file}-${this.#edits++}`);
    this.isUnsaved.value = isUnsaved;
    const doc = textOf(text);
    this.#held = EditorState.create({
      doc,
      extensions: [EditorState.lineSeparator.of("\n"), this.#options.extensions(this, doc)],
    });
    this.#noteSaved();
  }

  /** What is saved is known where nothing is unsaved now; the text of an older save is not. */
  #noteSaved(): void {
    this.#saved = this.isUnsaved.peek() ? undefined : this.editorState?.doc;
  }

  /** Whether a state has the text that was saved, as after undoing everything since. */
  #isAsSaved({ doc }: EditorState): boolean {
    return this.#saved !== undefined && doc.length === this.#saved.length && doc.eq(this.#saved);
  }

  #subscribe(): void {
    const round = this.#round;
    this.#unsubscribe?.();
    this.#unsubscribe = this.#live.subscribe(`text:${this.#buffer}`, {
      after: { epoch: this.#epoch, seq: this.revision },
      onEvent: (event) => {
        if (round === this.#round) this.#hear(event);
      },
      onEnded: () => {
        if (round === this.#round && !this.#isClosed) void this.#connect();
      },
    });
  }

  #hear(event: TextEvent): void {
    switch (event.kind) {
      case "changed":
      case "reset":
        try {
          this.#bring(this.#sync?.heard(event) ?? []);
        } catch {
          // A gap: read anew.
          this.#leave();
          void this.#connect();
          return;
        }
        if (event.kind === "changed") {
          const state = this.editorState;
          this.isUnsaved.value = state === undefined || !this.#isAsSaved(state);
          this.reviewing.moved();
        }
        this.#pump();
        return;
      case "saved":
        this.isUnsaved.value = event.revision < this.revision || this.lags;
        this.#noteSaved();
        return;
      case "file":
        this.fileState.value = event.state;
        if (event.state === "reloaded") {
          this.isUnsaved.value = this.lags;
          this.#noteSaved();
        }
        return;
      case "presence":
        this.present.value = event.present.filter(({ author }) => author !== ownAuthor);
        this.#dispatch({ effects: setPresence.of(this.present.value) });
        return;
      case "diagnostics":
        this.diagnostics.value = event.diagnostics.diagnostics;
        this.#dispatch({ effects: setDiagnosticsOf.of(event.diagnostics.diagnostics) });
        return;
      case "changeSets":
        this.reviewing.heard(event.changeSets);
        return;
      case "reviewed":
        void this.reviewing.look().catch(() => undefined);
        return;
      case "closed":
        return;
    }
  }

  #bring(came: readonly Incoming[]): void {
    for (const { changes, authors } of came) {
      this.#dispatch({ changes, annotations: fromServer.of(authors) });
    }
    this.#noteProgress();
  }

  #dispatch(spec: TransactionSpec): void {
    if (this.#view !== undefined) {
      this.#view.dispatch(spec);
      return;
    }
    const transaction = this.#held?.update(spec);
    if (transaction === undefined) return;
    this.#held = transaction.state;
    this.took(transaction);
  }

  #pump(): void {
    clearTimeout(this.#pumpTimer);
    this.#pumpTimer = undefined;
    if (this.state.peek() !== "open") return;
    const next = this.#sync?.next();
    if (next !== undefined) void this.#send(next);
    this.#noteProgress();
  }

  async #send({ id, revision, changes, step }: NonNullable<ReturnType<TextSync["next"]>>): Promise<void> {
    const round = this.#round;
    try {
      const answer = await this.ask("text.edit", {
        buffer: this.#buffer,
        id,
        revision,
        changes,
        ...(step === undefined ? {} : { step }),
      });
      this.#bring(this.#sync?.answered(id, answer) ?? []);
      this.#pump();
    } catch (error) {
      // Cut off: it is sent again. Refused by the world (a full disk): said, and sent again a little later.
      if (round !== this.#round || error instanceof LiveError && error.problem === undefined) return;
      this.error.value = error;
      setTimeout(() => {
        const again = round === this.#round ? this.#sync?.again() : undefined;
        if (again !== undefined) void this.#send(again);
      }, 1000);
    }
  }

  #noteProgress(): void {
    const isBehind = this.lags;
    this.isBehind.value = isBehind;
    if (isBehind || this.state.peek() !== "open") return;
    for (const resolve of this.#settled.splice(0)) resolve();
  }

  #announceSoon(): void {
    this.#announceTimer ??= setTimeout(() => {
      this.#announceTimer = undefined;
      const selection = this.#view?.state.selection;
      if (this.state.peek() !== "open" || selection === undefined) return;
      if (this.lags) return this.#announceSoon();
      const selections = selection.ranges.slice(0, 50).map(({ anchor, head }) => ({ anchor, head }));
      void this.ask("text.announce", { buffer: this.#buffer, revision: this.revision, selections })
        .catch(() => undefined);
    }, ANNOUNCE_MS);
  }
}
