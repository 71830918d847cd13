/**
 * What a plugin says, read from xi's JSON. Nothing in it is believed: each message is checked and refused with a sentence if it does not fit.
 *
 * @module
 */

import { isObject, type Json, type JsonObject } from "../../core/json.ts";
import { Delta, type DeltaElement } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";
import type { AnnotationRange, HoverResult, PluginMessage, ScopeRange } from "./messages.ts";

/** The text of a view at a revision. @throws MessageRefused where there is none */
export type TextAt = (viewId: string, revision: number) => Rope;

/** A message that cannot be taken; the sentence is for the log. */
export class MessageRefused extends Error {
  override readonly name = "MessageRefused";
}

/** Spans, scopes or marks in one message. */
const COUNT_LIMIT = 2_000_000;

/** Parts of one scope stack. */
const STACK_LIMIT = 64;

/** @throws MessageRefused naming what is wrong */
export function parsePluginNotification(
  method: string,
  params: Json | undefined,
  textAt: TextAt,
): PluginMessage {
  const table = new Members(method, params);
  const viewId = table.text("view_id");
  switch (method) {
    case "add_scopes":
      return { type: method, viewId, scopes: table.list("scopes").map((stack) => scopeStack(table, stack)) };
    case "update_spans": {
      const revision = table.revision("rev");
      const text = textAt(viewId, revision);
      const { start, end } = table.range(text);
      const spans = readSpans(table, text, start, end, (item): ScopeRange => {
        const scope = item.json["scope_id"];
        if (typeof scope !== "number" || !Number.isInteger(scope) || scope < 0) {
          throw table.refused("scope_id", "a number", scope);
        }
        return { from: item.from, to: item.to, scope };
      });
      return {
        type: method,
        viewId,
        revision,
        from: text.offsetOfBytes(start),
        to: text.offsetOfBytes(end),
        spans: apart(table, spans),
      };
    }
    case "update_annotations": {
      const revision = table.revision("rev");
      const text = textAt(viewId, revision);
      const { start, end } = table.range(text);
      const spans = readSpans(table, text, start, end, (item): AnnotationRange => ({
        from: item.from,
        to: item.to,
        data: item.json["data"] ?? null,
      }));
      return {
        type: method,
        viewId,
        revision,
        annotationType: annotationType(table),
        from: text.offsetOfBytes(start),
        to: text.offsetOfBytes(end),
        spans,
      };
    }
    case "edit":
      return parseEdit(table, viewId, textAt);
    case "alert":
      return { type: method, viewId, msg: table.text("msg") };
    case "add_status_item":
      return {
        type: method,
        viewId,
        key: table.text("key"),
        value: table.text("value"),
        alignment: table.text("alignment"),
      };
    case "update_status_item":
      return { type: method, viewId, key: table.text("key"), value: table.text("value") };
    case "remove_status_item":
      return { type: method, viewId, key: table.text("key") };
    case "show_hover":
      return { type: method, viewId, requestId: table.number("request_id"), result: hoverResult(table) };
    default:
      throw new MessageRefused(`There is no "${method}"`);
  }
}

function parseEdit(table: Members, viewId: string, textAt: TextAt): PluginMessage {
  const edit = new Members("edit", table.json["edit"]);
  const revision = edit.revision("rev");
  const text = textAt(viewId, revision);
  const delta = new Members("delta", edit.json["delta"]);
  const elements = delta.list("els").map((element) => deltaElement(delta, element));
  const group = edit.json["undo_group"];
  const author = edit.json["author"];
  try {
    return {
      type: "edit",
      viewId,
      revision,
      delta: Delta.fromUtf8(text, delta.number("base_len"), elements),
      priority: edit.number("priority"),
      group: typeof group === "number" ? group : undefined,
      author: typeof author === "string" ? author : "",
    };
  } catch (error) {
    if (error instanceof RangeError) throw new MessageRefused(`Cannot take the edit: ${error.message}`);
    throw error;
  }
}

function deltaElement(table: Members, element: Json): DeltaElement {
  if (isObject(element)) {
    const { copy, insert } = element;
    if (typeof insert === "string") return { insert };
    if (Array.isArray(copy) && isOffset(copy[0]) && isOffset(copy[1])) return { copy: [copy[0], copy[1]] };
  }
  throw table.refused("els", `{ copy: [from, to] } or { insert: "…" }`, element);
}

interface Item {
  readonly json: JsonObject;
  readonly from: number;
  readonly to: number;
}

