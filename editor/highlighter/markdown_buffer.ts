/**
 * A Markdown buffer as the highlighter sees it: the state at the start of each line, known as far as it was needed, and code blocks coloured by the
 * grammars of their languages.
 *
 * Invariant: M1. `states` are those of the newest text; after an edit they are computed again until they meet what they were.
 *
 * @module
 */

import type { PluginMessage, ScopeRange, UpdateMessage } from "../plugins/messages.ts";
import { type Range, RangeSet } from "../plugins/range_set.ts";
import { loadGrammar } from "../syntax/grammar.ts";
import type { TreeView } from "../syntax/highlight.ts";
import { highlightRange } from "../syntax/highlight.ts";
import { InjectionParser } from "../syntax/injections.ts";
import { languageCalled } from "../syntax/language_of.ts";
import { ROOT, ScopeTable } from "../syntax/scope_table.ts";
import type { Rope } from "../text/rope.ts";
import { WANT_LIMIT } from "./highlighted_buffer.ts";
import { LINE_LIMIT, type LineState, piecesOf, sameState, stateAfter, TEXT } from "./markdown_lines.ts";

const ROOT_SCOPE = "text.html.markdown";
const SUFFIX = "markdown";

export class MarkdownBuffer {
  readonly viewId: string;
  /** Whether there is a syntax tree, now or once it is parsed. */
  readonly hasTree: false = false;
  readonly #send: (message: PluginMessage) => void;
  readonly #scopes = new ScopeTable(ROOT_SCOPE);
  readonly #injections = new InjectionParser();
  readonly #styled = new RangeSet();
  #text: Rope;
  #revision: number;
  /** The state before each line; the first is before line 0. */
  #states: LineState[] = [TEXT];

  constructor(
    place: { readonly viewId: string; readonly text: Rope; readonly revision: number },
    send: (message: PluginMessage) => void,
  ) {
    this.viewId = place.viewId;
    this.#text = place.text;
    this.#revision = place.revision;
    this.#send = send;
  }

  get isCurrent(): boolean {
    return true;
  }

  /** There is no tree. */
  get view(): TreeView | undefined {
    return undefined;
  }

