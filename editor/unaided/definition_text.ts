/**
 * A definition as a person wants to see it under the pointer: its first lines and the comment before it. By lines, so that it needs no
 * tree. Pure.
 *
 * @module
 */

import type { TextRange } from "../../core/ports/text_editing.ts";
import type { Language } from "../syntax/language.ts";
import type { Rope } from "../text/rope.ts";

const MOST_LINES = 6;
const MOST_COMMENT_LINES = 40;
const LONGEST_LINE = 300;
/** Where the head of a definition ends. */
const HEAD_END = /(?:[{;:]|=>|\bthen|\bdo|\bis)\s*(?:\/\/.*|#.*)?$|\}\s*[,;]?$/;

export interface DefinitionText {
  readonly code: string;
  /** Without the marks of the comment; "" where there is none. */
  readonly comment: string;
}

/** @param definition all of it; its name is at `name` */
export function definitionText(
  text: Rope,
  definition: TextRange,
  name: TextRange,
  language: Language,
): DefinitionText {
  const end = text.length;
  const first = text.lineAt(Math.min(definition.from, end));
  const nameLine = text.lineAt(Math.min(name.from, end));
  const last = Math.min(text.lineAt(Math.min(definition.to, end)), nameLine + MOST_LINES - 1);
  const code: string[] = [];
  for (let line = Math.max(first, nameLine - 2); line <= last; line++) {
    code.push(lineOf(text, line));
    if (line >= nameLine && HEAD_END.test(code.at(-1)!)) break;
  }
  const comment = commentBefore(text, first, language) || docstring(text, nameLine + code.length, language);
  return { code: unindented(code).join("\n"), comment };
}

function lineOf(text: Rope, line: number): string {
  const start = text.lineStart(line);
  return text.sliceString(start, text.snap(Math.min(text.lineEnd(line), start + LONGEST_LINE))).trimEnd();
}

function commentBefore(text: Rope, first: number, { comments }: Language): string {
  const lines: string[] = [];
  const [open, close] = comments?.block ?? [];
  let isInBlock = false;
  for (let line = first - 1; line >= 0 && lines.length < MOST_COMMENT_LINES; line--) {
    const here = lineOf(text, line).trim();
    if (isInBlock || close !== undefined && here.endsWith(close)) {
      isInBlock = true;
      lines.unshift(here);
      if (here.startsWith(open!)) break;
    } else if (comments?.line !== undefined && here.startsWith(comments.line)) lines.unshift(here);
    // Decorators and attributes stand between a comment and what it is about.
    else if (!/^[@#]\[?\w/.test(here) || lines.length > 0) break;
  }
  if (isInBlock && !lines[0]!.startsWith(open!)) return "";
  return lines.map(unmarked).join("\n").trim();
}

/** A line of a comment without its marks. */
function unmarked(line: string): string {
  return line.replace(/^(?:\/\*+!?|\*+\/|\*(?!\*)|\/\/[/!]?|#+|--+|;+|<!--)\s?/, "").replace(
    /\s*(?:\*\/|-->)$/,
    "",
  );
}

function docstring(text: Rope, line: number, { name }: Language): string {
  if (name !== "Python" || line >= text.lines) return "";
  const part = text.sliceString(
    text.lineStart(line),
    text.snap(Math.min(text.length, text.lineStart(line) + 2_000)),
  );
  const found = /^\s*(?:[rR]?)("""|''')([\s\S]*?)(?:\1|$)/.exec(part)?.[2] ?? "";
  return found.split("\n").map((one) => one.trim()).join("\n").trim();
}

function unindented(lines: readonly string[]): string[] {
  const depth = Math.min(...lines.filter((line) => line !== "").map((line) => line.search(/\S|$/)));
  return lines.map((line) => line.slice(Number.isFinite(depth) ? depth : 0));
}