/** Spans of a message: byte offsets from `start`, which must end by `end`. */
function readSpans<T>(table: Members, text: Rope, start: number, end: number, read: (item: Item) => T): T[] {
  const place = text.isAscii ? (bytes: number) => bytes : (bytes: number) => text.offsetOfBytes(bytes);
  return table.list("spans").map((json) => {
    if (!isObject(json)) throw table.refused("spans", "a table", json);
    const from = json["start"];
    const to = json["end"];
    if (!isOffset(from) || !isOffset(to) || from > to || start + to > end) {
      throw table.refused("spans", `a range within ${end - start} bytes`, [from ?? null, to ?? null]);
    }
    return read({ json, from: place(start + from), to: place(start + to) });
  });
}

/** Spans in ascending order; where two overlap the later begins where the earlier ends. Empty ones are left out. */
function apart(table: Members, spans: ScopeRange[]): ScopeRange[] {
  if (spans.length > COUNT_LIMIT) throw table.refused("spans", `at most ${COUNT_LIMIT}`, spans.length);
  const sorted = spans.every((span, at) => at === 0 || span.from >= spans[at - 1]!.from)
    ? spans
    : [...spans].sort((one, other) => one.from - other.from);
  const result: ScopeRange[] = [];
  let done = 0;
  for (const { from, to, scope } of sorted) {
    const start = Math.max(from, done);
    if (start >= to) continue;
    result.push({ from: start, to, scope });
    done = to;
  }
  return result;
}

function scopeStack(table: Members, stack: Json): readonly string[] {
  if (!Array.isArray(stack) || stack.length > STACK_LIMIT) {
    throw table.refused("scopes", "lists of scopes", stack);
  }
  return stack.map((scope) => {
    if (typeof scope !== "string") throw table.refused("scopes", "lists of scopes", scope);
    return scope;
  });
}

function annotationType(table: Members): string {
  const type = table.json["annotation_type"];
  if (type === "Find" || type === "Selection") return type.toLowerCase();
  if (isObject(type) && typeof type["Other"] === "string") return type["Other"];
  throw table.refused("annotation_type", `"Find", "Selection" or { Other: "…" }`, type);
}

function hoverResult(table: Members): HoverResult {
  const result = table.json["result"];
  if (isObject(result)) {
    const { Ok: content, Err: failure } = result;
    if (isObject(content) && typeof content["content"] === "string") {
      return { ok: true, content: content["content"] };
    }
    if (isObject(failure)) {
      return { ok: false, code: Number(failure["code"] ?? 0), message: String(failure["message"] ?? "") };
    }
  }
  throw table.refused("result", `{ Ok: { content } } or { Err: { code, message } }`, result);
}

function isOffset(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** The members of a message, each read once it is known to be of its type. */
export class Members {
  readonly json: JsonObject;
  readonly #method: string;

  constructor(method: string, params: Json | undefined) {
    if (!isObject(params)) {
      throw new MessageRefused(`Cannot take "${method}": expected a table, found ${shown(params)}`);
    }
    this.json = params;
    this.#method = method;
  }

  text(key: string): string {
    const value = this.json[key];
    if (typeof value !== "string") throw this.refused(key, "text", value);
    return value;
  }

  number(key: string): number {
    const value = this.json[key];
    if (!isOffset(value)) throw this.refused(key, "a number", value);
    return value;
  }

  /** A revision as the plugin got it. Any number: one that is unknown is refused where it is looked up. */
  revision(key: string): number {
    const value = this.json[key];
    if (typeof value !== "number") throw this.refused(key, "a revision", value);
    return value;
  }

  list(key: string): readonly Json[] {
    const value = this.json[key];
    if (!Array.isArray(value)) throw this.refused(key, "a list", value);
    if (value.length > COUNT_LIMIT) throw this.refused(key, `at most ${COUNT_LIMIT} items`, value.length);
    return value;
  }

  /** `start` and `len` in bytes of the text. */
  range(text: Rope): { readonly start: number; readonly end: number } {
    const start = this.number("start");
    const end = start + this.number("len");
    if (end > text.bytes) throw this.refused("len", `a range within ${text.bytes} bytes`, end);
    return { start, end };
  }

  refused(key: string, expected: string, found: Json | undefined): MessageRefused {
    return new MessageRefused(
      `Cannot take "${this.#method}": "${key}" must be ${expected}, found ${shown(found)}`,
    );
  }
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
