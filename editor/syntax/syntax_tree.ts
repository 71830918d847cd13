/**
 * The syntax tree of a text that changes: parsed in slices, so that nobody waits for a large file, and again after each change, keeping
 * what the change did not touch.
 *
 * Invariants: S1. `tree`, if any, is the tree of `text`, or has been told of changes since and waits for a parse; S2. the first parse is
 * finished on the snapshot it began with, however much is typed meanwhile, so typing never starves it; a later one is given up for newer
 * text only after `PATIENCE_MS`, because half-written code can take seconds that the next key saves; S3. `changed` ranges together cover all text whose highlighting
 * may differ from what the tree before gave.
 *
 * @module
 */

import type { Parser, Tree } from "web-tree-sitter";
import type { Delta } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import type { LoadedGrammar } from "./grammar.ts";
import { editTree } from "./tree_edit.ts";

/** A range of the text, in UTF-16 units. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** How long a parse may take before newer text is parsed in its place, in milliseconds of parsing. */
const PATIENCE_MS = 150;

/** More changes than this without a parse are not kept. */
const PENDING_LIMIT = 1_000;

/** Reads the time, in milliseconds. */
export type Now = () => number;

export class SyntaxTree {
  readonly grammar: LoadedGrammar;
  readonly #parser: Parser;
  readonly #now: Now;
  #tree: Tree | undefined;
  #text: Rope;
  /** The newest text. */
  #head: Rope;
  /** Changes since the text that is being parsed, or since `#text` if none is. */
  #pending: { readonly delta: Delta; readonly after: Rope }[] = [];
  /** What is being parsed. */
  #parsing: Rope | undefined;
  /** The text up to which the tree has been told of changes. */
  #told: Rope;
  /** How long the parse has taken so far. */
  #spent = 0;
  #changed: TextRange[];

  constructor(grammar: LoadedGrammar, text: Rope, now: Now) {
    this.grammar = grammar;
    this.#parser = grammar.newParser();
    this.#now = now;
    this.#text = text;
    this.#head = text;
    this.#told = text;
    this.#changed = [{ from: 0, to: text.length }];
  }

  /** The tree of `text`; undefined until the first parse is done. Valid until the next call of `work`, `edit` or `dispose`. */
  get tree(): Tree | undefined {
    return this.#tree;
  }

  /** The text of `tree`. */
  get text(): Rope {
    return this.#text;
  }

  /** Whether the tree is that of the newest text. */
  get isCurrent(): boolean {
    return this.#tree !== undefined && this.#text === this.#head && this.#parsing === undefined;
  }

  /** Takes note of a change of the newest text. */
  edit(delta: Delta, after: Rope): void {
    this.#pending.push({ delta, after });
    this.#head = after;
    if (this.#pending.length > PENDING_LIMIT && this.#parsing === undefined) this.#forget();
  }

  /** Nobody has asked for long: the next parse is a first one. */
  #forget(): void {
    this.#tree?.delete();
    this.#tree = undefined;
    this.#pending = [];
    this.#text = this.#head;
    this.#told = this.#head;
    this.#changed = [{ from: 0, to: this.#head.length }];
  }

  /**
   * Parses for about `budgetMs` at most; true once the tree is current. A parse always advances, however small the budget.
   */
  work(budgetMs: number): boolean {
    const end = this.#now() + budgetMs;
    while (!this.isCurrent) {
      if (this.#isOvertaken()) {
        this.#parser.reset();
        this.#parsing = undefined;
      }
      this.#parsing ??= this.#begin();
      if (!this.#advance(end)) return false;
      if (this.#now() >= end) return this.isCurrent;
    }
    return true;
  }

  /** What changed in the highlighting since the last call, in offsets of `text`, ascending; empty while there is no tree. */
  takeChanged(): readonly TextRange[] {
    if (this.#tree === undefined) return [];
    const changed = merged(this.#changed);
    this.#changed = [];
    return changed;
  }

  dispose(): void {
    this.#tree?.delete();
    this.#tree = undefined;
    this.#parser.delete();
  }

  /** Whether the parse has taken long, is not the first, and is of a text that is no longer the newest. */
  #isOvertaken(): boolean {
    return this.#parsing !== undefined && this.#tree !== undefined && this.#pending.length > 0 &&
      this.#spent > PATIENCE_MS;
  }

  #begin(): Rope {
    for (const { delta, after } of this.#pending) {
      if (this.#tree !== undefined) editTree(this.#tree, delta, this.#told, after);
      this.#changed = [...mappedRanges(this.#changed, delta), ...newRanges(delta)];
      this.#told = after;
    }
    this.#pending = [];
    this.#spent = 0;
    return this.#told;
  }

  /** Goes on with the parse that has begun; true when it is done. */
  #advance(end: number): boolean {
    const text = this.#parsing!;
    const began = this.#now();
    // At least one look at the clock passes: the engine asks before it does anything.
    let isFirst = true;
    const tree = this.#parser.parse((index) => readAt(text, index), this.#tree ?? null, {
      progressCallback: () => {
        const stop = !isFirst && this.#now() >= end;
        isFirst = false;
        return stop;
      },
    });
    this.#spent += this.#now() - began;
    if (tree === null) return false;
    if (this.#tree !== undefined) {
      for (const { startIndex, endIndex } of this.#tree.getChangedRanges(tree)) {
        this.#changed.push({ from: startIndex, to: endIndex });
      }
      this.#tree.delete();
    }
    this.#tree = tree;
    this.#text = text;
    this.#parsing = undefined;
    return true;
  }
}

/** What the parser reads from `index` on; "" at the end. */
export function readAt(text: Rope, index: number): string {
  if (index >= text.length) return "";
  const chunk = text.chunkAt(index);
  return index === chunk.start ? chunk.text : chunk.text.slice(index - chunk.start);
}

/** Ranges ascending, with those that touch made one. */
export function merged(ranges: readonly TextRange[]): TextRange[] {
  const sorted = [...ranges].sort((one, other) => one.from - other.from);
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of sorted) {
    const last = result.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else result.push({ from, to });
  }
  return result;
}

function mappedRanges(ranges: readonly TextRange[], delta: Delta): TextRange[] {
  return ranges.map(({ from, to }) => ({ from: delta.mapOffset(from, -1), to: delta.mapOffset(to, 1) }));
}

/** What a change put into the text, in offsets of the new text; empty ranges where it only deleted. */
function newRanges(delta: Delta): TextRange[] {
  const ranges: TextRange[] = [];
  let growth = 0;
  for (let at = 0; at < delta.size; at++) {
    const from = delta.from[at]! + growth;
    ranges.push({ from, to: from + delta.insert[at]!.length });
    growth += delta.insert[at]!.length - (delta.to[at]! - delta.from[at]!);
  }
  return ranges;
}
