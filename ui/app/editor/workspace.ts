/**
 * The open files of this window. They live as long as the page does, whatever view is shown, and are remembered over a reload.
 *
 * @module
 */

import { announce } from "../state/announce.ts";
import { counted } from "../parts/counted.ts";
import { effect, signal } from "@preact/signals";
import type { App } from "../state/app.ts";
import { hrefOf, navigate, route } from "../state/route.ts";
import { showToast } from "../state/toasts.ts";
import { waitingChanges } from "./changes/waiting_changes.ts";
import { wrapLines } from "./code/code_habits.ts";
import { codeExtensions } from "./code/code_extensions.ts";
import { OpenText } from "./open_text.ts";

const KEY = "symphony.editor.files";
const BESIDE_KEY = "symphony.editor.beside";
/** Larger files are not for a browser's editor: the text would be there several times. */
export const MOST_BYTES = 48 * 1024 * 1024;

export class EditorWorkspace {
  readonly texts = signal<readonly OpenText[]>([]);
  /** Where to go in a file as soon as it is there: line and column from 0. */
  readonly wanted = new Map<string, { readonly line: number; readonly character: number }>();
  /** The contradiction whose both sides are to be shown. */
  readonly shownConflict = signal<string | undefined>(undefined);
  /** The text that is to be closed and is not saved: the person is asked. */
  readonly closing = signal<OpenText | undefined>(undefined);
  /** The file in the second pane; shown where it is another than that of the address. */
  readonly beside = signal<string | undefined>(sessionStorage.getItem(BESIDE_KEY) ?? undefined);
  /** Whether the keys mean the second pane. */
  readonly isBesideFocused = signal(false);
  readonly #app: App;

  constructor(app: App) {
    this.#app = app;
    // Whose a set is may be known later than its places; they are drawn anew in their author's colour.
    effect(() => {
      void waitingChanges.value;
      for (const text of this.texts.peek()) {
        if (text.state.peek() === "open") void text.reviewing.look().catch(() => undefined);
      }
    });
    addEventListener("beforeunload", (event) => {
      if (this.texts.peek().some((text) => text.isBehind.peek())) event.preventDefault();
    });
  }

  /** Files that were open before a reload, in their order. */
  remembered(): readonly string[] {
    try {
      const kept: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter((file) => typeof file === "string") : [];
    } catch {
      return [];
    }
  }