  get wanted(): readonly Range[] {
    return [...this.#styled.ranges];
  }

  update({ delta, before, after, revision }: UpdateMessage): void {
    const summary = delta.summary();
    this.#text = after;
    this.#revision = revision;
    this.#styled.apply(delta);
    if (summary === undefined) return;
    const first = after.lineAt(summary.from);
    const oldEnd = before.lineAt(summary.to);
    const newEnd = after.lineAt(summary.from + summary.newLength);
    const old = this.#states;
    this.#states = old.slice(0, first + 1);
    // States are followed until they are what they were behind the change; from there on the old ones are right.
    let line = newEnd + 1;
    for (; line <= after.lines; line++) {
      const was = old[line - newEnd + oldEnd];
      if (was === undefined) break;
      if (!sameState(this.#stateBefore(line), was)) continue;
      for (let at = line - newEnd + oldEnd; at < old.length; at++) {
        this.#states[at - oldEnd + newEnd] = old[at]!;
      }
      break;
    }
    this.#changed = [
      ...this.#changed.map((range) => ({
        from: delta.mapOffset(range.from, -1),
        to: delta.mapOffset(range.to, 1),
      })),
      {
        from: this.#blockStart(Math.max(0, first - 1)),
        to: this.#blockEnd(Math.min(after.lines - 1, line)),
      },
    ];
  }

  #changed: Range[] = [];

  /** Sends again what changed where it was sent. There is nothing to wait for. */
  work(_budgetMs: number): boolean {
    const changed = this.#changed;
    this.#changed = [];
    for (const { from, to } of changed) {
      for (const part of this.#styled.common(from, to)) this.#sendSpans(part);
    }
    return true;
  }

  parse(budgetMs: number): boolean {
    return this.work(budgetMs);
  }

  want(from: number, to: number): void {
    const end = Math.min(to, this.#text.length, from + WANT_LIMIT);
    for (const range of this.#styled.missing(from, end)) {
      this.#sendSpans(range);
      this.#styled.add(range.from, range.to);
    }
  }

  advance(length: number): boolean {
    const [next] = this.#styled.missing(0, this.#text.length);
    if (next === undefined) return false;
    this.want(next.from, Math.min(next.to, next.from + length));
    return true;
  }

  dispose(): void {
    this.#injections.dispose();
  }

  #stateBefore(line: number): LineState {
    for (let at = this.#states.length; at <= line; at++) {
      this.#states[at] = stateAfter(this.#line(at - 1), this.#states[at - 1]!, at === 1);
    }
    return this.#states[line]!;
  }

  #line(line: number): string {
    if (line >= this.#text.lines) return "";
    const start = this.#text.lineStart(line);
    const end = this.#text.lineEnd(line);
    return this.#text.sliceString(
      start,
      end - start > LINE_LIMIT ? this.#text.snap(start + LINE_LIMIT + 1) : end,
    ).replace(/\r$/, "");
  }

  /** Where the code block that holds a line begins, else the line. */
  #blockStart(line: number): number {
    let at = line;
    while (at > 0 && isCode(this.#stateBefore(at))) at--;
    return this.#text.lineStart(at);
  }

  #blockEnd(line: number): number {
    let at = line;
    while (at + 1 < this.#text.lines && isCode(this.#stateBefore(at + 1))) at++;
    return this.#text.lineStart(at + 1);
  }

  /** The spans of a part, with scopes of `table`. */
  spansOf({ from, to }: Range, table: ScopeTable): ScopeRange[] {
    const spans: ScopeRange[] = [];
    const last = this.#text.lineAt(to);
    for (let line = this.#text.lineAt(from); line <= last; line++) {
      const state = this.#stateBefore(line);
      if (isCode(state)) {
        const end = this.#codeEnd(line, state);
        if (end > line) {
          this.#code(line, end, state, { from, to }, table, spans);
          line = end - 1;
          continue;
        }
      }
      this.#lineSpans(line, state, { from, to }, table, spans);
    }
    this.#injections.release();
    return spans;
  }

  #sendSpans({ from, to }: Range): void {
    const spans = this.spansOf({ from, to }, this.#scopes);
    const { viewId } = this;
    const scopes = this.#scopes.takeNew();
    if (scopes.length > 0) this.#send({ type: "add_scopes", viewId, scopes });
    this.#send({ type: "update_spans", viewId, from, to, revision: this.#revision, spans });
  }

  #lineSpans(
    line: number,
    state: LineState,
    { from, to }: Range,
    table: ScopeTable,
    spans: ScopeRange[],
  ): void {
    const start = this.#text.lineStart(line);
    for (
      const piece of piecesOf(this.#line(line), state, this.#stateBefore(line + 1), this.#line(line + 1))
    ) {
      const span = { from: Math.max(from, start + piece.from), to: Math.min(to, start + piece.to) };
      if (span.from >= span.to) continue;
      let scope = ROOT;
      for (const one of piece.scope.split(" ")) scope = table.push(scope, `${one}.${SUFFIX}`);
      spans.push({ ...span, scope });
    }
  }

  /** The line after the last one of code from `line` on. */
  #codeEnd(line: number, state: LineState): number {
    let end = line;
    while (end < this.#text.lines && sameState(this.#stateBefore(end + 1), state)) end++;
    return end;
  }

  /** The spans of code that goes on to before line `end`, parsed from where its block begins. */
  #code(
    line: number,
    end: number,
    state: LineState,
    { from, to }: Range,
    table: ScopeTable,
    spans: ScopeRange[],
  ): void {
    let first = line;
    while (
      first > 0 && sameState(this.#stateBefore(first - 1), state) &&
      sameState(this.#stateBefore(first), state)
    ) first--;
    if (!sameState(this.#stateBefore(first), state)) first++;
    const block = { from: this.#text.lineStart(first), to: this.#text.lineStart(end) };
    const base = table.push(ROOT, `markup.raw.block.${SUFFIX}`);
    const shown = { from: Math.max(from, this.#text.lineStart(line)), to: Math.min(to, block.to) };
    const coloured = this.#embedded(state.language, block, shown, base, table);
    let at = shown.from;
    for (const span of coloured) {
      if (span.from > at) spans.push({ from: at, to: span.from, scope: base });
      spans.push(span);
      at = span.to;
    }
    if (at < shown.to) spans.push({ from: at, to: shown.to, scope: base });
  }

  #embedded(word: string, block: Range, shown: Range, base: number, table: ScopeTable): ScopeRange[] {
    const language = languageCalled(word);
    if (language?.grammar === undefined || shown.from >= shown.to) return [];
    try {
      const grammar = loadGrammar(language);
      const piece = grammar && this.#injections.parse(grammar, this.#text, block, shown);
      if (grammar === undefined || piece === undefined) return [];
      const view = { ...piece, grammar, base: table.push(base, language.scope) };
      return highlightRange(view, shown, table, this.#injections)
        .map(({ from, to, stack }) => ({ from, to, scope: stack }));
    } catch {
      // A grammar that cannot be loaded is told for its own files.
      return [];
    }
  }
}

/** Whether the line after such a state is in another language. */
function isCode({ kind }: LineState): boolean {
  return kind === "fence" || kind === "matter";
}
