/**
 * Edits of objects in a JSONC text that keep everything outside what changes: comments, order, spaces. A comment directly
 * above a member, or behind it on its line, belongs to it and goes with it.
 *
 * @module
 */

import { isObject, type Json } from "../../../../core/json.ts";
import { type Member, memberOf, objectAt, type ObjectSpan, skipSpace, skipValue } from "./jsonc_members.ts";
import type { Parts } from "./parts.ts";
import { applyEdits, sortedEdits, type TextEdit } from "./text_edit.ts";
import { LINE_WIDTH, type TextStyle, valueText } from "./value_text.ts";

export interface NewMember {
  readonly name: string;
  readonly value: Json;
  /** The value's text, where it is known already. */
  readonly text?: string;
}

/** The spaces at the beginning of the line that holds `offset`. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[\t ]*/.exec(text.slice(start, start + 200))?.[0] ?? "";
}

function columnAt(text: string, offset: number): number {
  return offset - text.lastIndexOf("\n", offset - 1) - 1;
}

/** True where the first member does not stand on the line of the brace. */
function isOpen(text: string, { open, close, members }: ObjectSpan): boolean {
  return text.slice(open, members[0]?.start ?? close).includes("\n");
}

/** Adds members at the end of the object. `isBlock` begins an empty object on lines of its own. */
export function insertMembers(
  text: string,
  span: ObjectSpan,
  added: readonly NewMember[],
  style: TextStyle,
  isBlock = false,
): readonly TextEdit[] {
  if (added.length === 0) return [];
  const last = span.members.at(-1);
  const indent = indentAt(text, span.open);
  if (last === undefined) return insertFirst(text, span, added, style, isBlock, indent);
  if (!isOpen(text, span)) return insertInline(text, span, last, added, style, indent);
  const inner = indentAt(text, last.start);
  const lines = added.map((member) => memberText(member, style, inner));
  const comma = skipSpace(text, last.valueEnd);
  const hasComma = text[comma] === ",";
  const end = endOfLine(text, hasComma ? comma + 1 : last.valueEnd, span.close);
  const body = lines.map((line) => `${style.newline}${inner}${line}`).join(",") + (hasComma ? "," : "");
  const edits: TextEdit[] = hasComma ? [] : [{ offset: last.valueEnd, length: 0, text: "," }];
  if (edits.length > 0 && end === last.valueEnd) return [{ offset: end, length: 0, text: `,${body}` }];
  return [...edits, { offset: end, length: 0, text: body }];
}

/**
 * The members with their values written as they will stand, in parts, where each comes on a line of its own (as in an empty object
 * with `isBlock` of `insertMembers`); else as they are.
 */
export function* written(
  text: string,
  span: ObjectSpan,
  added: readonly NewMember[],
  style: TextStyle,
): Parts<readonly NewMember[]> {
  const last = span.members.at(-1);
  if (last !== undefined && !isOpen(text, span)) return added;
  const inner = last === undefined ? indentAt(text, span.open) + style.unit : indentAt(text, last.start);
  const members: NewMember[] = [];
  for (const { name, value, text: known } of added) {
    members.push({ name, value, text: known ?? valueTextOf(name, value, style, inner) });
    yield;
  }
  return members;
}

function insertFirst(
  text: string,
  span: ObjectSpan,
  added: readonly NewMember[],
  style: TextStyle,
  isBlock: boolean,
  indent: string,
): readonly TextEdit[] {
  const inside = text.slice(span.open + 1, span.close);
  const inner = indent + style.unit;
  if (isBlock || inside.includes("\n")) {
    const body = added.map((member) => `${style.newline}${inner}${memberText(member, style, inner)}`).join(
      ",",
    );
    // What stands inside already can only be comments: the members follow them.
    const keep = inside.trimEnd();
    const offset = span.open + 1 + keep.length;
    return [{ offset, length: inside.length - keep.length, text: `${body}${style.newline}${indent}` }];
  }
  const body = ` ${added.map((member) => memberText(member, style, indent)).join(", ")} `;
  const keep = inside.trimEnd();
  return [{ offset: span.open + 1 + keep.length, length: inside.length - keep.length, text: body }];
}

