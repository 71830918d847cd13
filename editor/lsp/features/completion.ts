/**
 * Completion: what could stand at the caret, from every server, ranked; and the edit that taking one makes.
 *
 * While servers think, people type. An answer whose word has only grown at the caret is carried over, its items then replace what was
 * typed since as well; one whose word is gone is stale and holds nothing.
 *
 * @module
 */

import type { TextRange } from "../../../core/ports/text_editing.ts";
import type { Position, Range } from "vscode-languageserver-protocol";
import { isObject, type JsonObject, own } from "../../../core/json.ts";
import type { Buffer } from "../../buffers.ts";
import type { Answer, Asking, AskOptions, Carried } from "../asking.ts";
import type { LanguageServer } from "../language_server.ts";
import {
  integerIn,
  listOf,
  type Markup,
  markupOf,
  objectOf,
  optional,
  rangeOf,
  stringIn,
} from "./answer_reading.ts";
import { rank } from "./completion_rank.ts";

export const COMPLETION_KINDS = [
  "text",
  "method",
  "function",
  "constructor",
  "field",
  "variable",
  "class",
  "interface",
  "module",
  "property",
  "unit",
  "value",
  "enum",
  "keyword",
  "snippet",
  "color",
  "file",
  "reference",
  "folder",
  "enumMember",
  "constant",
  "struct",
  "event",
  "operator",
  "typeParameter",
] as const;

export type CompletionKind = typeof COMPLETION_KINDS[number];

export interface CompletionItem {
  readonly label: string;
  /** What follows the label, dimmed: a signature, where it comes from. */
  readonly labelDetail?: string;
  readonly description?: string;
  readonly kind: CompletionKind;
  readonly detail?: string;
  readonly documentation?: Markup;
  readonly deprecated: boolean;
  readonly preselect: boolean;
  /** What typed text is compared with. */
  readonly filter: string;
  readonly sort: string;
  /** What the item replaces, in the revision of its list. */
  readonly replace: TextRange;
  /** As `replace`, but keeps what stands behind the caret. */
  readonly insert: TextRange;
  readonly newText: string;
  readonly isSnippet: boolean;
  /** Typing one of these takes the item and then types it. */
  readonly commitCharacters: readonly string[];
  readonly server: string;
}

export interface CompletionList {
  /** The revision that places are in. */
  readonly revision: number;
  readonly items: readonly CompletionItem[];
  /** More typing should ask again, not only filter. */
  readonly isIncomplete: boolean;
  /** True where the text moved on so far that the answer means nothing. */
  readonly isStale: boolean;
}

export interface CompletionOptions extends AskOptions {
  /** The character that was typed, where typing it asked for this. */
  readonly trigger?: string | undefined;
  /** At most so many items, the best. Default 500. */
  readonly limit?: number | undefined;
}

/** What is kept of an item beside what is shown: for resolving and taking it. */
export interface CompletionOrigin {
  readonly server: LanguageServer;
  readonly raw: JsonObject;
  readonly carried: Carried;
}

const MOST_ITEMS = 10_000;
const DEFAULT_LIMIT = 500;
const LONGEST_LABEL = 2_000;
const origins = new WeakMap<CompletionItem, CompletionOrigin>();

/** Where an item comes from. @throws TypeError for an item that no list held */
export function originOf(item: CompletionItem): CompletionOrigin {
  const origin = origins.get(item);
  if (origin === undefined) throw new TypeError(`"${item.label}" is no item of a completion list`);
  return origin;
}

/** What could stand at `offset` of the newest text. @throws as Asking.all */
export async function complete(
  asking: Asking,
  buffer: Buffer,
  offset: number,
  options: CompletionOptions = {},
): Promise<CompletionList> {
  const { trigger } = options;
  const context = trigger === undefined ? { triggerKind: 1 } : { triggerKind: 2, triggerCharacter: trigger };
  const answers = await asking.all(buffer, "textDocument/completion", (question) => ({
    textDocument: question.textDocument,
    position: question.position(offset),
    context,
  }), options);
  let isIncomplete = false;
  let isStale = false;
  const items: CompletionItem[] = [];
  for (const answer of answers) {
    const list = listFrom(answer, answer.question.offset(offset));
    isIncomplete ||= list.isIncomplete;
    isStale ||= list.isStale;
    items.push(...list.items);
  }
  const [first] = answers;
  const caret = first?.carried.delta.mapOffset(first.question.offset(offset), 1) ?? offset;
  const ranked = rank(buffer.text, items, caret, options.limit ?? DEFAULT_LIMIT);
  return {
    revision: buffer.revision,
    items: ranked,
    isIncomplete: isIncomplete || ranked.length < items.length,
    isStale: isStale && items.length === 0,
  };
}

function listFrom(answer: Answer, offset: number): Omit<CompletionList, "revision"> {
  const { value, carried } = answer;
  const told = objectOf(value);
  const list = listOf(Array.isArray(value) ? value : own(told, "items"), MOST_ITEMS);
  const isIncomplete = told !== undefined && own(told, "isIncomplete") === true;
  const word = wordAt(carried, offset);
  if (word === undefined) return { items: [], isIncomplete: false, isStale: true };
  const defaults = objectOf(own(told, "itemDefaults")) ?? {};
  const items: CompletionItem[] = [];
  for (const raw of list) {
    const item = isObject(raw) ? itemFrom(answer, raw, defaults, word) : undefined;
    if (item !== undefined) items.push(item);
  }
  return { items, isIncomplete, isStale: false };
}

