/**
 * The board's file on the server: saving, noticing that somebody else has changed it, bringing both together. What is edited here
 * is never lost: a change elsewhere is merged into it, or shown as a conflict with both sides.
 *
 * @module
 */

import { signal } from "@preact/signals";
import { mergeTexts, type TextConflict } from "../../../../core/merge/text_merge.ts";
import type { WorkflowFile } from "../../../api/workflows.ts";
import { announce } from "../../state/announce.ts";
import type { App } from "../../state/app.ts";
import { ApiError } from "../../state/client.ts";
import { showToast } from "../../state/toasts.ts";
import type { Board } from "../board.ts";
import { idIn } from "../home/workflow_acts.ts";

/** Two texts that contradict each other, made from `base`. */
export interface FileConflict {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
  readonly theirHash: string;
  readonly conflicts: readonly TextConflict[];
}

/** Codes of refusals that trying again alone does not mend. */
const refusals: ReadonlySet<ApiError["code"]> = new Set(["permission", "io", "disk-full", "exists"]);

export type SaveState = "idle" | "saving" | "failed";

export class BoardFile {
  readonly name: string;
  readonly state = signal<SaveState>("idle");
  readonly conflict = signal<FileConflict | undefined>(undefined);
  /** Why the last save was refused, where the file or its place is what is wrong. */
  readonly refusal = signal<ApiError | undefined>(undefined);
  readonly isWritable: boolean;
  /** Grows with every save that is known of, here or elsewhere. */
  readonly saves = signal(0);
  readonly #app: App;
  readonly #board: Board;
  /** The text that the server has, as far as is known, and its hash. */
  #base: string;
  #hash: string;

  constructor(app: App, board: Board, file: WorkflowFile) {
    this.#app = app;
    this.#board = board;
    this.name = file.file;
    this.isWritable = file.isWritable;
    this.#base = file.text;
    this.#hash = file.hash;
  }

  get hash(): string {
    return this.#hash;
  }

  /** The text that is on the board. */
  get text(): string {
    return this.#board.document.text;
  }

  /** The text as it was last saved or seen. */
  get savedText(): string {
    return this.#base;
  }

  /** Listens for changes of the file until the returned function is called. */
  follow(): () => void {
    return this.#app.live.subscribe("files", {
      onEvent: (event) => {
        if (event.kind === "snapshot") this.#lookAgain();
        else if (event.path === this.name && event.change !== "removed" && event.hash !== this.#hash) {
          this.#lookAgain();
        } else if (event.path === this.name && event.change === "removed") {
          showToast({ look: "warn", title: `${this.name} was removed`, text: "Save to write it again" });
        }
      },
      onSubscribed: (how) => how === "snapshot" && this.#lookAgain(),
    });
  }

  /** Saves; a second call while one is under way saves again after it. */
  async save(message?: string): Promise<boolean> {
    if (this.state.peek() === "saving" || this.conflict.peek() !== undefined) return false;
    const text = this.#board.document.text;
    this.state.value = "saving";
    try {
      const saved = await this.#app.client.call("PUT /workflow", {
        query: { file: this.name },
        body: { text, ...(message === undefined ? {} : { message }) },
        match: { hash: this.#hash },
      });
      this.refusal.value = undefined;
      this.#hash = saved.hash;
      this.#base = saved.text;
      if (saved.text === this.#board.document.text) this.#board.markSaved();
      else if (text === this.#board.document.text) this.#take(saved.text, "Merge changes made elsewhere");
      this.state.value = "idle";
      this.saves.value++;
      announce(`${this.name} is saved`);
      if (saved.isMerged) showToast({ look: "info", title: "Saved, with changes that were made elsewhere" });
      return true;
    } catch (error) {
      this.state.value = "failed";
      this.#refused(error);
      return false;
    }
  }

  #refused(error: unknown): void {
    const conflict = error instanceof ApiError ? error.problem?.conflict : undefined;
    if (conflict !== undefined) {
      this.#meet(conflict.current.text, conflict.current.hash);
      return;
    }
    if (error instanceof ApiError && refusals.has(error.code)) {
      this.refusal.value = error;
      return;
    }
    const text = error instanceof ApiError
      ? [error.message, error.hint].filter(Boolean).join(". ")
      : String(error);
    showToast({
      look: "bad",
      title: `Cannot save ${this.name}`,
      text,
      action: { title: "Try again", run: () => void this.save() },
    });
  }

  /**
   * Writes what is on the board into another file, under an id of its own. Here the file's own text is shown again, as a step that can
   * be taken back. @throws ApiError
   */
  async saveAs(file: string): Promise<void> {
    const { client } = this.#app;
    const { text } = this;
    const edits = [{ path: ["id"], value: idIn(file) }];
    // A text that cannot be read is kept as it is.
    const copy = this.#board.graph.peek().fault === undefined
      ? (await client.call("POST /workflows/edit", { body: { text, edits } })).text
      : text;
    await client.call("PUT /workflow", {
      query: { file },
      body: { text: copy, message: `saved from ${this.name}` },
      match: { none: true },
    });
    this.state.value = "idle";
    this.#take(this.#base, `Save as ${file}`);
  }

  async #lookAgain(): Promise<void> {
    try {
      const { text, hash } = await this.#app.client.call("GET /workflow", {
        query: { file: this.name, textOnly: true },
      });
      if (hash !== this.#hash && this.state.peek() !== "saving") this.#meet(text, hash);
    } catch {
      // The next event, or the next save, will tell.
    }
  }

  /** The file is another than was known: both are brought together, or shown. */
  #meet(theirs: string, hash: string): void {
    const ours = this.#board.document.text;
    const base = this.#base;
    this.saves.value++;
    if (ours === theirs || ours === base) {
      this.#base = theirs;
      this.#hash = hash;
      this.#take(theirs, "Take changes made elsewhere");
      if (ours !== theirs) {
        showToast({
          look: "info",
          title: "The file was changed elsewhere",
          text: "This board shows it as it is now",
        });
      }
      return;
    }
    const merge = mergeTexts(base, ours, theirs, { isJson: true });
    if (merge.conflicts.length > 0) {
      this.conflict.value = { base, ours, theirs, theirHash: hash, conflicts: merge.conflicts };
      announce("The file was changed elsewhere, and both changes contradict");
      return;
    }
    this.#base = theirs;
    this.#hash = hash;
    this.#board.replaceText(merge.text, "Merge changes made elsewhere");
    showToast({
      look: "info",
      title: "Changes made elsewhere were merged",
      text: "Yours are kept and not yet saved",
      action: { title: "Undo", run: () => this.#board.undo() },
    });
  }

  #take(text: string, label: string): void {
    this.#board.replaceText(text, label);
    this.#board.markSaved();
  }

  /** Ends a conflict with `text`, which becomes what is on the board; it is saved by the next save. */
  resolve(text: string): void {
    const conflict = this.conflict.peek();
    if (conflict === undefined) return;
    this.#base = conflict.theirs;
    this.#hash = conflict.theirHash;
    this.conflict.value = undefined;
    this.state.value = "idle";
    this.#board.replaceText(text, "Settle a conflict");
    if (text === conflict.theirs) this.#board.markSaved();
  }
}
