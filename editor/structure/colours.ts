/**
 * Spans of scopes as the few kinds that a front end with colours of its own tells apart.
 *
 * @module
 */

import type { CodeToken } from "../../core/ports/language.ts";
import type { TextRange } from "../../core/ports/text_editing.ts";
import type { ScopeRange } from "../plugins/messages.ts";
import { highlightRange, type TreeView } from "../syntax/highlight.ts";
import type { InjectionParser } from "../syntax/injections.ts";
import { ScopeTable } from "../syntax/scope_table.ts";

/** Units that are looked at in one answer, at most. */
const MOST_UNITS = 200_000;

/** Beginnings of scopes, and what they mean; the first that fits counts. */
const KINDS: readonly (readonly [string, string])[] = [
  ["comment", "comment"],
  ["string.regexp", "constant"],
  ["string", "string"],
  ["constant", "constant"],
  ["variable.other.constant", "constant"],
  ["variable.language", "keyword"],
  ["variable.other.property", "property"],
  ["variable.other.member", "property"],
  ["keyword.operator", ""],
  ["keyword", "keyword"],
  ["storage", "storage"],
  ["entity.name.function", "function"],
  ["support.function", "function"],
  ["entity.name.tag", "tag"],
  ["entity.name.section", "heading"],
  ["markup.heading", "heading"],
  ["markup.raw", "string"],
  ["markup.bold", "strong"],
  ["markup.italic", "emphasis"],
  ["markup.underline.link", "link"],
  ["punctuation.definition.fenced", "comment"],
  ["punctuation.definition.list", "keyword"],
  ["punctuation.definition.quote", "keyword"],
  ["meta.separator", "comment"],
  ["entity.other.attribute-name", "property"],
  ["entity.name", "type"],
  ["support.type", "type"],
  ["support.class", "type"],
  ["support", "function"],
  ["invalid", "invalid"],
];

function kindOf(scopes: readonly string[]): string {
  const scope = scopes.at(-1) ?? "";
  const known = KINDS.find(([start]) => scope === start || scope.startsWith(`${start}.`));
  return known?.[1] ?? "";
}

/** Gives the spans of a part by what its lines are: a Markdown text. */
export interface ColouredLines {
  spansOf(range: TextRange, table: ScopeTable): readonly ScopeRange[];
}

/** The tokens of a range, ascending; neighbours of one kind are one. */
export function coloursOf(view: TreeView, { from, to }: TextRange, injections: InjectionParser): CodeToken[] {
  const table = new ScopeTable("source");
  const spans = highlightRange(view, { from, to: Math.min(to, from + MOST_UNITS) }, table, injections);
  injections.release();
  return tokensOf(spans.map(({ from, to, stack }) => ({ from, to, scope: stack })), table);
}

/** As `coloursOf`, for a text that is coloured by lines. */
export function coloursOfLines(lines: ColouredLines, { from, to }: TextRange): CodeToken[] {
  const table = new ScopeTable("text");
  return tokensOf(lines.spansOf({ from, to: Math.min(to, from + MOST_UNITS) }, table), table);
}

function tokensOf(spans: readonly ScopeRange[], table: ScopeTable): CodeToken[] {
  const tokens: CodeToken[] = [];
  for (const span of spans) {
    const type = kindOf(table.scopesOf(span.scope));
    if (type === "") continue;
    const last = tokens.at(-1);
    if (last?.type === type && last.range.to === span.from) {
      tokens[tokens.length - 1] = { ...last, range: { from: last.range.from, to: span.to } };
    } else tokens.push({ range: { from: span.from, to: span.to }, type, modifiers: [] });
  }
  return tokens;
}
