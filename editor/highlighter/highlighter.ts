/**
 * Our own plugin: colours by tree-sitter, indentation while typing, comments on and off. It speaks the plugin protocol, as values
 * (`../plugins/messages.ts`): inside the editor directly, as a process of its own through `main.ts`.
 *
 * A core that says what it shows (`want`) gets spans for that alone, in the same turn; for one that does not, `advance` goes through
 * the whole text in idle time.
 *
 * @module
 */

import { messageOf } from "../../core/errors.ts";
import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import type { BufferInfo, CoreMessage, PluginMessage, UpdateMessage } from "../plugins/messages.ts";
import { RangeSet } from "../plugins/range_set.ts";
import { toggleComment } from "../syntax/comment.ts";
import type { TreeView } from "../syntax/highlight.ts";
import { type LineRange, reindent } from "../syntax/indent.ts";
import { languageNamed } from "../syntax/language_of.ts";
import { PLAIN_TEXT } from "../syntax/languages.ts";
import type { Now } from "../syntax/syntax_tree.ts";
import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import { autoIndent, indentStyleOf } from "./auto_indent.ts";
import type { HighlightedBuffer } from "./highlighted_buffer.ts";
import type { MarkdownBuffer } from "./markdown_buffer.ts";

/** The name under which front ends and cores know the plugin that comments and indents. */
export const COMPATIBLE_NAME = "xi-syntect-plugin";

/** The priority of indentation: below the person's, so that the caret stays behind it. */
const INDENT_PRIORITY = 100;

/** A grammar reads so much text at most; a larger file stays plain, in UTF-16 units. */
const SIZE_LIMIT = 64 * 1024 * 1024;

/** What colours; loaded when the plugin is started, because it is large. */
interface Engine {
  readonly loadGrammar: typeof import("../syntax/grammar.ts").loadGrammar;
  readonly HighlightedBuffer: typeof HighlightedBuffer;
  readonly MarkdownBuffer: typeof MarkdownBuffer;
}

interface Entry {
  readonly viewId: string;
  text: Rope;
  revision: number;
  language: string;
  config: JsonObject;
  highlighted: HighlightedBuffer | MarkdownBuffer | undefined;
  /** What was wanted before there was anything to give. */
  readonly wanted: RangeSet;
  /** The engine broke over this text: it stays plain until it is in another language or opened again. */
  hasFailed: boolean;
}

export interface HighlighterOptions {
  readonly now?: Now;
  /** Told what cannot be loaded. */
  readonly report?: (problem: string) => void;
}

export class Highlighter {
  readonly #send: (message: PluginMessage) => void;
  readonly #now: Now;
  readonly #report: (problem: string) => void;
  readonly #entries = new Map<string, Entry>();
  #engine: Engine | undefined;

  constructor(send: (message: PluginMessage) => void, options: HighlighterOptions = {}) {
    this.#send = send;
    this.#now = options.now ?? (() => performance.now());
    this.#report = options.report ?? (() => {});
  }