function insertInline(
  text: string,
  span: ObjectSpan,
  last: Member,
  added: readonly NewMember[],
  style: TextStyle,
  indent: string,
): readonly TextEdit[] {
  const comma = skipSpace(text, last.valueEnd);
  const hasComma = text[comma] === ",";
  const body = added.map((member) => memberText(member, style, indent)).join(", ");
  const lineEnd = text.indexOf("\n", span.open);
  const lineLength = (lineEnd < 0 ? text.length : lineEnd) - text.lastIndexOf("\n", span.open) - 1;
  const isOneLine = lineEnd < 0 || lineEnd > span.close;
  const inside = text.slice(span.open, span.close + 1);
  const isTooLong = lineLength + body.length + 2 > LINE_WIDTH;
  if (isOneLine && isTooLong && !inside.includes("//") && !inside.includes("/*")) {
    const inner = indent + style.unit;
    const kept = span.members.map(({ start, valueEnd }) => text.slice(start, valueEnd));
    const lines = [...kept, ...added.map((member) => memberText(member, style, inner))];
    const broken = lines.map((line) => `${style.newline}${inner}${line}`).join(",");
    return [{
      offset: span.open + 1,
      length: span.close - span.open - 1,
      text: `${broken}${style.newline}${indent}`,
    }];
  }
  const offset = hasComma ? comma + 1 : last.valueEnd;
  return [{ offset, length: 0, text: `${hasComma ? "" : ","} ${body}` }];
}

function memberText({ name, value, text }: NewMember, style: TextStyle, indent: string): string {
  return `${JSON.stringify(name)}: ${text ?? valueTextOf(name, value, style, indent)}`;
}

function valueTextOf(name: string, value: Json, style: TextStyle, indent: string): string {
  return valueText(value, style, indent, indent.length + JSON.stringify(name).length + 2);
}

/** Behind what stands on the rest of the line: spaces and comments, but never past `limit`. */
function endOfLine(text: string, from: number, limit: number): number {
  let at = from;
  for (;;) {
    while (at < limit && (text[at] === " " || text[at] === "\t")) at++;
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      const stop = end < 0 ? limit : Math.min(limit, end);
      return text[stop - 1] === "\r" ? stop - 1 : stop;
    }
    if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2) + 2;
      if (text.slice(at, end).includes("\n")) return from;
      at = end;
      from = at;
      continue;
    }
    return from;
  }
}

/** Takes members out. */
export function removeMembers(
  text: string,
  span: ObjectSpan,
  names: ReadonlySet<string>,
): readonly TextEdit[] {
  const { members } = span;
  const edits: TextEdit[] = [];
  if (names.size === 0) return edits;
  for (let first = 0; first < members.length; first++) {
    if (!names.has((members[first] as Member).name)) continue;
    let last = first;
    while (last + 1 < members.length && names.has((members[last + 1] as Member).name)) last++;
    edits.push(...removalOf(text, span, first, last));
    first = last;
  }
  return edits;
}

/** Takes the members from `first` to `last` out, with their comments. */
function removalOf(text: string, span: ObjectSpan, first: number, last: number): readonly TextEdit[] {
  const start = (span.members[first] as Member).start;
  const valueEnd = (span.members[last] as Member).valueEnd;
  const before = span.members[first - 1];
  const next = span.members[last + 1];
  const comma = skipSpace(text, valueEnd);
  const hasComma = text[comma] === ",";
  const behind = hasComma ? comma + 1 : valueEnd;
  const whole = wholeLines(
    text,
    span,
    start,
    behind,
    before?.valueEnd ?? span.open,
    next?.start ?? span.close,
  );
  if (whole === undefined) {
    if (next !== undefined) return [{ offset: start, length: next.start - start, text: "" }];
    if (before !== undefined) {
      return [{ offset: before.valueEnd, length: valueEnd - before.valueEnd, text: "" }];
    }
    return [{ offset: span.open + 1, length: span.close - span.open - 1, text: "" }];
  }
  const removal = { offset: whole.start, length: whole.end - whole.start, text: "" };
  // Where the end goes, the comma before it goes too, unless the file ends its lists with one.
  const orphan = before === undefined ? -1 : skipSpace(text, before.valueEnd);
  if (next !== undefined || hasComma || before === undefined || orphan >= whole.start) return [removal];
  return [{ offset: orphan, length: 1, text: "" }, removal];
}

