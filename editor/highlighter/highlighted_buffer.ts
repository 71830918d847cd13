/**
 * One buffer as the highlighter sees it: its tree, and which of its text has spans that are up to date.
 *
 * Invariants: H1. in `styled` ranges, the spans sent are those of a fresh parse of the newest text, or the buffer is not current; H2. what
 * was wanted is styled once the buffer is current.
 *
 * @module
 */

import type { PluginMessage, UpdateMessage } from "../plugins/messages.ts";
import { type Range, RangeSet } from "../plugins/range_set.ts";
import type { LoadedGrammar } from "../syntax/grammar.ts";
import { highlightRange, type ScopeSpan, type TreeView } from "../syntax/highlight.ts";
import { deadline, InjectionParser } from "../syntax/injections.ts";
import { ROOT, ScopeTable } from "../syntax/scope_table.ts";
import { type Now, SyntaxTree } from "../syntax/syntax_tree.ts";
import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import { affectedRange } from "./affected_range.ts";

/** A text up to this size is parsed at once when it is first shown, in UTF-16 units, as far as this many milliseconds go. */
const AT_ONCE = 65_536;
const AT_ONCE_MS = 40;

/** What a parse of a slice may take, in milliseconds. */
const SLICE_MS = 25;

/** What is parsed around a wanted range while the whole is not yet: so much before it, so much after. */
const SLICE_MARGIN = 8_192;

/** Spans that changed are sent again at once up to this much text; of more, the rest waits until it is wanted. */
const RESEND_LIMIT = 32_768;

/** The most that one call of `want` looks at: a line may be a megabyte long. */
export const WANT_LIMIT = 131_072;

export class HighlightedBuffer {
  readonly viewId: string;
  /** Whether there is a syntax tree, now or once it is parsed. */
  readonly hasTree: true = true;
  readonly #send: (message: PluginMessage) => void;
  readonly #syntax: SyntaxTree;
  readonly #scopes: ScopeTable;
  readonly #injections = new InjectionParser();
  readonly #styled = new RangeSet();
  /** What was wanted and could not be given yet. */
  readonly #owed = new RangeSet();
  #text: Rope;
  #revision: number;

  constructor(
    place: { readonly viewId: string; readonly text: Rope; readonly revision: number },
    grammar: LoadedGrammar,
    send: (message: PluginMessage) => void,
    now: Now,
  ) {
    this.viewId = place.viewId;
    this.#text = place.text;
    this.#revision = place.revision;
    this.#send = send;
    this.#syntax = new SyntaxTree(grammar, place.text, now);
    this.#scopes = new ScopeTable(grammar.language.scope);
  }

  /** Whether the tree is that of the newest text. */
  get isCurrent(): boolean {
    return this.#syntax.isCurrent;
  }