  /** Starts what parses; resolves when it runs or cannot. Buffers heard of before are coloured then. */
  async start(): Promise<void> {
    try {
      const [{ startEngine, loadGrammar }, { HighlightedBuffer }, { MarkdownBuffer }] = await Promise.all([
        import("../syntax/grammar.ts"),
        import("./highlighted_buffer.ts"),
        import("./markdown_buffer.ts"),
      ]);
      await startEngine();
      this.#engine = { loadGrammar, HighlightedBuffer, MarkdownBuffer };
    } catch (error) {
      this.#report(`Cannot highlight: ${messageOf(error)}`);
      return;
    }
    for (const entry of this.#entries.values()) if (entry.highlighted === undefined) this.#begin(entry);
  }

  /** Takes what the core says. */
  receive(message: CoreMessage): void {
    switch (message.type) {
      case "initialize":
      case "new_buffer":
        for (const info of message.buffers) this.#open(info);
        return;
      case "update":
        return this.#update(message);
      case "did_close":
        return this.#close(message.viewId);
      case "config_changed":
        return this.#with(message.viewId, (entry) => entry.config = { ...entry.config, ...message.changes });
      case "language_changed":
        return this.#with(message.viewId, (entry) => {
          if (entry.language === message.language) return;
          this.#end(entry);
          entry.language = message.language;
          entry.hasFailed = false;
          this.#begin(entry);
        });
      case "custom_command":
        return this.#with(message.viewId, (entry) => this.#command(entry, message.method, message.params));
    }
  }

  /** The core shows [from, to) of a buffer now. */
  want(viewId: string, from: number, to: number): void {
    const entry = this.#entries.get(viewId);
    if (entry === undefined) return;
    if (entry.highlighted === undefined) entry.wanted.add(from, to);
    else this.#guard(entry, undefined, (highlighted) => highlighted.want(from, to));
  }

  /** Parses a buffer for about `budgetMs` if anything of it is shown; true once nothing is left to do. */
  work(viewId: string, budgetMs: number): boolean {
    return this.#guard(this.#entries.get(viewId), true, (highlighted) => highlighted.work(budgetMs));
  }

  /** Parses a buffer, shown or not, for about `budgetMs`; true once nothing is left to do. */
  parse(viewId: string, budgetMs: number): boolean {
    return this.#guard(this.#entries.get(viewId), true, (highlighted) => highlighted.parse(budgetMs));
  }

  /** Goes on with the spans of everything; false when there is nothing left. */
  advance(viewId: string, length: number): boolean {
    return this.#guard(this.#entries.get(viewId), false, (highlighted) => highlighted.advance(length));
  }

  /** Whether the tree of a buffer, if it has one, is that of the newest text. */
  isCurrent(viewId: string): boolean {
    return this.#entries.get(viewId)?.highlighted?.isCurrent ?? true;
  }

  /** The tree of a buffer where it is that of the newest text after parsing for about `budgetMs`. Valid in this turn. */
  tree(viewId: string, budgetMs: number): TreeView | undefined {
    return this.#guard(this.#entries.get(viewId), undefined, (highlighted) => {
      highlighted.parse(budgetMs);
      return highlighted.view;
    });
  }

  /** The lines of a buffer that is coloured by lines, with what is left open before each; undefined for any other. */
  lines(viewId: string): MarkdownBuffer | undefined {
    const highlighted = this.#entries.get(viewId)?.highlighted;
    return highlighted?.hasTree === false ? highlighted : undefined;
  }

  /** Whether a buffer can have a tree. */
  hasTree(viewId: string): boolean {
    return this.#entries.get(viewId)?.highlighted?.hasTree === true;
  }

  /** Forgets everything. */
  dispose(): void {
    for (const viewId of [...this.#entries.keys()]) this.#close(viewId);
  }

  #open({ views, text, revision, language, config }: BufferInfo): void {
    const viewId = views[0];
    if (viewId === undefined) return;
    this.#close(viewId);
    const entry: Entry = {
      viewId,
      text,
      revision,
      language,
      config,
      highlighted: undefined,
      wanted: new RangeSet(),
      hasFailed: false,
    };
    this.#entries.set(viewId, entry);
    this.#begin(entry);
  }

  #begin(entry: Entry): void {
    if (this.#engine === undefined || entry.hasFailed || entry.text.length > SIZE_LIMIT) return;
    const { loadGrammar, HighlightedBuffer, MarkdownBuffer } = this.#engine;
    try {
      const grammar = loadGrammar(languageNamed(entry.language) ?? PLAIN_TEXT);
      if (grammar !== undefined) {
        entry.highlighted = new HighlightedBuffer(entry, grammar, this.#send, this.#now);
      } else if (entry.language === "Markdown") entry.highlighted = new MarkdownBuffer(entry, this.#send);
      else return;
      for (const { from, to } of entry.wanted.ranges) entry.highlighted.want(from, to);
      entry.wanted.clear();
    } catch (error) {
      this.#report(`Cannot highlight ${entry.language}: ${messageOf(error)}`);
    }
  }

  #end(entry: Entry): void {
    if (entry.highlighted === undefined) return;
    for (const { from, to } of entry.highlighted.wanted) entry.wanted.add(from, to);
    this.#dispose(entry);
    const { viewId, revision, text } = entry;
    this.#send({ type: "update_spans", viewId, from: 0, to: text.length, revision, spans: [] });
  }

  #close(viewId: string): void {
    const entry = this.#entries.get(viewId);
    if (entry !== undefined) this.#dispose(entry);
    this.#entries.delete(viewId);
  }

  #dispose(entry: Entry): void {
    try {
      entry.highlighted?.dispose();
    } catch (error) {
      this.#report(`Cannot free what coloured ${entry.language}: ${messageOf(error)}`);
    }
    entry.highlighted = undefined;
  }

  /** Does something with what colours a buffer. An engine that breaks costs the colours, nothing else. */
  #guard<T>(
    entry: Entry | undefined,
    otherwise: T,
    use: (highlighted: HighlightedBuffer | MarkdownBuffer) => T,
  ): T {
    if (entry?.highlighted === undefined) return otherwise;
    try {
      return use(entry.highlighted);
    } catch (error) {
      this.#report(`Cannot go on colouring ${entry.language}: ${messageOf(error)}`);
      entry.hasFailed = true;
      this.#end(entry);
      return otherwise;
    }
  }

  #with(viewId: string, use: (entry: Entry) => void): void {
    const entry = this.#entries.get(viewId);
    if (entry !== undefined) use(entry);
  }

  #update(message: UpdateMessage): void {
    this.#with(message.viewId, (entry) => {
      entry.text = message.after;
      entry.revision = message.revision;
      this.#guard(entry, undefined, (highlighted) => highlighted.update(message));
      entry.wanted.apply(message.delta);
      if (message.author !== "core") return;
      const language = languageNamed(entry.language);
      if (language === undefined || language === PLAIN_TEXT) return;
      this.#edit(entry, autoIndent(message, language, entry.config), message.group);
    });
  }

  #command(entry: Entry, method: string, params: Json): void {
    const language = languageNamed(entry.language);
    const lines = lineRanges(params, entry.text.lines);
    if (language === undefined || lines.length === 0) return;
    if (method === "toggle_comment") this.#edit(entry, toggleComment(entry.text, lines, language), undefined);
    if (method === "reindent") {
      this.#edit(entry, reindent(entry.text, lines, language, indentStyleOf(entry.config)), undefined);
    }
  }

  #edit(entry: Entry, delta: Delta, group: number | undefined): void {
    if (delta.isIdentity) return;
    const { viewId, revision } = entry;
    this.#send({
      type: "edit",
      viewId,
      revision,
      delta,
      priority: INDENT_PRIORITY,
      group,
      author: COMPATIBLE_NAME,
    });
  }
}

/** Lines as the core names them: `[[first, end], …]`, ascending and apart. */
function lineRanges(params: Json, lines: number): LineRange[] {
  const list = isObject(params) ? params["lines"] : params;
  if (!Array.isArray(list)) return [];
  const ranges: LineRange[] = [];
  for (const item of list) {
    if (!Array.isArray(item) || typeof item[0] !== "number" || typeof item[1] !== "number") continue;
    const first = Math.max(Math.floor(item[0]), ranges.at(-1)?.end ?? 0);
    const end = Math.min(Math.ceil(item[1]), lines);
    if (first < end) ranges.push({ first, end });
  }
  return ranges;
}
