/**
 * Carrying out what changes the text: from an event and the selection to one edit of the buffer.
 *
 * @module
 */

import type { Buffer } from "../buffers.ts";
import { deleteBackward, deleteRegions, passedBy } from "./edits/delete.ts";
import { indent, insertTab, outdent, tabIndents, type TabRules } from "./edits/indent.ts";
import { extract, insert, insertLines, linesIn, surround } from "./edits/insert.ts";
import { duplicateLines, transpose } from "./edits/rearrange.ts";
import { capitalize, caseLike, changeNumbers, transformRegions } from "./edits/transform.ts";
import type { BufferEvent } from "./events.ts";
import type { Movement } from "./movement.ts";
import { caret, isCaret, maxOf, minOf, Selection } from "./selection.ts";
import type { View } from "./view.ts";
import { findAll, findNext } from "./view_events.ts";

/** What the settings say of typing. */
export interface TypingRules {
  readonly tabs: TabRules;
  readonly lineEnding: string;
  readonly surroundingPairs: readonly (readonly [open: string, close: string])[];
}

/** What was cut to the end of a line last; shared by all views of a front end. */
export interface KillRing {
  text: string;
}

/** Carries out an event in the person's name; the buffer's listeners, `view` among them, hear of the edit. */
export function applyBufferEvent(
  view: View,
  buffer: Buffer,
  event: BufferEvent,
  rules: TypingRules,
  killRing: KillRing,
): void {
  const { text, reader } = view;
  const { regions } = view.selection;
  switch (event.type) {
    case "insert":
      return typeChars(view, buffer, event.chars, rules);
    case "paste":
      return paste(view, buffer, event.chars);
    case "newline":
      return buffer.type(insert(text, regions, rules.lineEnding), "other", "newline");
    case "tab":
      return buffer.type(
        insertTab(text, regions, rules.tabs),
        "other",
        tabIndents(text, regions) ? "indent" : "insert",
      );
    case "yank":
      return buffer.type(insert(text, regions, killRing.text), "other");
    case "backspace":
      return buffer.type(deleteBackward(reader, regions, rules.tabs), "delete");
    case "delete":
      return deleteMovement(view, buffer, event.movement, event.kill ? killRing : undefined);
    case "transpose":
      return buffer.type(transpose(reader, regions), "transpose");
    case "uppercase":
      return buffer.type(transformRegions(text, regions, (chars) => chars.toUpperCase()), "other");
    case "lowercase":
      return buffer.type(transformRegions(text, regions, (chars) => chars.toLowerCase()), "other");
    case "capitalize": {
      const delta = capitalize(reader, regions);
      view.select(Selection.from(regions.map((region) => caret(maxOf(region)))));
      return buffer.type(delta, "other");
    }
    case "indent":
      return buffer.type(indent(text, regions, rules.tabs), "other", "insert");
    case "outdent":
      return buffer.type(outdent(text, regions, rules.tabs), "other", "delete");
    case "duplicate line":
      return buffer.type(duplicateLines(text, regions, rules.lineEnding), "other");
    case "increase":
      return buffer.type(changeNumbers(reader, regions, 1n), "other");
    case "decrease":
      return buffer.type(changeNumbers(reader, regions, -1n), "other");
    case "replace next":
      return replaceFound(view, buffer, false);
    case "replace all":
      return replaceFound(view, buffer, true);
    case "undo":
      buffer.undo();
      return;
    case "redo":
      buffer.redo();
      return;
  }
}

/** What is selected, without carets, joined by line feeds; undefined where nothing is. */
export function copy(view: View): string | undefined {
  return extract(view.text, view.selection.regions);
}

/** The same, and away with it. */
export function cut(view: View, buffer: Buffer): string | undefined {
  const chars = copy(view);
  buffer.type(deleteRegions(view.text, view.selection.regions), "delete");
  return chars;
}

function typeChars(view: View, buffer: Buffer, chars: string, rules: TypingRules): void {
  const { text, selection } = view;
  const pair = rules.surroundingPairs.find(([open]) => open === chars);
  if (pair !== undefined && !selection.hasCaret()) {
    buffer.type(surround(text, selection.regions, pair[0], pair[1]), "surround");
  } else buffer.type(insert(text, selection.regions, chars), "insert");
}

/** As many lines as regions: one each. Otherwise everything everywhere. */
function paste(view: View, buffer: Buffer, chars: string): void {
  const { text, selection } = view;
  const lines = selection.length === 1 ? [] : linesIn(chars);
  const delta = lines.length === selection.length
    ? insertLines(text, selection.regions, lines)
    : insert(text, selection.regions, chars);
  buffer.type(delta, "other");
}

function deleteMovement(
  view: View,
  buffer: Buffer,
  movement: Movement,
  killRing: KillRing | undefined,
): void {
  const gone = passedBy(movement, view.selection.regions, view.ground);
  if (killRing !== undefined) killRing.text = extract(view.text, gone.regions) ?? "";
  buffer.type(deleteRegions(view.text, gone.regions), "delete");
}

/** The next match, or all of them, become the replacement; where nothing is found, nothing changes. */
function replaceFound(view: View, buffer: Buffer, all: boolean): void {
  if (view.replacement === undefined) return;
  const before = view.selection;
  view.select(before.collapse());
  const found = all ? findAll(view) : findNext(view, false, true, "set");
  if (!found) {
    view.select(before);
    return;
  }
  const { text } = view;
  const { regions } = view.selection;
  if (regions.every(isCaret)) return;
  const { chars, preserveCase } = view.replacement;
  if (!preserveCase) return buffer.type(insert(text, regions, chars), "other");
  const replaced = regions.map((region) => caseLike(text.sliceString(minOf(region), maxOf(region)), chars));
  buffer.type(insertLines(text, regions, replaced), "other");
}
