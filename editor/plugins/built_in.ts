/**
 * The highlighter inside the editor: the same plugin and the same messages, without a process between. It is told of every buffer,
 * asked for the spans of what is shown, and parses what is left in slices while nothing else happens.
 *
 * @module
 */

import type { Json, JsonObject } from "../../core/json.ts";
import type { Buffer, BufferChange } from "../buffers.ts";
import { COMPATIBLE_NAME, Highlighter } from "../highlighter/highlighter.ts";
import { languageNamed, languageOf, openingLines } from "../syntax/language_of.ts";
import type { TreeView } from "../syntax/highlight.ts";
import { PLAIN_TEXT } from "../syntax/languages.ts";
import type { PluginMessage } from "./messages.ts";

/** The number of the built-in plugin: its layer lies under all others. */
export const BUILT_IN_ID = 0;

/** What may be spent on parsing between an edit and its frame, in milliseconds. */
const FRAME_BUDGET_MS = 6;

/** A change in more places than this is parsed after its frame. */
const BROAD = 500;

/** One slice of what is left, in milliseconds; a key pressed meanwhile waits no longer. */
const SLICE_MS = 4;

/** How long a first frame waits for its colours, in milliseconds. */
const FIRST_FRAME_MS = 150;

export interface BuiltInOptions {
  readonly report: (problem: string) => void;
  readonly now: () => number;
  readonly isOff: boolean;
}

export class BuiltIn {
  /** The name by which front ends reach it. */
  static readonly label: string = COMPATIBLE_NAME;

  readonly #highlighter: Highlighter;
  readonly #isOff: boolean;
  readonly #buffers = new Map<string, Buffer>();
  readonly #unfinished = new Set<Buffer>();
  /** Changed in so many places that no parse would be done before the frame. */
  readonly #broad = new Set<Buffer>();
  #ready: Promise<void> | undefined;
  #isReady = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param take carries out what the plugin says */
  constructor(
    take: (buffer: Buffer, message: PluginMessage) => void,
    { report, now, isOff }: BuiltInOptions,
  ) {
    this.#isOff = isOff;
    this.#highlighter = new Highlighter((message) => {
      const buffer = this.#buffers.get(message.viewId);
      if (buffer === undefined) return;
      try {
        take(buffer, message);
      } catch (error) {
        report(`Cannot take what the highlighter says: ${String(error)}`);
      }
    }, { report, now });
  }

  /** Starts what parses, in the background; later calls do nothing. */
  start(): void {
    if (this.#isOff) return;
    // In a turn of its own: the answer to whoever starts the editor comes first.
    const turn = new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.#ready ??= turn.then(() => this.#highlighter.start()).then(() => {
      this.#isReady = true;
      for (const buffer of this.#buffers.values()) this.#goOn(buffer);
    });
  }

  /** What a first frame waits for: undefined where the language has no colours, or they are ready. */
  starting(buffer: Buffer): Promise<void> | undefined {
    if (this.#ready === undefined || this.#isReady) return undefined;
    const language = languageNamed(this.#languageOf(buffer));
    if (language === undefined || language === PLAIN_TEXT) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => timer = setTimeout(resolve, FIRST_FRAME_MS));
    return Promise.race([this.#ready, patience]).finally(() => clearTimeout(timer));
  }

  get ready(): Promise<void> {
    return this.#ready ?? Promise.resolve();
  }

  opened(buffer: Buffer, config: JsonObject): void {
    if (this.#isOff) return;
    const viewId = keyOf(buffer);
    this.#buffers.set(viewId, buffer);
    const { text, revision, path } = buffer;
    const language = this.#languageOf(buffer);
    this.#highlighter.receive({
      type: "new_buffer",
      buffers: [{ bufferId: buffer.id, views: [viewId], revision, text, path, language, config }],
    });
  }

  edited({ buffer, delta, before, after, revision, group, kind, author }: BufferChange): void {
    if (this.#isOff) return;
    const viewId = keyOf(buffer);
    if (delta.size > BROAD) this.#broad.add(buffer);
    this.#highlighter.receive({
      type: "update",
      viewId,
      delta,
      before,
      after,
      revision,
      group,
      kind,
      author,
    });
  }

  languageChanged(buffer: Buffer): void {
    if (this.#isOff) return;
    this.#highlighter.receive({
      type: "language_changed",
      viewId: keyOf(buffer),
      language: this.#languageOf(buffer),
    });
    this.#goOn(buffer);
  }

  configured(buffer: Buffer, changes: JsonObject): void {
    if (!this.#isOff) this.#highlighter.receive({ type: "config_changed", viewId: keyOf(buffer), changes });
  }

  command(buffer: Buffer, method: string, params: Json): void {
    if (!this.#isOff) {
      this.#highlighter.receive({ type: "custom_command", viewId: keyOf(buffer), method, params });
    }
  }

  closed(buffer: Buffer): void {
    this.#highlighter.receive({ type: "did_close", viewId: keyOf(buffer) });
    this.#buffers.delete(keyOf(buffer));
    this.#unfinished.delete(buffer);
    this.#broad.delete(buffer);
  }

  /** Parses what has changed for about `budgetMs`: by default as far as the time until the frame goes. */
  work(buffer: Buffer, budgetMs: number = FRAME_BUDGET_MS): void {
    if (this.#broad.delete(buffer) || !this.#highlighter.work(keyOf(buffer), budgetMs)) this.#goOn(buffer);
  }

  isCurrent(buffer: Buffer): boolean {
    return this.#highlighter.isCurrent(keyOf(buffer));
  }

  want(buffer: Buffer, from: number, to: number): void {
    this.#highlighter.want(keyOf(buffer), from, to);
    if (!this.isCurrent(buffer)) this.#goOn(buffer);
  }

  /** The tree of the newest text, if it is there after one slice of parsing. */
  tree(buffer: Buffer): TreeView | undefined {
    return this.#highlighter.tree(keyOf(buffer), SLICE_MS);
  }

  /** What colours a buffer by lines; undefined for one with a tree. */
  lines(buffer: Buffer): ReturnType<Highlighter["lines"]> {
    return this.#highlighter.lines(keyOf(buffer));
  }

  hasTree(buffer: Buffer): boolean {
    return this.#highlighter.hasTree(keyOf(buffer));
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unfinished.clear();
    this.#highlighter.dispose();
    this.#buffers.clear();
  }

  /** Its own, or what its file says where no front end has looked yet. */
  #languageOf({ language, path, text }: Buffer): string {
    return language !== "" ? language : languageOf({ path, ...openingLines(text) }).name;
  }

  #goOn(buffer: Buffer): void {
    this.#unfinished.add(buffer);
    this.#timer ??= setTimeout(() => this.#slice(), 0);
  }

  #slice(): void {
    this.#timer = undefined;
    const end = performance.now() + SLICE_MS;
    for (const buffer of [...this.#unfinished]) {
      if (this.#highlighter.work(keyOf(buffer), Math.max(0, end - performance.now()))) {
        this.#unfinished.delete(buffer);
      }
      if (performance.now() >= end) break;
    }
    if (this.#unfinished.size > 0) this.#timer ??= setTimeout(() => this.#slice(), 0);
  }
}

function keyOf(buffer: Buffer): string {
  return `buffer-${buffer.id}`;
}