/** The word before the caret when it was asked about, and the caret; undefined where the text since makes it meaningless. */
function wordAt(carried: Carried, offset: number): TextRange | undefined {
  const { map, delta } = carried;
  let start = offset;
  const before = map.rope.sliceString(map.rope.snap(Math.max(0, offset - 200)), offset);
  const word = /[\p{L}\p{N}\p{M}_$]*$/u.exec(before);
  start -= word?.[0].length ?? 0;
  for (const change of delta.changes()) {
    // Deleting over the beginning of the word, or typing what ends a word at the caret, leaves nothing to complete.
    if (change.from < start && change.to > start) return undefined;
    if (change.from <= offset && change.to >= start && /[\s;,(){}[\]]/.test(change.insert)) return undefined;
  }
  return { from: start, to: offset };
}

function itemFrom(
  answer: Answer,
  raw: JsonObject,
  defaults: JsonObject,
  word: TextRange,
): CompletionItem | undefined {
  const label = stringIn(raw, "label");
  if (label === undefined || label.length > LONGEST_LABEL) return undefined;
  const edit = objectOf(own(raw, "textEdit"));
  const places = placesOf(
    answer.carried,
    edit ?? objectOf(own(defaults, "editRange")),
    own(defaults, "editRange"),
    word,
  );
  if (places === undefined) return undefined;
  const newText = (edit === undefined ? undefined : stringIn(edit, "newText")) ??
    (edit === undefined ? stringIn(raw, "textEditText") : undefined) ?? stringIn(raw, "insertText") ?? label;
  const format = integerIn(raw, "insertTextFormat", 1, 2) ?? integerIn(defaults, "insertTextFormat", 1, 2) ??
    1;
  const details = objectOf(own(raw, "labelDetails")) ?? {};
  const tags = listOf(own(raw, "tags"), 10);
  const item: CompletionItem = {
    label,
    kind: COMPLETION_KINDS[(integerIn(raw, "kind", 1, COMPLETION_KINDS.length) ?? 1) - 1] as CompletionKind,
    deprecated: own(raw, "deprecated") === true || tags.includes(1),
    preselect: own(raw, "preselect") === true,
    filter: stringIn(raw, "filterText") ?? label,
    sort: stringIn(raw, "sortText") ?? label,
    ...places,
    newText,
    isSnippet: format === 2,
    commitCharacters: listOf(own(raw, "commitCharacters") ?? own(defaults, "commitCharacters"), 50)
      .filter((one): one is string => typeof one === "string"),
    server: answer.server.name,
    ...optional("labelDetail", stringIn(details, "detail")),
    ...optional("description", stringIn(details, "description")),
    ...optional("detail", stringIn(raw, "detail")),
    ...optional("documentation", markupOf(own(raw, "documentation"))),
  };
  const withDefaults = own(raw, "data") === undefined && own(defaults, "data") !== undefined
    ? { ...raw, data: own(defaults, "data") ?? null }
    : raw;
  origins.set(item, { server: answer.server, raw: withDefaults, carried: answer.carried });
  return item;
}

/** What an item replaces: a range, a pair of ranges, or the word. Undefined where a server names a place elsewhere. */
function placesOf(
  carried: Carried,
  told: JsonObject | undefined,
  fallback: unknown,
  word: TextRange,
): { readonly replace: TextRange; readonly insert: TextRange } | undefined {
  const source = told ?? objectOf(fallback);
  if (source === undefined) return around(carried, word, word);
  const range = rangeOf(own(source, "range")) ?? rangeOf(source);
  const insert = rangeOf(own(source, "insert")) ?? range;
  const replace = rangeOf(own(source, "replace")) ?? range;
  if (insert === undefined || replace === undefined) return around(carried, word, word);
  const [inner, outer] = [spanAt(carried, insert, word.to), spanAt(carried, replace, word.to)];
  return inner === undefined || outer === undefined ? undefined : around(carried, inner, outer);
}

/** The protocol demands that the range holds the caret and stays on its line. */
function spanAt(carried: Carried, range: Range, caret: number): TextRange | undefined {
  const span = carried.map.editSpan(range);
  if (span === undefined || span.from > caret || span.to < caret) return undefined;
  const line = (position: Position) => position.line;
  return line(range.start) === line(range.end) ? span : undefined;
}

/** Text typed at the caret since belongs to what is replaced. */
function around(
  carried: Carried,
  insert: TextRange,
  replace: TextRange,
): { insert: TextRange; replace: TextRange } {
  const moved = ({ from, to }: TextRange): TextRange => ({
    from: carried.delta.mapOffset(from, -1),
    to: carried.delta.mapOffset(to, 1),
  });
  return { insert: moved(insert), replace: moved(replace) };
}

/** The item with what the server tells only when asked: documentation, detail. @throws as Channel.request */
export async function resolveCompletion(
  item: CompletionItem,
  options: AskOptions = {},
): Promise<CompletionItem> {
  const { server, raw, carried } = originOf(item);
  const session = server.session;
  const provider = session?.features.options("textDocument/completion");
  if (session === undefined || own(provider, "resolveProvider") !== true) return item;
  const timeoutMs = options.timeoutMs ?? 5_000;
  const answer = objectOf(
    await session.request("completionItem/resolve", raw, { timeoutMs, signal: options.signal }),
  );
  // It may add, but what is replaced by what must stay as it was listed.
  const merged: JsonObject = { ...raw, ...answer };
  const resolved: CompletionItem = {
    ...item,
    ...optional("detail", stringIn(merged, "detail") ?? item.detail),
    ...optional("documentation", markupOf(own(merged, "documentation")) ?? item.documentation),
  };
  origins.set(resolved, { server, raw: merged, carried });
  return resolved;
}