  /** The tree, where it is that of the newest text. Valid until the next call of anything here. */
  get view(): TreeView | undefined {
    const tree = this.#syntax.isCurrent ? this.#syntax.tree : undefined;
    if (tree === undefined) return undefined;
    return { tree, grammar: this.#syntax.grammar, text: this.#text, offset: 0, base: ROOT };
  }

  update({ delta, after, revision }: UpdateMessage): void {
    this.#syntax.edit(delta, after);
    this.#styled.apply(delta);
    this.#owed.apply(delta);
    this.#text = after;
    this.#revision = revision;
    if (this.#syntax.tree === undefined) this.#forgetLines(delta);
  }

  /** Parses for about `budgetMs` if anything of it is shown; true once nothing is left to do. Sends what looks different. */
  work(budgetMs: number): boolean {
    return this.#styled.isEmpty && this.#owed.isEmpty || this.parse(budgetMs);
  }

  /** Parses for about `budgetMs`, shown or not; true once the tree is current. */
  parse(budgetMs: number): boolean {
    if (!this.#syntax.work(budgetMs)) return false;
    const changed = this.#syntax.takeChanged();
    if (changed.length > 0 && !this.#styled.isEmpty) this.#resend(changed);
    const owed = [...this.#owed.ranges];
    this.#owed.clear();
    for (const { from, to } of owed) this.want(from, to);
    return true;
  }

  /** Everything that was wanted so far. */
  get wanted(): readonly Range[] {
    return [...this.#styled.ranges, ...this.#owed.ranges];
  }

  /** Sends the spans of [from, to) where they have not been sent. */
  want(from: number, to: number): void {
    const end = Math.min(to, this.#text.length, from + WANT_LIMIT);
    const missing = this.#styled.missing(from, end);
    if (missing.length === 0) return;
    if (this.#syntax.tree === undefined && this.#text.length <= AT_ONCE) this.#syntax.work(AT_ONCE_MS);
    const view = this.view;
    if (view === undefined) {
      if (this.#syntax.tree === undefined && this.#sendSlice(from, end)) this.#styled.add(from, end);
      else for (const range of missing) this.#owed.add(range.from, range.to);
      return;
    }
    for (const range of missing) {
      this.#sendSpans(range, highlightRange(view, range, this.#scopes, this.#injections));
      this.#styled.add(range.from, range.to);
    }
    this.#injections.release();
  }

  /** Sends the spans of the next part that has none, for a core that does not say what it shows; false when all are sent. */
  advance(length: number): boolean {
    const [next] = this.#styled.missing(0, this.#text.length);
    if (next === undefined || !this.isCurrent) return next !== undefined;
    this.want(next.from, Math.min(next.to, next.from + length));
    return true;
  }

  dispose(): void {
    this.#syntax.dispose();
    this.#injections.dispose();
  }

  /** Sends again what the last parse may have changed. */
  #resend(changed: readonly Range[]): void {
    const view = this.view!;
    let budget = RESEND_LIMIT;
    for (const range of affectedRange(changed, view, this.#injections)) {
      for (const part of this.#styled.common(range.from, range.to)) {
        const end = Math.min(part.to, part.from + budget);
        budget -= end - part.from;
        if (end > part.from) {
          this.#sendSpans(
            { from: part.from, to: end },
            highlightRange(view, { from: part.from, to: end }, this.#scopes, this.#injections),
          );
        }
        if (end < part.to) {
          this.#sendSpans({ from: end, to: part.to }, []);
          this.#styled.remove(end, part.to);
        }
      }
    }
    this.#injections.release();
  }

  /** While there is no tree yet: spans by a parse of what is around, which may be wrong about what began far above. */
  #sendSlice(from: number, to: number): boolean {
    const start = this.#text.lineStart(this.#text.lineAt(Math.max(0, from - SLICE_MARGIN)));
    const end = this.#text.snap(Math.min(this.#text.length, to + SLICE_MARGIN));
    if (start >= end || end - start > 2 * (WANT_LIMIT + SLICE_MARGIN)) return false;
    const slice = this.#text.slice(this.#text.snap(start), end);
    const parser = this.#syntax.grammar.newParser();
    const tree = parser.parse(slice.toString(), null, { progressCallback: deadline(SLICE_MS) });
    if (tree !== null) {
      const view = { tree, grammar: this.#syntax.grammar, text: slice, offset: start, base: ROOT };
      this.#sendSpans({ from, to }, highlightRange(view, { from, to }, this.#scopes, this.#injections));
      this.#injections.release();
      tree.delete();
    }
    parser.delete();
    return tree !== null;
  }

  /** While there is no tree, lines that are edited are wanted anew. */
  #forgetLines(delta: Delta): void {
    const summary = delta.summary();
    if (summary === undefined) return;
    const first = this.#text.lineAt(summary.from);
    const last = this.#text.lineAt(summary.from + summary.newLength);
    this.#styled.remove(this.#text.lineStart(first), this.#text.lineEnd(last));
  }

  #sendSpans({ from, to }: Range, spans: readonly ScopeSpan[]): void {
    const { viewId } = this;
    const scopes = this.#scopes.takeNew();
    if (scopes.length > 0) this.#send({ type: "add_scopes", viewId, scopes });
    this.#send({
      type: "update_spans",
      viewId,
      from,
      to,
      revision: this.#revision,
      spans: spans.map((span) => ({ from: span.from, to: span.to, scope: span.stack })),
    });
  }
}