  /** The open text of the file, opened where it is not. */
  open(file: string): OpenText {
    const known = this.texts.peek().find((text) => text.file === file);
    if (known !== undefined) return known;
    const text = new OpenText({
      file,
      live: this.#app.live,
      extensions: (one, doc) =>
        codeExtensions(one, doc, this.#app.client, {
          accept: (hunk) => one.reviewing.decide(hunk, "accept"),
          reject: (hunk) => one.reviewing.decide(hunk, "reject"),
          wrap: (view) => {
            wrapLines(view, one.file);
            return true;
          },
          definition: () => this.#app.commands.run("editor.definition"),
          show: ({ conflict }) => this.shownConflict.value = conflict.id,
        }),
      onRefused: (why) => showToast({ look: "warn", title: "Cannot decide", text: why }),
    });
    this.#set([...this.texts.peek(), text]);
    return text;
  }

  /** Closes the file, once the person has said what becomes of what is not saved. */
  askToClose(file: string): void {
    const text = this.texts.peek().find((one) => one.file === file);
    if (text?.isUnsaved.peek() === true && text.state.peek() !== "failed") this.closing.value = text;
    else this.close(file);
  }

  /** Closes the file. What is not saved is kept for the next time, unless it is to be discarded. */
  close(file: string, discard = false): void {
    const texts = this.texts.peek();
    const at = texts.findIndex((text) => text.file === file);
    if (at < 0) return;
    texts[at]?.close(discard);
    if (this.beside.peek() === file) this.endBeside();
    const left = texts.filter((text) => text.file !== file);
    this.#set(left);
    if (route.peek().path === file) {
      navigate(hrefOf("editor", left[Math.min(at, left.length - 1)]?.file ?? ""), true);
    }
  }

  /** Shows the file: where it is shown already, else in the first pane. */
  show(file: string): void {
    if (!this.#focusBeside(file)) navigate(hrefOf("editor", file));
  }

  /** Shows the file in the second pane; what was there, or the file before, takes its place in the first. */
  showBeside(file: string): void {
    const before = this.beside.peek();
    if (route.peek().path === file) {
      const others = this.texts.peek().filter((text) => text.file !== file);
      const next = others.find((text) => text.file === before) ?? others.at(-1);
      navigate(hrefOf("editor", next?.file ?? ""), true);
    }
    this.beside.value = file;
    sessionStorage.setItem(BESIDE_KEY, file);
  }

  /** One pane again; `file` is shown in it, where it is given. */
  endBeside(file?: string): void {
    this.beside.value = undefined;
    this.isBesideFocused.value = false;
    sessionStorage.removeItem(BESIDE_KEY);
    if (file !== undefined) navigate(hrefOf("editor", file), true);
  }

  #focusBeside(file: string): boolean {
    if (this.beside.peek() !== file || route.peek().path === file) return false;
    const view = this.texts.peek().find((text) => text.file === file)?.view;
    view?.focus();
    return view !== undefined;
  }

  /** Shows a place of a file. */
  goTo(file: string, line: number, character: number): void {
    this.wanted.set(file, { line, character });
    if (this.#focusBeside(file) || route.peek().path === file) this.texts.value = [...this.texts.peek()];
    if (!this.isBesideFocused.peek() || this.beside.peek() !== file) navigate(hrefOf("editor", file));
  }

  /** Takes everything of a set but its contradictions, which go on waiting. */
  async acceptSet(text: OpenText, changeSet: string): Promise<void> {
    const conflicts = text.reviewing.reviews.peek().find((review) => review.changeSet === changeSet)?.buffers
      .some((buffer) => buffer.conflicts.length > 0);
    if (conflicts !== true) text.reviewing.forget(changeSet);
    await text.reviewing.decided();
    let canTakeBack = false;
    const act = async () => {
      canTakeBack = await text.ask("changes.accept", { changeSet });
    };
    if (!await this.#told(`accept ${changeSet}`, act, text) || !canTakeBack) return;
    showToast({
      look: "good",
      title: "Accepted",
      text: "Undo lets its places wait again",
      action: { title: "Undo", run: () => void this.takeBack(text, changeSet) },
    });
  }

  /** What was accepted at once last of a set waits again, in open texts. */
  async takeBack(text: OpenText, changeSet: string): Promise<void> {
    let places = 0;
    const act = async () => {
      places = await text.ask("changes.takeBack", { changeSet, what: "last" });
    };
    if (!await this.#told(`take ${changeSet} back`, act, text)) return;
    if (places > 0) return announce(`${counted(places, "place")} wait${places === 1 ? "s" : ""} again`);
    showToast({ look: "warn", title: "Nothing can wait again", text: "It was too long ago" });
  }

  async rejectSet(text: OpenText, changeSet: string): Promise<void> {
    text.reviewing.forget(changeSet);
    await text.reviewing.decided();
    await this.#told(`reject ${changeSet}`, () => text.ask("changes.undo", { changeSet }), text);
  }

  async #told(what: string, act: () => Promise<unknown>, text: OpenText): Promise<boolean> {
    try {
      await act();
      await text.reviewing.look();
      return true;
    } catch (error) {
      showToast({
        look: "bad",
        title: `Cannot ${what}`,
        text: error instanceof Error ? error.message : `${error}`,
      });
      return false;
    }
  }

  #set(texts: readonly OpenText[]): void {
    this.texts.value = texts;
    sessionStorage.setItem(KEY, JSON.stringify(texts.map(({ file }) => file)));
  }
}

let made: EditorWorkspace | undefined;

/** The page's one. */
export function workspaceOf(app: App): EditorWorkspace {
  return made ??= new EditorWorkspace(app);
}