/** The lines that hold nothing but these members and their comments; undefined where others share them. */
function wholeLines(
  text: string,
  span: ObjectSpan,
  start: number,
  behind: number,
  after: number,
  next: number,
): { readonly start: number; readonly end: number } | undefined {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  if (lineStart <= after || !/^[\t ]*$/.test(text.slice(lineStart, start))) return undefined;
  const end = endOfLine(text, behind, span.close);
  const lineEnd = text.indexOf("\n", end);
  if (lineEnd < 0 || lineEnd > next || !/^[\t \r]*$/.test(text.slice(end, lineEnd))) return undefined;
  const from = commentsAbove(text, lineStart, after);
  // A comma of the member before must not stand on the lines that go.
  const comma = skipSpace(text, after);
  if (after !== span.open && text[comma] === "," && comma >= from) return undefined;
  return { start: from, end: lineEnd + 1 };
}

/** The beginning of the comment lines directly above `lineStart`, not reaching above the line that holds `limit`. */
function commentsAbove(text: string, lineStart: number, limit: number): number {
  let start = lineStart;
  for (;;) {
    const above = text.lastIndexOf("\n", start - 2) + 1;
    if (above <= limit || start <= limit) return start;
    const line = text.slice(above, start).trim();
    if (!line.startsWith("//") && !(line.startsWith("/*") && line.endsWith("*/"))) return start;
    start = above;
  }
}

/** Gives a member another name in its place. */
export function renameMember({ start, nameEnd }: Member, name: string): TextEdit {
  return { offset: start, length: nameEnd - start, text: JSON.stringify(name) };
}

/**
 * The text with the value at `path` below the object at `open` set, or removed where `value` is undefined. Objects on the way
 * are made as needed; what stands in the way and is no object is replaced. Items of lists are reached by their number.
 */
export function setAt(
  text: string,
  open: number,
  path: readonly (string | number)[],
  value: Json | undefined,
  style: TextStyle,
): string {
  return applyEdits(text, sortedEdits(setEdits(text, open, path, value, style)));
}

function setEdits(
  text: string,
  at: number,
  path: readonly (string | number)[],
  value: Json | undefined,
  style: TextStyle,
): readonly TextEdit[] {
  const [step, ...rest] = path;
  if (step === undefined) return [];
  if (text[at] === "[") return setItem(text, at, Number(step), rest, value, style);
  const span = objectAt(text, at);
  const name = String(step);
  const member = memberOf(span, name);
  if (member === undefined) {
    if (value === undefined) return [];
    return insertMembers(text, span, [{ name, value: nested(rest, value) }], style);
  }
  if (rest.length > 0 && (text[member.valueStart] === "{" || text[member.valueStart] === "[")) {
    return setEdits(text, member.valueStart, rest, value, style);
  }
  if (value === undefined) return rest.length > 0 ? [] : removeMembers(text, span, new Set([name]));
  return [replacement(text, member.valueStart, member.valueEnd, nested(rest, value), style)];
}

function replacement(text: string, start: number, end: number, value: Json, style: TextStyle): TextEdit {
  const written = valueText(value, style, indentAt(text, start), columnAt(text, start));
  return { offset: start, length: end - start, text: written };
}

function setItem(
  text: string,
  open: number,
  index: number,
  rest: readonly (string | number)[],
  value: Json | undefined,
  style: TextStyle,
): readonly TextEdit[] {
  let at = skipSpace(text, open + 1);
  for (let item = 0; text[at] !== "]"; item++) {
    const end = skipValue(text, at);
    if (item === index) {
      if (rest.length > 0 && (text[at] === "{" || text[at] === "[")) {
        return setEdits(text, at, rest, value, style);
      }
      if (value !== undefined) return [replacement(text, at, end, nested(rest, value), style)];
      const next = skipSpace(text, end);
      const stop = text[next] === "," ? skipSpace(text, next + 1) : end;
      return [{ offset: at, length: stop - at, text: "" }];
    }
    const next = skipSpace(text, end);
    at = text[next] === "," ? skipSpace(text, next + 1) : next;
  }
  return [];
}

function nested(path: readonly (string | number)[], value: Json): Json {
  return path.reduceRight<Json>(
    (inner, step) => typeof step === "number" ? [inner] : { [step]: inner },
    value,
  );
}

/** True where two values are the same JSON. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item as Json, b[index] as Json));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameJson(a[name], b[name]));
}
