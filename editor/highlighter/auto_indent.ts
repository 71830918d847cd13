/**
 * Indentation while a person types: a new line begins as deep as it belongs, a closing bracket moves left, pasted lines fit in.
 *
 * @module
 */

import type { JsonObject } from "../../core/json.ts";
import type { UpdateMessage } from "../plugins/messages.ts";
import { closesBlock, type IndentStyle, type LineRange, reindent } from "../syntax/indent.ts";
import type { Language } from "../syntax/language.ts";
import { Delta, DeltaBuilder } from "../text/delta.ts";
import type { Rope } from "../text/rope.ts";

/** What is pasted in more places or more lines than this stays as it is. */
const LINES_LIMIT = 20_000;

/** How a buffer's settings say it is indented. */
export function indentStyleOf(config: JsonObject): IndentStyle {
  const size = config["tab_size"];
  return {
    tabSize: typeof size === "number" && size >= 1 ? Math.floor(size) : 4,
    usesSpaces: config["translate_tabs_to_spaces"] !== false,
  };
}

/** What to do to the text after a person's edit; the identity for nothing. */
export function autoIndent(message: UpdateMessage, language: Language, config: JsonObject): Delta {
  const { after, kind } = message;
  const none = Delta.identity(after.length);
  if (config["auto_indent"] === false) return none;
  const style = indentStyleOf(config);
  switch (kind) {
    case "newline":
      return indentEach(after, newLines(message), language, style);
    case "insert":
      return indentEach(after, closingLines(message, language), language, style);
    case "other": {
      if (language.indent === undefined || language.indent.significant === true) return none;
      const lines = pastedLines(message);
      const count = lines.reduce((sum, { first, end }) => sum + end - first, 0);
      return lines.length === 0 || count > LINES_LIMIT ? none : reindent(after, lines, language, style);
    }
    default:
      return none;
  }
}

/** Lines one by one, each kept at its depth even where it is empty. */
function indentEach(text: Rope, lines: readonly number[], language: Language, style: IndentStyle): Delta {
  const changes = new DeltaBuilder(text.length);
  for (const line of lines) {
    for (
      const { from, to, insert } of reindent(text, [{ first: line, end: line + 1 }], language, style, line)
        .changes()
    ) {
      changes.replace(from, to, insert);
    }
  }
  return changes.build();
}

/** Where each insert of a change ends in the new text. */
function* inserts(
  { delta }: UpdateMessage,
): Generator<{ readonly from: number; readonly to: number; readonly text: string }> {
  let growth = 0;
  for (const { from, to, insert } of delta.changes()) {
    if (insert !== "") yield { from: from + growth, to: from + growth + insert.length, text: insert };
    growth += insert.length - (to - from);
  }
}

function newLines(message: UpdateMessage): number[] {
  const lines = new Set<number>();
  for (const { to, text } of inserts(message)) if (text.endsWith("\n")) lines.add(message.after.lineAt(to));
  return [...lines];
}

function closingLines(message: UpdateMessage, language: Language): number[] {
  const lines = new Set<number>();
  for (const { to } of inserts(message)) {
    if (closesBlock(message.after, to, language)) lines.add(message.after.lineAt(to));
  }
  return [...lines];
}

function pastedLines(message: UpdateMessage): LineRange[] {
  const { after } = message;
  const ranges: LineRange[] = [];
  for (const { from, to, text } of inserts(message)) {
    if (!text.includes("\n")) continue;
    const line = after.lineAt(from);
    const isAlone = after.sliceString(after.lineStart(line), from).trim() === "";
    const first = isAlone ? line : line + 1;
    // A pasted line end makes no line of what follows it.
    const end = after.lineAt(to) + (text.endsWith("\n") ? 0 : 1);
    const last = ranges.at(-1);
    if (first < end && (last === undefined || first >= last.end)) ranges.push({ first, end });
  }
  return ranges;
}
